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
export const FLOOR = 1e-8;
/** A speaker of less weight is not there. */
const MIN_WEIGHT = 1e-7;

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
  const { loopP } = options;
  return variationalRounds(rows, phi, gamma, options, pause, (logP, state) => ({
    evidence: loopP === null ? mixture(logP, state) : hiddenMarkov(logP, state, loopP),
    settled: true,
  }));
}

/**
 * The rounds of VBx: speaker models from the responsibilities, then `attribute` makes new responsibilities and weights of
 * the windows' evidence, in place. Ends when the bound gains too little and `attribute` calls its own settings settled.
 */
export function variationalRounds(
  rows: Float64Array,
  phi: Float64Array,
  gamma: Float64Array,
  options: VbxOptions,
  pause: () => void,
  attribute: (logP: Float64Array, state: VbxResult) => { evidence: number; settled: boolean },
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
    const { evidence, settled } = attribute(logP, state);
    const elbo = evidence + (options.fb / 2) * prior;
    const before = state.elbo[state.elbo.length - 1];
    state.elbo.push(elbo);
    if (settled && before !== undefined && elbo - before < options.minGain) break;
  }
  return state;
}

/** The speaker of each window with the largest posterior, among those who have kept a weight. */
export function likeliestSpeakers({ gamma, pi }: VbxResult): Int32Array {
  const speakers = pi.length;
  const labels = new Int32Array(gamma.length / Math.max(1, speakers));
  for (let t = 0; t < labels.length; t++) {
    let best = 0;
    for (let s = 1; s < speakers; s++) {
      if (pi[s]! > MIN_WEIGHT && gamma[t * speakers + s]! > gamma[t * speakers + best]!) best = s;
    }
    labels[t] = best;
  }
  return labels;
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
  const count = logP.length / pi.length;
  const mass = new Float64Array(pi.length);
  const evidence = independentWindows(logP, 0, count, gamma, pi, mass);
  mass.forEach((value, s) => (pi[s] = value / count));
  return evidence;
}

/** Responsibilities of the windows `from` … `to` − 1, each by itself, added up in `mass`. @returns their ln p(X) */
export function independentWindows(
  logP: Float64Array,
  from: number,
  to: number,
  gamma: Float64Array,
  pi: Float64Array,
  mass: Float64Array,
): number {
  const speakers = pi.length;
  let evidence = 0;
  for (let t = from; t < to; t++) {
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
  return evidence;
}

/** Responsibilities and weights of a sequence. @returns ln p(X) */
function hiddenMarkov(logP: Float64Array, { gamma, pi }: VbxResult, loopP: number): number {
  const count = logP.length / pi.length;
  const entries = new Float64Array(pi.length);
  const start = pi.map((weight) => weight + FLOOR);
  const evidence = windowSequence(logP, 0, count, gamma, start, entryProbabilities(pi, loopP), loopP, entries);
  updateWeights(pi, gamma, entries, loopP);
  return evidence;
}

/** Probability of a transition into each speaker from another one. */
export const entryProbabilities = (pi: Float64Array, loopP: number): Float64Array =>
  pi.map((weight) => (1 - loopP) * weight + FLOOR);

/** New weights from the first window and from how often each speaker was entered per probability of entering. */
export function updateWeights(pi: Float64Array, gamma: Float64Array, entries: Float64Array, loopP: number): void {
  let sum = 0;
  for (let s = 0; s < pi.length; s++) {
    const weight = gamma[s]! + (1 - loopP) * pi[s]! * entries[s]!;
    pi[s] = weight;
    sum += weight;
  }
  for (let s = 0; s < pi.length; s++) pi[s]! /= sum;
}

/**
 * Forward–backward with scaling over the windows `from` … `to` − 1, for transitions loopP·δ + (1 − loopP)·π: the sum over
 * former speakers is shared by all, so that a window costs as many steps as there are speakers.
 * @param start probability of each speaker at the first window
 * @param entries expected transitions into each speaker within these windows, each over its probability, are added
 * @returns ln p(X) of these windows
 */
export function windowSequence(
  logP: Float64Array,
  from: number,
  to: number,
  gamma: Float64Array,
  start: Float64Array,
  entry: Float64Array,
  loopP: number,
  entries: Float64Array,
): number {
  const speakers = start.length;
  const first = from * speakers;
  const likely = new Float64Array((to - from) * speakers);
  const forward = new Float64Array((to - from) * speakers);
  const scale = new Float64Array(to - from);
  let evidence = 0;
  for (let t = 0; t < to - from; t++) {
    const at = t * speakers;
    let top = -Infinity;
    for (let s = 0; s < speakers; s++) top = Math.max(top, logP[first + at + s]!);
    let total = 0;
    for (let s = 0; s < speakers; s++) {
      likely[at + s] = Math.exp(logP[first + at + s]! - top);
      const came = t === 0 ? start[s]! : loopP * forward[at - speakers + s]! + entry[s]!;
      total += forward[at + s] = came * likely[at + s]!;
    }
    for (let s = 0; s < speakers; s++) forward[at + s]! /= total;
    scale[t] = total;
    evidence += top + Math.log(total);
  }
  let backward = new Float64Array(speakers).fill(1);
  for (let t = to - from - 1; t >= 0; t--) {
    const at = t * speakers;
    for (let s = 0; s < speakers; s++) gamma[first + at + s] = forward[at + s]! * backward[s]!;
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
  return evidence;
}
