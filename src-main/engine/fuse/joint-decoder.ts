import type { FaceEvidence } from './face-evidence.ts';
import { speechBlocks } from './speech-frames.ts';
import type { SpeechFrames } from './speech-frames.ts';

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
  /** Probability that the speaker of a step is that of the step before, when nothing lies between them. */
  stay: number;
  pause?: () => void;
}

export interface Decoded {
  /** Speaker of each step. */
  first: Int32Array;
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
 * Who speaks at each step: the most probable sequence (Viterbi) of speakers, and their posteriors (forward–backward). A
 * speaker is as likely as the voice of the step is theirs and as their face, where it is seen, looks like talking: a face
 * that is not seen says nothing. Leaving is equally likely to all others, so that a step costs as many operations as there
 * are speakers.
 */
export function decodeJointly(input: DecoderInput): Decoded {
  const { steps, evidence, speakerCount } = input;
  const out: Decoded = {
    first: new Int32Array(steps.count),
    certainty: new Float32Array(steps.count),
    talks: new Float32Array(evidence.lane.length),
  };
  if (speakerCount === 0) return out;
  for (const { from, to } of speechBlocks(steps, BLOCK_PAUSE_SEC)) {
    input.pause?.();
    const scores = speakerScores(input, from, to);
    const path = bestPath(input, scores, from, to);
    const gamma = posteriors(input, scores, from, to);
    for (let t = from; t < to; t++) {
      const row = (t - from) * speakerCount;
      out.first[t] = path[t - from]!;
      out.certainty[t] = Math.min(1, gamma[row + out.first[t]!]!);
      for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
        const speaker = input.speakerOfLane[evidence.lane[e]!]!;
        if (speaker >= 0) out.talks[e] = Math.min(1, gamma[row + speaker]!);
      }
    }
  }
  return out;
}

/** Log-likelihood of every speaker at the steps of a block, row after row. */
function speakerScores(input: DecoderInput, from: number, to: number): Float32Array {
  const { evidence, speakerOfLane, ratios, speakerCount } = input;
  const scores = new Float32Array((to - from) * speakerCount);
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
    for (let s = 0; s < speakerCount; s++) scores[(t - from) * speakerCount + s] = voice[s]! + face[s]!;
  }
  return scores;
}

/** Probability of staying from step t − 1 to t. */
function stayAt({ steps, stay }: DecoderInput, t: number, from: number): number {
  if (t === from) return 0;
  return stay * Math.exp(-Math.max(0, steps.startSec[t]! - steps.endSec[t - 1]!) / PAUSE_MEMORY_SEC);
}

function bestPath(input: DecoderInput, scores: Float32Array, from: number, to: number): Int32Array {
  const n = to - from;
  const count = input.speakerCount;
  const back = new Int32Array(n * count);
  let score = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    const stay = stayAt(input, from + i, from);
    const logStay = Math.log(stay + (1 - stay) / count);
    const logLeave = Math.log(Math.max(1e-12, (1 - stay) / count));
    let top = 0;
    for (let s = 1; s < count; s++) if (score[s]! > score[top]!) top = s;
    const next = new Float64Array(count);
    for (let s = 0; s < count; s++) {
      const stayed = score[s]! + logStay;
      const came = score[top]! + logLeave;
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

/** Posterior of every speaker at every step of a block. */
function posteriors(input: DecoderInput, scores: Float32Array, from: number, to: number): Float32Array {
  const n = to - from;
  const count = input.speakerCount;
  const gamma = new Float32Array(n * count);
  let row = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    const stay = stayAt(input, from + i, from);
    const likely = likelihoods(scores, i, count);
    const next = new Float64Array(count);
    let total = 0;
    for (let s = 0; s < count; s++) {
      // Rows sum to 1, so the mass that leaves is the same for all.
      next[s] = (stay * row[s]! + (1 - stay) / count) * likely[s]!;
      total += next[s]!;
    }
    for (let s = 0; s < count; s++) gamma[i * count + s] = next[s]! /= total;
    row = next;
  }
  let behind = new Float64Array(count).fill(1);
  for (let i = n - 2; i >= 0; i--) {
    const stay = stayAt(input, from + i + 1, from);
    const likely = likelihoods(scores, i + 1, count);
    let leaving = 0;
    for (let s = 0; s < count; s++) leaving += (likely[s]! * behind[s]!) / count;
    const next = new Float64Array(count);
    let total = 0;
    for (let s = 0; s < count; s++) {
      next[s] = stay * likely[s]! * behind[s]! + (1 - stay) * leaving;
      total += next[s]!;
    }
    let sum = 0;
    for (let s = 0; s < count; s++) {
      next[s]! *= count / total;
      sum += gamma[i * count + s]! *= next[s]!;
    }
    for (let s = 0; s < count; s++) gamma[i * count + s]! /= sum;
    behind = next;
  }
  return gamma;
}

/** Of the speakers at a step, over that of the best one. */
function likelihoods(scores: Float32Array, i: number, count: number): Float64Array {
  let top = -Infinity;
  for (let s = 0; s < count; s++) top = Math.max(top, scores[i * count + s]!);
  return Float64Array.from({ length: count }, (_, s) => Math.exp(scores[i * count + s]! - top));
}
