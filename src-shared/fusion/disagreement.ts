import { assignAtLeastCost } from '../math/hungarian.ts';
import type { SystemSpeakers } from './mapping.ts';
import { durationSec, sharedSec, type Spans } from './speech.ts';

/**
 * How far two answers for one recording differ at the best assignment of their speakers: speaker seconds that one has and
 * the other has not or has as somebody else (the time that DER counts, with either as reference), and the speaker seconds
 * of each.
 */
export function disagreement(
  first: Pick<SystemSpeakers, 'speech'>,
  second: Pick<SystemSpeakers, 'speech'>,
): { differentSec: number; firstSec: number; secondSec: number } {
  const match = assignBySharedSpeech(second.speech, first.speech);
  const correctSec = match.reduce(
    (sum, partner, i) => (partner < 0 ? sum : sum + sharedSec(second.speech[i]!, first.speech[partner]!)),
    0,
  );
  const total = (speech: readonly Spans[]): number => speech.reduce((sum, spans) => sum + durationSec(spans), 0);
  return {
    differentSec: Math.max(0, largerCountSec(first.speech, second.speech) - correctSec),
    firstSec: total(first.speech),
    secondSec: total(second.speech),
  };
}

/** For each speaker the index of its partner among `others`, or −1 (no partner, or not a second shared). */
export function assignBySharedSpeech(own: readonly Spans[], others: readonly Spans[]): number[] {
  if (own.length === 0 || others.length === 0) return own.map(() => -1);
  const shared = own.map((a) => others.map((b) => sharedSec(a, b)));
  const match = assignAtLeastCost(shared.map((row) => row.map((value) => -value)));
  return own.map((_, i) => (match[i]! >= 0 && shared[i]![match[i]!]! > 0 ? match[i]! : -1));
}

/** ∫ max(number of reference speakers, number of hypothesis speakers) dt */
function largerCountSec(reference: readonly Spans[], hypothesis: readonly Spans[]): number {
  const events: [time: number, side: 0 | 1, step: 1 | -1][] = [];
  [reference, hypothesis].forEach((side, which) => {
    for (const spans of side) spans.forEach((time, k) => events.push([time, which as 0 | 1, k % 2 === 0 ? 1 : -1]));
  });
  events.sort((a, b) => a[0] - b[0]);
  const active: [number, number] = [0, 0];
  let total = 0;
  events.forEach(([time, side, step], k) => {
    if (k > 0) total += Math.max(active[0], active[1]) * (time - events[k - 1]![0]);
    active[side] += step;
  });
  return total;
}
