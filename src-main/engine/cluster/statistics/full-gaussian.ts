import type { Frames } from './frames.ts';

/** Share of the recording's own variance that no direction of a Gaussian falls below. */
const VARIANCE_FLOOR = 1e-4;

/** Count, sums and sums of products of frames: enough for a Gaussian of full covariance, and additive. */
export class GaussianSums {
  readonly size: number;
  count = 0;
  readonly sums: Float64Array;
  /** Lower triangle, row by row. */
  readonly products: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.sums = new Float64Array(size);
    this.products = new Float64Array((size * (size + 1)) / 2);
  }

  /** @param times −1 takes a frame out again */
  add({ data, size }: Frames, frame: number, times = 1): void {
    const at = frame * size;
    this.count += times;
    for (let i = 0, k = 0; i < size; i++) {
      const x = times * data[at + i]!;
      this.sums[i]! += x;
      for (let j = 0; j <= i; j++) this.products[k++]! += x * data[at + j]!;
    }
  }

  addStretch(frames: Frames, start: number, end: number): this {
    for (let t = start; t < end; t++) this.add(frames, t);
    return this;
  }

  merge(other: GaussianSums): void {
    this.count += other.count;
    for (let i = 0; i < this.sums.length; i++) this.sums[i]! += other.sums[i]!;
    for (let k = 0; k < this.products.length; k++) this.products[k]! += other.products[k]!;
  }
}

/**
 * Generalised likelihood ratios of Gaussians of full covariance and the Bayesian information criterion on them, as LIUM
 * uses them (Meignier & Merlin, CMU SPUD Workshop 2010). Keep one per thread: it holds the work array.
 */
export class GaussianDistances {
  readonly size: number;
  readonly #floor: Float64Array;
  readonly #work: Float64Array;
  readonly #joint: GaussianSums;

  /** @param frames the recording, for the floor of the variances */
  constructor(frames: Frames) {
    this.size = frames.size;
    this.#floor = variances(frames).map((value) => Math.max(1e-12, VARIANCE_FLOOR * value));
    this.#work = new Float64Array((frames.size * (frames.size + 1)) / 2);
    this.#joint = new GaussianSums(frames.size);
  }

  /** ln |Σ| of the maximum likelihood covariance. */
  logDeterminant({ count, sums, products }: GaussianSums): number {
    const n = this.size;
    const l = this.#work;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const row = (i * (i + 1)) / 2;
      for (let j = 0; j <= i; j++) {
        const other = (j * (j + 1)) / 2;
        let value = products[row + j]! / count - (sums[i]! / count) * (sums[j]! / count);
        for (let k = 0; k < j; k++) value -= l[row + k]! * l[other + k]!;
        if (i === j) {
          value = Math.max(value, this.#floor[i]!);
          sum += Math.log(value);
          l[row + i] = Math.sqrt(value);
        } else l[row + j] = value / l[other + j]!;
      }
    }
    return sum;
  }

  /** GLR = ½ (n ln|Σ| − n₁ ln|Σ₁| − n₂ ln|Σ₂|), ≥ 0: how much better two Gaussians explain the frames than one. */
  glr(a: GaussianSums, b: GaussianSums, logA = this.logDeterminant(a), logB = this.logDeterminant(b)): number {
    const joint = this.#joint;
    joint.count = a.count + b.count;
    for (let i = 0; i < joint.sums.length; i++) joint.sums[i] = a.sums[i]! + b.sums[i]!;
    for (let k = 0; k < joint.products.length; k++) joint.products[k] = a.products[k]! + b.products[k]!;
    return 0.5 * (joint.count * this.logDeterminant(joint) - a.count * logA - b.count * logB);
  }

  /** What a second Gaussian costs: ½ λ (d + d(d + 1)/2) ln n. */
  penalty(frameCount: number, lambda: number): number {
    const d = this.size;
    return 0.5 * lambda * (d + (d * (d + 1)) / 2) * Math.log(frameCount);
  }

  /** Local ΔBIC; below 0 one Gaussian is enough. */
  deltaBic(a: GaussianSums, b: GaussianSums, lambda: number, logA?: number, logB?: number): number {
    return this.glr(a, b, logA, logB) - this.penalty(a.count + b.count, lambda);
  }
}

/** Variance of each feature over all frames. */
export function variances({ data, size, count }: Frames): Float64Array {
  const mean = new Float64Array(size);
  const square = new Float64Array(size);
  for (let t = 0; t < count; t++) for (let d = 0; d < size; d++) mean[d]! += data[t * size + d]!;
  for (let d = 0; d < size; d++) mean[d]! /= Math.max(1, count);
  for (let t = 0; t < count; t++) for (let d = 0; d < size; d++) square[d]! += (data[t * size + d]! - mean[d]!) ** 2;
  return square.map((value) => value / Math.max(1, count));
}
