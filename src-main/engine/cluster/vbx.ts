/** Settings of variational Bayes clustering of windows. */
export interface VbxOptions {
  /** Scales the evidence of a window down: windows share sound. */
  fa: number;
  /** Scales the speaker prior: larger finds fewer speakers. */
  fb: number;
  /** Probability of staying with a speaker from window to window; null = no order in time (the GMM of community-1). */
  loopP: number | null;
  maxIterations: number;
  /** Ends when the evidence lower bound gains less. */
  minGain: number;
}

/** Published settings of VBx (https://github.com/BUTSpeechFIT/VBx) and of pyannote's community-1. */
export const vbxPresets = {
  example: { fa: 0.3, fb: 17, loopP: 0.99, maxIterations: 40, minGain: 1e-6 },
  'ami-beamformed': { fa: 0.4, fb: 64, loopP: 0.65, maxIterations: 40, minGain: 1e-6 },
  'ami-mix-headset': { fa: 0.4, fb: 68, loopP: 0.65, maxIterations: 40, minGain: 1e-6 },
  callhome: { fa: 0.4, fb: 17, loopP: 0.4, maxIterations: 40, minGain: 1e-6 },
  'dihard-2': { fa: 0.2, fb: 6, loopP: 0.35, maxIterations: 40, minGain: 1e-6 },
  'community-1': { fa: 0.07, fb: 0.8, loopP: null, maxIterations: 20, minGain: 1e-4 },
} as const satisfies Record<string, VbxOptions>;

export interface VbxResult {
  /** Posterior of each speaker for each window, windows × speakers. */
  gamma: Float64Array;
  /** Weight of each speaker; near 0 = not needed. */
  pi: Float64Array;
  /** Evidence lower bound after each iteration. */
  elbo: number[];
}

/** Added to probabilities that may vanish, as in the published code. */
const FLOOR = 1e-8;

/**
 * Variational Bayes HMM over windows (Landini et al., Computer Speech & Language 71, 2022): speakers are points in a space
 * where windows of one speaker have unit covariance and speakers have covariance diag(phi); needless speakers lose their
 * weight. O(windows × speakers × size) an iteration.
 * @param rows windows × size, already in that space
 * @param phi across-speaker variance of each dimension
 * @param gamma first responsibilities, windows × speakers
 * @param pause called once an iteration (cancel check)
 */
export function vbx(
  rows: Float64Array,
  phi: Float64Array,
  gamma: Float64Array,
  options: VbxOptions,
  pause: () => void = () => undefined,
): VbxResult {
  const size = phi.length;
  const count = rows.length / size;
  const speakers = gamma.length / Math.max(1, count);
  const state: VbxResult = { gamma: gamma.slice(), pi: new Float64Array(speakers).fill(1 / speakers), elbo: [] };
  const rho = rows.map((value, at) => value * Math.sqrt(phi[at % size]!));
  const own = ownTerms(rows, size);
  for (let round = 0; round < options.maxIterations; round++) {
    pause();
    const { logP, prior } = windowEvidence(rho, own, phi, state.gamma, speakers, options);
    const evidence = options.loopP === null ? mixture(logP, state) : hiddenMarkov(logP, state, options.loopP);
    const elbo = evidence + (options.fb / 2) * prior;
    const before = state.elbo[state.elbo.length - 1];
    state.elbo.push(elbo);
    if (before !== undefined && elbo - before < options.minGain) break;
  }
  return state;
}

/** ln of a window's density at the origin: −½(|x|² + D ln 2π). */
function ownTerms(rows: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: rows.length / size }, (_, t) => {
    let square = 0;
    for (let d = t * size; d < (t + 1) * size; d++) square += rows[d]! ** 2;
    return -0.5 * (square + size * Math.log(2 * Math.PI));
  });
}

/** Speaker models from the responsibilities, then the scaled log-likelihood of each window under each of them. */
function windowEvidence(
  rho: Float64Array,
  own: Float64Array,
  phi: Float64Array,
  gamma: Float64Array,
  speakers: number,
  { fa, fb }: VbxOptions,
): { logP: Float64Array; prior: number } {
  const size = phi.length;
  const count = own.length;
  const logP = new Float64Array(gamma.length);
  let prior = 0;
  const alpha = new Float64Array(size);
  for (let s = 0; s < speakers; s++) {
    let mass = 0;
    alpha.fill(0);
    for (let t = 0; t < count; t++) {
      const share = gamma[t * speakers + s]!;
      mass += share;
      if (share > 0) for (let d = 0; d < size; d++) alpha[d]! += share * rho[t * size + d]!;
    }
    let constant = 0;
    for (let d = 0; d < size; d++) {
      const inverse = 1 / (1 + (fa / fb) * mass * phi[d]!);
      alpha[d]! *= (fa / fb) * inverse;
      constant += 0.5 * (inverse + alpha[d]! ** 2) * phi[d]!;
      prior += Math.log(inverse) - inverse - alpha[d]! ** 2 + 1;
    }
    for (let t = 0; t < count; t++) {
      let inner = 0;
      for (let d = 0; d < size; d++) inner += alpha[d]! * rho[t * size + d]!;
      logP[t * speakers + s] = fa * (inner - constant + own[t]!);
    }
  }
  return { logP, prior };
}

/** Responsibilities and weights without order in time. @returns ln p(X) */
function mixture(logP: Float64Array, { gamma, pi }: VbxResult): number {
  const speakers = pi.length;
  const count = logP.length / speakers;
  const mass = new Float64Array(speakers);
  let evidence = 0;
  for (let t = 0; t < count; t++) {
    let top = -Infinity;
    for (let s = 0; s < speakers; s++) {
      const value = logP[t * speakers + s]! + Math.log(pi[s]! + FLOOR);
      gamma[t * speakers + s] = value;
      top = Math.max(top, value);
    }
    let total = 0;
    for (let s = 0; s < speakers; s++) total += gamma[t * speakers + s] = Math.exp(gamma[t * speakers + s]! - top);
    for (let s = 0; s < speakers; s++) mass[s]! += gamma[t * speakers + s]! /= total;
    evidence += top + Math.log(total);
  }
  mass.forEach((value, s) => (pi[s] = value / count));
  return evidence;
}

/**
 * Forward–backward with scaling, for transitions loopP·δ + (1 − loopP)·π: the sum over former speakers is shared by all, so
 * that a window costs as many steps as there are speakers. @returns ln p(X)
 */
function hiddenMarkov(logP: Float64Array, { gamma, pi }: VbxResult, loopP: number): number {
  const speakers = pi.length;
  const count = logP.length / speakers;
  const likely = new Float64Array(logP.length);
  const forward = new Float64Array(logP.length);
  const scale = new Float64Array(count);
  const entry = pi.map((weight) => (1 - loopP) * weight + FLOOR);
  let evidence = 0;
  for (let t = 0; t < count; t++) {
    const at = t * speakers;
    let top = -Infinity;
    for (let s = 0; s < speakers; s++) top = Math.max(top, logP[at + s]!);
    let total = 0;
    for (let s = 0; s < speakers; s++) {
      likely[at + s] = Math.exp(logP[at + s]! - top);
      const came = t === 0 ? pi[s]! + FLOOR : loopP * forward[at - speakers + s]! + entry[s]!;
      total += forward[at + s] = came * likely[at + s]!;
    }
    for (let s = 0; s < speakers; s++) forward[at + s]! /= total;
    scale[t] = total;
    evidence += top + Math.log(total);
  }
  const entries = new Float64Array(speakers);
  let backward = new Float64Array(speakers).fill(1);
  for (let t = count - 1; t >= 0; t--) {
    const at = t * speakers;
    for (let s = 0; s < speakers; s++) gamma[at + s] = forward[at + s]! * backward[s]!;
    if (t === 0) break;
    let leaving = 0;
    const next = new Float64Array(speakers);
    for (let s = 0; s < speakers; s++) {
      const here = (likely[at + s]! * backward[s]!) / scale[t]!;
      entries[s]! += here;
      leaving += entry[s]! * here;
      next[s] = loopP * here;
    }
    for (let s = 0; s < speakers; s++) next[s]! += leaving;
    backward = next;
  }
  let sum = 0;
  for (let s = 0; s < speakers; s++) {
    const weight = gamma[s]! + (1 - loopP) * pi[s]! * entries[s]!;
    pi[s] = weight;
    sum += weight;
  }
  for (let s = 0; s < speakers; s++) pi[s]! /= sum;
  return evidence;
}
