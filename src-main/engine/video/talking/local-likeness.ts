import { smoothInto, type Side } from './gaussian.ts';

/** Variances below these are noise: likeness of what hardly moves counts less. */
const LEAST_SOUND_VARIANCE = 1e-4;
const LEAST_LIP_VARIANCE = 1e-7;
/** Likeness is halved where this share of the neighbourhood counts. */
const HALF_TRUST_WEIGHT = 0.1;

/**
 * Correlation of two series about each step, under a Gaussian of `sd` steps or one side of it; −1..1, drawn to 0 where
 * little of the neighbourhood counts.
 * @param weights 0..1: how much each step counts
 */
export function localLikeness(
  sound: ArrayLike<number>,
  lips: ArrayLike<number>,
  weights: ArrayLike<number>,
  sd: number,
  side: Side = 'both',
): Float64Array {
  const length = lips.length;
  const product = new Float64Array(length);
  const moment = (value: (at: number) => number): Float64Array => {
    for (let at = 0; at < length; at++) product[at] = weights[at]! * value(at);
    const out = new Float64Array(length);
    smoothInto(out, product, sd, side);
    return out;
  };
  const weight = moment(() => 1);
  const meanA = moment((at) => sound[at]!);
  const meanB = moment((at) => lips[at]!);
  const squareA = moment((at) => sound[at]! ** 2);
  const squareB = moment((at) => lips[at]! ** 2);
  const both = moment((at) => sound[at]! * lips[at]!);
  return Float64Array.from({ length }, (_, at) => {
    const w = weight[at]! + 1e-6;
    const [a, b] = [meanA[at]! / w, meanB[at]! / w];
    const varianceA = Math.max(LEAST_SOUND_VARIANCE, squareA[at]! / w - a * a);
    const varianceB = Math.max(LEAST_LIP_VARIANCE, squareB[at]! / w - b * b);
    const likeness = (both[at]! / w - a * b) / Math.sqrt(varianceA * varianceB);
    return (likeness * w) / (w + HALF_TRUST_WEIGHT);
  });
}

/** Root mean square about each step, under a Gaussian of `sd` steps; 0 where nothing counts. */
export function localStrength(values: ArrayLike<number>, weights: ArrayLike<number>, sd: number): Float64Array {
  const length = values.length;
  const product = new Float64Array(length);
  const weight = new Float64Array(length);
  const square = new Float64Array(length);
  smoothInto(weight, weights, sd);
  for (let at = 0; at < length; at++) product[at] = weights[at]! * values[at]! ** 2;
  smoothInto(square, product, sd);
  return Float64Array.from({ length }, (_, at) => Math.sqrt(square[at]! / (weight[at]! + 1e-6)));
}
