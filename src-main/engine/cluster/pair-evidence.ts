import { labelCrossings } from './label-crossing.ts';
import { cueLikeness } from './cue-likeness.ts';
import type { TimedVectors } from './voice-windows.ts';

/** Both cues of the same windows. */
export interface VoiceCues {
  /** Unit-length voice embeddings. */
  voice: TimedVectors;
  /** Unit-length cepstral statistics of the same windows; null = not measured. */
  sound: TimedVectors | null;
  /** Mean cosine of any two embeddings of the recording. */
  voiceLikeness: number;
}

/** Names of what is known of two groups, in the order of {@link pairEvidence}'s values. */
export const pairFeatures = ['likeness', 'centred', 'sound', 'soundShare', 'error', 'few', 'crossing'] as const;

/** Crossings by which the share is drawn towards what says nothing either way. */
const CROSSING_PRIOR = 2;
const NEUTRAL_SHARE = 0.5;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/**
 * What the cues say of every two groups of a division.
 * - likeness: mean cosine between them over what their own allow (Spearman's correction for attenuation);
 * - centred: the same with what any two windows of the recording have in common taken away (line, room, noise);
 * - sound, soundShare: mean cosine of cepstra, and over the groups' own;
 * - error: standard error of the likeness by the sizes; few: one over the number of groups;
 * - crossing: how often neighbouring windows are one in each group, over what chance would make; only much
 *   counts, because one voice need not alternate between its groups.
 * @returns for a < b in order of (a, b): the groups and the values
 */
export function pairEvidence(
  cues: VoiceCues,
  labels: ArrayLike<number>,
  count: number,
): { a: number; b: number; values: number[] }[] {
  const voice = cueLikeness(cues.voice, labels, count);
  const sound = cues.sound ? cueLikeness(cues.sound, labels, count) : null;
  const crossings = labelCrossings(cues.voice, labels, count);
  const any = cues.voiceLikeness;
  const out: { a: number; b: number; values: number[] }[] = [];
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const { found, expected } = crossings(a, b);
      const between = voice.between(a, b);
      const own = Math.sqrt(voice.own[a]! * voice.own[b]!);
      const soundBetween = sound ? sound.between(a, b) : 0;
      const soundOwn = sound ? Math.max(0.1, Math.sqrt(sound.own[a]! * sound.own[b]!)) : 1;
      out.push({
        a,
        b,
        values: [
          clamp(between / own, -0.5, 1.2),
          clamp((between - any) / Math.max(0.05, own - any), -1.5, 1.5),
          clamp(soundBetween, -0.5, 0.7),
          clamp(soundBetween / soundOwn, -1, 1.2),
          Math.sqrt(1 / voice.sizes[a]! + 1 / voice.sizes[b]!),
          1 / count,
          clamp((found + CROSSING_PRIOR * NEUTRAL_SHARE) / (expected + CROSSING_PRIOR), NEUTRAL_SHARE, 1.3),
        ],
      });
    }
  }
  return out;
}
