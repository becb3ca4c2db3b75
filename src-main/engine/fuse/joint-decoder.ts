import type { FaceEvidence } from './face-evidence.ts';
import { speechBlocks } from './speech-frames.ts';
import type { SpeechFrames } from './speech-frames.ts';

export interface DecoderRules {
  /** Probability that the speaker of a step is that of the step before, when nothing lies between them. */
  stay: number;
  /** Share of speech in which two speak at once. */
  overlapShare: number;
}

export interface DecoderInput {
  steps: SpeechFrames;
  evidence: FaceEvidence;
  /** Speaker of each lane; −1 = none of the speakers. */
  speakerOfLane: ArrayLike<number>;
  /** Log-likelihood ratio of each entry of the evidence. */
  ratios: Float32Array;
  speakerCount: number;
  /** Adds each speaker's log-likelihood by voice at step t to `out`. */
  addVoice: (t: number, out: Float64Array) => void;
  /** Two who may speak at once. */
  pairs: readonly (readonly [number, number])[];
  /** What an overlap net says of each step: log-likelihood ratio of two against one; absent = nothing. */
  overlapRatio?: Float32Array;
  rules: DecoderRules;
  pause?: () => void;
}

export interface Decoded {
  /** Speaker of each step. */
  first: Int32Array;
  /** Who speaks beside; −1 = nobody. */
  second: Int32Array;
  /** Posterior of the first speaker at each step, 0..1. */
  certainty: Float32Array;
  /** Of each entry of the evidence: probability that its face's speaker speaks. */
  talks: Float32Array;
}

/** Pauses longer than this part a recording into blocks that are decoded by themselves. */
const BLOCK_PAUSE_SEC = 3;
/** Seconds of pause after which the speaker before says little about who speaks next. */
const PAUSE_MEMORY_SEC = 0.5;

/**
 * Who speaks at each step: the most probable sequence (Viterbi) of states, one speaker or a pair of them each, and their
 * posteriors (forward–backward). A state is as likely as the voice of the step is its speakers' and as the faces that are
 * seen look: a face that is not seen says nothing. Leaving a state is equally likely to all, so that a step costs as many
 * operations as there are states.
 */
export function decodeJointly(input: DecoderInput): Decoded {
  const { steps, evidence, speakerCount } = input;
  const out: Decoded = {
    first: new Int32Array(steps.count),
    second: new Int32Array(steps.count).fill(-1),
    certainty: new Float32Array(steps.count),
    talks: new Float32Array(evidence.lane.length),
  };
  if (speakerCount === 0) return out;
  const states = statesOf(input);
  for (const { from, to } of speechBlocks(steps, BLOCK_PAUSE_SEC)) {
    input.pause?.();
    const scores = stateScores(input, states, from, to);
    const path = bestPath(input, states, scores, from, to);
    const gamma = posteriors(input, states, scores, from, to);
    writeBlock(input, states, path, gamma, from, to, out);
  }
  return out;
}

interface States {
  count: number;
  a: Int32Array;
  /** −1 = one speaker alone. */
  b: Int32Array;
  logPrior: Float64Array;
}

function statesOf({ speakerCount, pairs, rules }: DecoderInput): States {
  const count = speakerCount + pairs.length;
  const a = new Int32Array(count);
  const b = new Int32Array(count).fill(-1);
  const logPrior = new Float64Array(count);
  const alone = pairs.length > 0 ? 1 - rules.overlapShare : 1;
  for (let s = 0; s < speakerCount; s++) {
    a[s] = s;
    logPrior[s] = Math.log(alone / speakerCount);
  }
  pairs.forEach(([x, y], k) => {
    a[speakerCount + k] = x;
    b[speakerCount + k] = y;
    logPrior[speakerCount + k] = Math.log(rules.overlapShare / pairs.length);
  });
  return { count, a, b, logPrior };
}

/** Log-likelihood of every state at the steps of a block, row after row. */
function stateScores(input: DecoderInput, states: States, from: number, to: number): Float32Array {
  const { evidence, speakerOfLane, ratios, speakerCount } = input;
  const scores = new Float32Array((to - from) * states.count);
  const voice = new Float64Array(speakerCount);
  const face = new Float64Array(speakerCount);
  for (let t = from; t < to; t++) {
    voice.fill(0);
    face.fill(0);
    input.addVoice(t, voice);
    for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
      const speaker = speakerOfLane[evidence.lane[e]!]!;
      // Two lanes of one speaker at a time: the one that speaks counts.
      if (speaker >= 0) face[speaker] = face[speaker] === 0 ? ratios[e]! : Math.max(face[speaker]!, ratios[e]!);
    }
    const row = (t - from) * states.count;
    for (let s = 0; s < states.count; s++) {
      const a = states.a[s]!;
      const b = states.b[s]!;
      if (b < 0) {
        scores[row + s] = voice[a]! + face[a]!;
        continue;
      }
      // A mixture sounds like the louder of the two, no one knows which.
      const top = Math.max(voice[a]!, voice[b]!);
      const mixed = top + Math.log((Math.exp(voice[a]! - top) + Math.exp(voice[b]! - top)) / 2);
      scores[row + s] = mixed + face[a]! + face[b]! + (input.overlapRatio?.[t] ?? 0);
    }
  }
  return scores;
}

/** Log-probabilities of staying and of leaving before step t. */
function moves({ steps, rules, speakerCount }: DecoderInput, t: number, from: number): { stay: number; leave: number } {
  const gapSec = t > from ? Math.max(0, steps.startSec[t]! - steps.endSec[t - 1]!) : Infinity;
  const stay = t > from ? rules.stay * Math.exp(-gapSec / PAUSE_MEMORY_SEC) : 0;
  const kept = Math.min(rules.stay, Math.max(stay, speakerCount > 1 ? 0 : rules.stay));
  return { stay: kept, leave: Math.log(Math.max(1e-12, 1 - kept)) };
}

function bestPath(input: DecoderInput, states: States, scores: Float32Array, from: number, to: number): Int32Array {
  const n = to - from;
  const { count, logPrior } = states;
  const back = new Int32Array(n * count);
  let score = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    const { stay, leave } = moves(input, from + i, from);
    let top = 0;
    for (let s = 1; s < count; s++) if (score[s]! > score[top]!) top = s;
    const next = new Float64Array(count);
    for (let s = 0; s < count; s++) {
      const entering = leave + logPrior[s]!;
      const stayed = score[s]! + Math.log(stay + (1 - stay) * Math.exp(logPrior[s]!));
      const came = score[top]! + entering;
      back[i * count + s] = stayed >= came ? s : top;
      next[s] = Math.max(stayed, came) + scores[i * count + s]!;
    }
    score = next;
  }
  const path = new Int32Array(n);
  let state = 0;
  for (let s = 1; s < count; s++) if (score[s]! > score[state]!) state = s;
  for (let i = n - 1; i >= 0; i--) {
    path[i] = state;
    state = back[i * count + state]!;
  }
  return path;
}

/** Posterior of every state at every step of a block. */
function posteriors(input: DecoderInput, states: States, scores: Float32Array, from: number, to: number): Float32Array {
  const n = to - from;
  const { count } = states;
  const prior = Float64Array.from(states.logPrior, Math.exp);
  const forward = new Float32Array(n * count);
  let row = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    const { stay } = moves(input, from + i, from);
    const likely = likelihoods(scores, i, count);
    let total = 0;
    const next = new Float64Array(count);
    for (let s = 0; s < count; s++) {
      // Rows sum to 1, so the mass that leaves is the same for all.
      next[s] = (i === 0 ? prior[s]! : stay * row[s]! + (1 - stay) * prior[s]!) * likely[s]!;
      total += next[s]!;
    }
    for (let s = 0; s < count; s++) forward[i * count + s] = next[s]! /= total;
    row = next;
  }
  let behind = new Float64Array(count).fill(1);
  for (let i = n - 2; i >= 0; i--) {
    const { stay } = moves(input, from + i + 1, from);
    const likely = likelihoods(scores, i + 1, count);
    let leaving = 0;
    for (let s = 0; s < count; s++) leaving += prior[s]! * likely[s]! * behind[s]!;
    const next = new Float64Array(count);
    let total = 0;
    let sum = 0;
    for (let s = 0; s < count; s++) {
      next[s] = stay * likely[s]! * behind[s]! + (1 - stay) * leaving;
      total += next[s]!;
    }
    for (let s = 0; s < count; s++) {
      next[s]! *= count / total;
      sum += forward[i * count + s]! *= next[s]!;
    }
    for (let s = 0; s < count; s++) forward[i * count + s]! /= sum;
    behind = next;
  }
  return forward;
}

/** Of the states at a step, over that of the best one. */
function likelihoods(scores: Float32Array, i: number, count: number): Float64Array {
  let top = -Infinity;
  for (let s = 0; s < count; s++) top = Math.max(top, scores[i * count + s]!);
  return Float64Array.from({ length: count }, (_, s) => Math.exp(scores[i * count + s]! - top));
}

function writeBlock(
  input: DecoderInput,
  states: States,
  path: Int32Array,
  gamma: Float32Array,
  from: number,
  to: number,
  out: Decoded,
): void {
  const { evidence, speakerOfLane, speakerCount } = input;
  const share = new Float64Array(speakerCount);
  let before = -1;
  for (let t = from; t < to; t++) {
    share.fill(0);
    const row = (t - from) * states.count;
    for (let s = 0; s < states.count; s++) {
      share[states.a[s]!]! += gamma[row + s]!;
      if (states.b[s]! >= 0) share[states.b[s]!]! += gamma[row + s]!;
    }
    const state = path[t - from]!;
    const [a, b] = [states.a[state]!, states.b[state]!];
    // Whoever spoke before goes on as the first.
    const [first, second] = b >= 0 && b === before ? [b, a] : [a, b];
    out.first[t] = first;
    out.second[t] = second;
    out.certainty[t] = Math.min(1, share[first]!);
    before = first;
    for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
      const speaker = speakerOfLane[evidence.lane[e]!]!;
      if (speaker >= 0) out.talks[e] = Math.min(1, share[speaker]!);
    }
  }
}
