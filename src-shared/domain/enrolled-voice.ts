import { z } from 'zod';
import type { VoicePrints } from '../engine/voice-prints.ts';
import { aboveStrangers, strangerLevel, type VoiceCohort } from './voice-cohort.ts';

/** A voice with a name, made from clips in which only that person speaks. */
export const enrolledVoiceSchema = z.object({
  name: z.string().trim().min(1).max(200),
  /** Hashes of the nets its vector comes from. */
  model: z.string(),
  /** Unit length. */
  vector: z.array(z.number()).min(1),
  /** Speech it was made from. */
  speechSec: z.number().positive(),
  clips: z.array(z.string()),
  enrolledMs: z.number(),
});
export type EnrolledVoice = z.infer<typeof enrolledVoiceSchema>;

/** What a speaker of a recording may be called. */
export interface NameProposal {
  speaker: string;
  /** null = unknown: no enrolled voice is near enough, or two are nearly as near. */
  name: string | null;
  /** The nearest enrolled voice, whether near enough or not. */
  nearest: string;
  /** Cosine to it, −1 to 1. */
  likeness: number;
  /** By how much the next enrolled voice is less like; null where there is one voice only. */
  margin: number | null;
}

/**
 * Without a cohort: cosine from which two voices are taken for one. Of pairs of different LibriSpeech readers, six seconds each,
 * 1 % reach 0.54; halves of one reader's clip have 0.6 and more. Voices over one telephone line reach more.
 */
export const leastLikeness = 0.5;
/** The next voice must be so much less like. */
export const leastMargin = 0.1;
/**
 * With a cohort: standard deviations above the nearest strangers, and above the next voice, from which a name is proposed.
 * Of strangers among five enrolled readers over mixed lines and rooms 5 % are named (cosine alone: 31 %), of enrolled ones 2 %
 * wrongly (14 %) and 37 % rightly (48 %), by readers the net never heard; docs/adr/0046.
 */
export const leastAbove = 2;
export const leastMarginAbove = 1;

/**
 * Names for the speakers of a recording. Several speakers may get one name: a system may have split a voice.
 *
 * @param cohort of the same nets, or the cosine alone decides
 * @returns a proposal per print, in their order; none where no voice of the same nets is enrolled
 */
export function proposeNames(
  { model, prints }: VoicePrints,
  enrolled: readonly EnrolledVoice[],
  cohort: VoiceCohort | null = null,
): NameProposal[] {
  const comparable = enrolled.filter((voice) => voice.model === model);
  if (comparable.length === 0) return [];
  const strangers = cohort?.model === model && cohort.vectors.length > 1 ? cohort : null;
  const levels = strangers && comparable.map(({ vector }) => strangerLevel(vector, strangers));
  return prints.map(({ speaker, vector }) => {
    const own = strangers && strangerLevel(vector, strangers);
    const ranked = comparable
      .map(({ name, vector: known }, k) => {
        const likeness = cosine(vector, known);
        return { name, likeness, score: own && levels ? aboveStrangers(likeness, own, levels[k]!) : likeness };
      })
      .sort((a, b) => b.score - a.score);
    const [best, next] = [ranked[0]!, ranked[1]];
    const [least, apart] = strangers ? [leastAbove, leastMarginAbove] : [leastLikeness, leastMargin];
    const isSure = best.score >= least && (!next || best.score - next.score >= apart);
    const margin = next ? Math.max(0, best.likeness - next.likeness) : null;
    return { speaker, name: isSure ? best.name : null, nearest: best.name, likeness: best.likeness, margin };
  });
}

/** Several clips of one person as one voice: the mean of their vectors, each counted by its speech. */
export function mergeVoices(parts: readonly Pick<EnrolledVoice, 'vector' | 'speechSec'>[]): {
  vector: number[];
  speechSec: number;
} {
  const sum = parts[0]!.vector.map(() => 0);
  for (const { vector, speechSec } of parts) vector.forEach((value, k) => (sum[k]! += value * speechSec));
  const norm = Math.hypot(...sum);
  return {
    vector: sum.map((value) => (norm > 0 ? value / norm : 0)),
    speechSec: parts.reduce((total, { speechSec }) => total + speechSec, 0),
  };
}

/** Of two vectors; 0 where one has no length. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    dot += a[k]! * (b[k] ?? 0);
    aa += a[k]! ** 2;
    bb += (b[k] ?? 0) ** 2;
  }
  const scale = Math.sqrt(aa) * Math.sqrt(bb);
  return scale > 0 ? dot / scale : 0;
}
