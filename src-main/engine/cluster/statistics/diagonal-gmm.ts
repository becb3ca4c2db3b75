import type { Frames } from './frames.ts';
import { variances } from './full-gaussian.ts';

const LOG_2PI = Math.log(2 * Math.PI);
/** Least weight of a component. */
const MIN_WEIGHT = 1e-6;
/** Distance of the two halves of a split component from it, in deviations. */
const SPLIT_STEP = 0.5;
/** Rounds before a small gain ends the fitting: the first ones after a split gain little. */
const MIN_ROUNDS = 3;
/** Frames between two calls of `pause`. */
const FRAMES_PER_PAUSE = 4000;

/** Mixture of Gaussians with diagonal covariances. */
export class DiagonalGmm {
  readonly size: number;
  readonly components: number;
  readonly weights: Float64Array;
  /** components × size. */
  readonly means: Float64Array;
  readonly variances: Float64Array;
  readonly #constants: Float64Array;
  readonly #halfInverse: Float64Array;
  readonly #scores: Float64Array;

  constructor(size: number, weights: Float64Array, means: Float64Array, spread: Float64Array) {
    this.size = size;
    this.components = weights.length;
    this.weights = weights;
    this.means = means;
    this.variances = spread;
    this.#scores = new Float64Array(weights.length);
    this.#halfInverse = spread.map((value) => 0.5 / value);
    this.#constants = weights.map((weight, c) => {
      let sum = Math.log(Math.max(weight, MIN_WEIGHT));
      for (let d = c * size; d < (c + 1) * size; d++) sum -= 0.5 * (LOG_2PI + Math.log(spread[d]!));
      return sum;
    });
  }

  /** ln p of a frame; with `shares`, the posterior of each component as well. */
  logLikelihood(data: Float32Array, at: number, shares?: Float64Array): number {
    const { size, components, means } = this;
    const half = this.#halfInverse;
    const scores = this.#scores;
    let top = -Infinity;
    for (let c = 0, k = 0; c < components; c++) {
      let score = this.#constants[c]!;
      for (let d = 0; d < size; d++, k++) {
        const x = data[at + d]! - means[k]!;
        score -= x * x * half[k]!;
      }
      scores[c] = score;
      if (score > top) top = score;
    }
    let total = 0;
    for (let c = 0; c < components; c++) {
      // e⁻³⁰ of the best adds nothing that matters.
      const share = scores[c]! - top < -30 ? 0 : Math.exp(scores[c]! - top);
      total += share;
      if (shares) shares[c] = share;
    }
    if (shares) for (let c = 0; c < components; c++) shares[c]! /= total;
    return top + Math.log(total);
  }

  /** Mean of ln p over frames [start, end). */
  meanLogLikelihood(frames: Frames, start = 0, end = frames.count): number {
    let sum = 0;
    for (let t = start; t < end; t++) sum += this.logLikelihood(frames.data, t * this.size);
    return end > start ? sum / (end - start) : 0;
  }
}

/** Expected counts and sums of frames under a mixture. */
interface Expectation {
  mass: Float64Array;
  sums: Float64Array;
  squares: Float64Array;
  logLikelihood: number;
}

function expectation(gmm: DiagonalGmm, frames: Frames, pause: () => void): Expectation {
  const { size, components } = gmm;
  const out: Expectation = {
    mass: new Float64Array(components),
    sums: new Float64Array(components * size),
    squares: new Float64Array(components * size),
    logLikelihood: 0,
  };
  const shares = new Float64Array(components);
  for (let t = 0; t < frames.count; t++) {
    if (t % FRAMES_PER_PAUSE === 0) pause();
    const at = t * size;
    out.logLikelihood += gmm.logLikelihood(frames.data, at, shares);
    for (let c = 0; c < components; c++) {
      const share = shares[c]!;
      if (share < 1e-6) continue;
      out.mass[c]! += share;
      for (let d = 0, k = c * size; d < size; d++, k++) {
        const x = frames.data[at + d]!;
        out.sums[k]! += share * x;
        out.squares[k]! += share * x * x;
      }
    }
  }
  return out;
}

export interface GmmTraining {
  components: number;
  /** EM rounds after the last split, at most. */
  maxRounds: number;
  /** Ends when the mean log-likelihood of a frame gains less. */
  minGain: number;
  /** Share of the frames' own variance that no component falls below. */
  varianceFloor: number;
}

/**
 * Mixture of maximum likelihood: one Gaussian whose heaviest components are split along their deviation until there are
 * enough, expectation–maximisation in between. Always the same for the same frames. At least ten frames a component.
 */
export function trainGmm(frames: Frames, training: GmmTraining, pause: () => void = () => undefined): DiagonalGmm {
  const { size } = frames;
  const wanted = Math.max(1, Math.min(training.components, Math.floor(frames.count / 10)));
  const whole = variances(frames);
  const floor = whole.map((value) => Math.max(1e-6, training.varianceFloor * value));
  const mean = new Float64Array(size);
  for (let t = 0; t < frames.count; t++) for (let d = 0; d < size; d++) mean[d]! += frames.data[t * size + d]!;
  let gmm = new DiagonalGmm(
    size,
    Float64Array.of(1),
    mean.map((value) => value / Math.max(1, frames.count)),
    whole.map((value, d) => Math.max(value, floor[d]!)),
  );
  while (gmm.components < wanted) {
    gmm = maximise(gmm, frames, floor, { ...training, maxRounds: 2 }, pause);
    gmm = split(gmm, Math.min(gmm.components, wanted - gmm.components));
  }
  return maximise(gmm, frames, floor, training, pause);
}

/** The `count` heaviest components become two each. */
function split(gmm: DiagonalGmm, count: number): DiagonalGmm {
  const { size, components } = gmm;
  const order = Array.from({ length: components }, (_, c) => c).sort(
    (a, b) => gmm.weights[b]! - gmm.weights[a]! || a - b,
  );
  const total = components + count;
  const weights = new Float64Array(total);
  const means = new Float64Array(total * size);
  const spread = new Float64Array(total * size);
  weights.set(gmm.weights);
  means.set(gmm.means);
  spread.set(gmm.variances);
  order.slice(0, count).forEach((from, k) => {
    const to = components + k;
    weights[to] = weights[from]! /= 2;
    for (let d = 0; d < size; d++) {
      const step = SPLIT_STEP * Math.sqrt(gmm.variances[from * size + d]!);
      means[to * size + d] = means[from * size + d]! + step;
      means[from * size + d]! -= step;
      spread[to * size + d] = spread[from * size + d]!;
    }
  });
  return new DiagonalGmm(size, weights, means, spread);
}

function maximise(
  start: DiagonalGmm,
  frames: Frames,
  floor: Float64Array,
  { maxRounds, minGain }: GmmTraining,
  pause: () => void,
): DiagonalGmm {
  let gmm = start;
  let before = -Infinity;
  for (let round = 0; round < maxRounds; round++) {
    const { mass, sums, squares, logLikelihood } = expectation(gmm, frames, pause);
    const means = gmm.means.slice();
    const spread = gmm.variances.slice();
    for (let k = 0; k < means.length; k++) {
      const share = mass[Math.floor(k / gmm.size)]!;
      // A component without frames stays where it is.
      if (share < 1e-3) continue;
      means[k] = sums[k]! / share;
      spread[k] = Math.max(floor[k % gmm.size]!, squares[k]! / share - means[k]! ** 2);
    }
    gmm = new DiagonalGmm(
      gmm.size,
      mass.map((value) => value / Math.max(1, frames.count)),
      means,
      spread,
    );
    if (round >= MIN_ROUNDS && logLikelihood / Math.max(1, frames.count) - before < minGain) break;
    before = logLikelihood / Math.max(1, frames.count);
  }
  return gmm;
}

/**
 * Mixture for a few frames from one of many: the means move as far as the frames that a component explains count against
 * `relevance` frames (Reynolds et al., Digital Signal Processing 10, 2000); weights and variances stay.
 */
export function adaptMeans(
  world: DiagonalGmm,
  frames: Frames,
  relevance: number,
  rounds = 1,
  pause: () => void = () => undefined,
): DiagonalGmm {
  let gmm = world;
  for (let round = 0; round < rounds; round++) {
    const { mass, sums } = expectation(gmm, frames, pause);
    const means = world.means.slice();
    for (let k = 0; k < means.length; k++) {
      const share = mass[Math.floor(k / world.size)]!;
      means[k] = (sums[k]! + relevance * world.means[k]!) / (share + relevance);
    }
    gmm = new DiagonalGmm(world.size, world.weights, means, world.variances);
  }
  return gmm;
}
