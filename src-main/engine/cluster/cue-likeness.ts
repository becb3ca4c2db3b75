import type { Vectors } from './vectors.ts';
import { forOverlappingPairs } from './voice-windows.ts';
import type { TimedVectors } from './voice-windows.ts';

/** Mean cosines of one cue (the embedding, the cepstra) within and between the groups of a division. */
export interface CueLikeness {
  /** Windows of each group. */
  sizes: readonly number[];
  /** Mean cosine of two windows of a group, drawn towards `usual` where the group has few pairs. */
  own: readonly number[];
  /** The same over all groups. */
  usual: number;
  /** Mean cosine between windows of two groups; the geometric mean of their own where all their windows share sound. */
  between(a: number, b: number): number;
}

/** Pairs of windows by which a group's own average is drawn towards that of the whole recording. */
const PRIOR_PAIRS = 10;
const USUAL_WITHOUT_PAIRS = 0.4;

/**
 * Mean cosines within and between groups; pairs of windows that share sound are left out.
 * @param labels 0 … count−1 of each window, −1 = in no group
 */
export function cueLikeness(windows: TimedVectors, labels: ArrayLike<number>, count: number): CueLikeness {
  const { data, size, count: n } = windows.rows;
  const sums = new Float64Array(count * size);
  const sizes = new Array<number>(count).fill(0);
  for (let i = 0; i < n; i++) {
    const label = labels[i]!;
    if (label < 0) continue;
    sizes[label]!++;
    for (let d = 0; d < size; d++) sums[label * size + d]! += data[i * size + d]!;
  }
  const sum = new Float64Array(count * count);
  const weight = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      let value = 0;
      for (let d = 0; d < size; d++) value += sums[a * size + d]! * sums[b * size + d]!;
      sum[a * count + b] = sum[b * count + a] = value;
      weight[a * count + b] = weight[b * count + a] = sizes[a]! * sizes[b]!;
    }
  }
  const leaveOut = (i: number, j: number): void => {
    const a = labels[i]!;
    const b = labels[j]!;
    if (a < 0 || b < 0) return;
    let value = 0;
    for (let d = 0; d < size; d++) value += data[i * size + d]! * data[j * size + d]!;
    sum[a * count + b]! -= value;
    weight[a * count + b]! -= 1;
    if (i === j) return;
    sum[b * count + a]! -= value;
    weight[b * count + a]! -= 1;
  };
  for (let i = 0; i < n; i++) leaveOut(i, i);
  forOverlappingPairs(windows, leaveOut);
  return fromSums(sizes, sum, weight);
}

function fromSums(sizes: readonly number[], sum: Float64Array, weight: Float64Array): CueLikeness {
  const count = sizes.length;
  let ownSum = 0;
  let ownWeight = 0;
  for (let a = 0; a < count; a++) {
    ownSum += sum[a * count + a]!;
    ownWeight += weight[a * count + a]!;
  }
  const usual = ownWeight > 0.5 ? ownSum / ownWeight : USUAL_WITHOUT_PAIRS;
  const own = sizes.map((_, a) => {
    const at = a * count + a;
    return Math.max(0.001, (sum[at]! + PRIOR_PAIRS * usual) / (weight[at]! + PRIOR_PAIRS));
  });
  return {
    sizes,
    own,
    usual,
    between: (a, b) => {
      const pairs = weight[a * count + b]!;
      return pairs > 0.5 ? sum[a * count + b]! / pairs : Math.sqrt(own[a]! * own[b]!);
    },
  };
}

/** Mean cosine of any two windows. */
export function meanCosine({ data, size, count }: Vectors): number {
  const total = new Float64Array(size);
  for (let i = 0; i < count; i++) for (let d = 0; d < size; d++) total[d]! += data[i * size + d]!;
  let square = 0;
  for (const value of total) square += value * value;
  return count > 1 ? (square - count) / (count * (count - 1)) : 1;
}
