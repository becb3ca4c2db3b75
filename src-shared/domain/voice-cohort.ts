/** Voices of strangers over several lines and rooms, to tell how alike strangers are to a voice. */
export interface VoiceCohort {
  /** Hashes of the nets its vectors come from, as in `VoicePrints`. */
  model: string;
  /** Unit length, about. */
  vectors: readonly (readonly number[])[];
}

/** Strangers nearest to a voice that are looked at. */
const NEAREST = 50;

/** How alike the nearest strangers are to a voice: a voice over a telephone is like all voices over telephones. */
export interface StrangerLevel {
  /** Mean cosine and standard deviation. */
  mean: number;
  spread: number;
}

/** @param vector unit length; @param cohort at least two voices */
export function strangerLevel(vector: readonly number[], cohort: VoiceCohort): StrangerLevel {
  const cosines = cohort.vectors
    .map((other) => other.reduce((sum, value, k) => sum + value * (vector[k] ?? 0), 0))
    .sort((a, b) => b - a)
    .slice(0, NEAREST);
  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  const variance = cosines.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cosines.length;
  return { mean, spread: Math.max(0.01, Math.sqrt(variance)) };
}

/**
 * How far two voices are more alike than each is to its nearest strangers, in standard deviations, mean of both sides
 * (adaptive symmetric normalisation of scores: Cumani et al., Interspeech 2011). About 0 and less for two people however they
 * were recorded, so that one threshold serves all microphones.
 */
export const aboveStrangers = (cosine: number, first: StrangerLevel, second: StrangerLevel): number =>
  ((cosine - first.mean) / first.spread + (cosine - second.mean) / second.spread) / 2;
