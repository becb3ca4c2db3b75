import { relabel } from './vectors.ts';
import type { GroupPair, VoiceGroups } from './voice-groups.ts';

/**
 * Two groups are one voice when their likeness is above this limit or within one standard error of it. From sweeps on
 * simulated conversations with the referenced clips in view: docs/adr/0041 says what was chosen on what.
 */
export const SAME_VOICE = 0.77;

export interface SpeakerSearch {
  labels: Int32Array;
  count: number;
}

/**
 * Joins groups of windows, the most certain pair first, until the speakers are left.
 * @param groups finer than the speakers; changed in place
 * @param min fewest and @param max most speakers wanted; between them joining ends when no two groups can be one voice
 */
export function joinToSpeakers(
  groups: VoiceGroups,
  min: number,
  max: number,
  sameVoice: number,
  pause: () => void,
): SpeakerSearch {
  groups.settle(4);
  while (groups.count > Math.max(1, min)) {
    pause();
    const pairs = groups.pairs();
    const same = best(pairs, (pair) => pair.likeness + pair.error);
    if (same.likeness + same.error >= sameVoice) {
      groups.join(same.a, same.b);
    } else if (groups.count > max) {
      // More voices than are wanted: give up the division that explains least.
      const cheapest = best(pairs, (pair) => -pair.cost);
      groups.join(cheapest.a, cheapest.b);
    } else break;
    groups.settle(2);
  }
  return relabel(groups.labels);
}

function best(pairs: readonly GroupPair[], score: (pair: GroupPair) => number): GroupPair {
  return pairs.reduce((winner, pair) => (score(pair) > score(winner) ? pair : winner));
}
