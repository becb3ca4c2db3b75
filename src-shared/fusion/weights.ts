/**
 * How much each system counts: by what it says of its own (`independent`, the default; independence.ts), by region
 * (region-weights.ts), by its rank among the others (DOVER-Lap's default), by its agreement with the others itself (`norm`),
 * alike, or as given.
 */
export type WeightType = 'independent' | 'region' | 'rank' | 'norm' | 'equal' | 'custom';

/** w ∝ 1 / rank^0.1 (DOVER-Lap's exponent), rank 1 for the highest score; equal scores share the best rank. Sum 1. */
export function rankWeights(scores: readonly number[], exponent = 0.1): number[] {
  return normalise(scores.map((score) => (1 + scores.filter((other) => other > score).length) ** -exponent));
}

/** Non-negative numbers scaled to sum 1; all zero becomes equal. */
export function normalise(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + Math.abs(weight), 0);
  return weights.map((weight) => (sum > 0 ? Math.abs(weight) / sum : 1 / weights.length));
}
