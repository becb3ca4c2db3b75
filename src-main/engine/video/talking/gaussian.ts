/** Beyond so many standard deviations a Gaussian counts as zero. */
const REACH_SD = 3;

const bells = new Map<number, Float64Array>();

/** One side of a Gaussian, from its top; sums to 1 with the other side. */
function bell(sd: number): Float64Array {
  let half = bells.get(sd);
  if (!half) {
    const reach = Math.floor(REACH_SD * sd + 0.5);
    half = Float64Array.from({ length: reach + 1 }, (_, k) => Math.exp(-0.5 * (k / sd) ** 2));
    const sum = half.reduce((total, value, k) => total + (k === 0 ? value : 2 * value), 0);
    half = half.map((value) => value / sum);
    bells.set(sd, half);
  }
  return half;
}

/** What of its neighbourhood a step is judged by, itself included. */
export type Side = 'both' | 'before' | 'after';

/**
 * Values under a Gaussian of `sd` steps, or under one half of it; nothing (0) lies beyond the ends.
 * @param out may not be `values`
 */
export function smoothInto(out: Float64Array, values: ArrayLike<number>, sd: number, side: Side = 'both'): void {
  const half = bell(sd);
  const length = values.length;
  // The whole bell sums to 1; one side of it has its top and half of the rest.
  const scale = side === 'both' ? 1 : 2 / (1 + half[0]!);
  for (let at = 0; at < length; at++) {
    let sum = half[0]! * values[at]!;
    for (let k = 1; k < half.length; k++) {
      const before = at - k;
      const after = at + k;
      if (side !== 'after' && before >= 0) sum += half[k]! * values[before]!;
      if (side !== 'before' && after < length) sum += half[k]! * values[after]!;
    }
    out[at] = scale * sum;
  }
}

/** Rise per step of the values under a Gaussian of `sd` steps; the values at the ends count on beyond them. */
export function slope(values: ArrayLike<number>, sd: number): Float64Array {
  const half = bell(sd);
  const last = values.length - 1;
  return Float64Array.from({ length: values.length }, (_, at) => {
    let sum = 0;
    for (let k = 1; k < half.length; k++) {
      sum += (half[k]! * k * (values[Math.min(last, at + k)]! - values[Math.max(0, at - k)]!)) / sd ** 2;
    }
    return sum;
  });
}
