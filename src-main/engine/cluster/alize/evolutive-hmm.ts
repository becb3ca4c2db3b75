import { BlockScores } from '../labelled-spans.ts';
import { adaptMeans, trainGmm } from '../statistics/diagonal-gmm.ts';
import type { DiagonalGmm, GmmTraining } from '../statistics/diagonal-gmm.ts';
import { pickFrames } from '../statistics/frames.ts';
import type { Frames } from '../statistics/frames.ts';
import { viterbi } from '../statistics/viterbi.ts';
import { relabel } from '../vectors.ts';

/** Published settings of LIA_SpkSeg's Segmentation and ReSegmentation. */
export interface EhmmRules {
  /** A new speaker starts from so many frames of the remainder … */
  selectionFrames: number;
  /** … and must own so many in the end; in the resegmentation so many. */
  speakerFrames: number;
  resegmentationFrames: number;
  components: number;
  /** Viterbi decides over blocks of so many frames. */
  blockFrames: number;
  /** γ: staying is so many times as likely as going to any one other speaker. */
  gamma: number;
  /** A pass that changes the log-likelihood by less ends the adaptation. */
  epsilon: number;
  maxPasses: number;
  /** World model of the resegmentation, of the recording itself, and how much a frame of it counts. */
  worldComponents: number;
  relevance: number;
}

export const ehmmRules: EhmmRules = {
  selectionFrames: 600,
  speakerFrames: 600,
  resegmentationFrames: 800,
  components: 16,
  blockFrames: 30,
  gamma: 9,
  epsilon: 5,
  maxPasses: 10,
  worldComponents: 128,
  relevance: 16,
};

const TRAINING: Omit<GmmTraining, 'components'> = { maxRounds: 5, minGain: 0.005, varianceFloor: 0.05 };
const FRAMES_PER_PAUSE = 4000;

/** A segmentation in blocks, and what it was worth. */
interface State {
  /** Speaker of each block; 0 is the remainder L0. */
  labels: Int32Array;
  speakers: number;
}

export interface EhmmResult {
  /** Speaker of each frame. */
  labels: Int32Array;
  count: number;
  scores: BlockScores;
}

/**
 * Evolutive HMM, top down (Meignier et al., Odyssey 2001): all speech is one speaker; then a stretch of the remainder makes
 * a further one, models and segmentation adapt to each other, and it stays if it keeps enough speech; until the remainder
 * has no stretch left that was not tried. Ends with a resegmentation by models adapted from one world model.
 * @param changes frames where turns start: a stretch never crosses them if it need not
 */
export function evolutiveHmm(
  frames: Frames,
  changes: readonly number[],
  speakers: { min: number; max: number },
  rules: EhmmRules = ehmmRules,
  pause: () => void = () => undefined,
): EhmmResult {
  const blocks = Math.ceil(frames.count / rules.blockFrames);
  let state: State = { labels: new Int32Array(blocks), speakers: 1 };
  const used = new Uint8Array(blocks);
  while (state.speakers < speakers.max) {
    const seed = nextSeed(state.labels, used, changes, rules);
    if (!seed) break;
    used.fill(1, seed.first, seed.end);
    const tried = adapted(frames, withSpeaker(state, seed), rules, pause);
    const owned = framesOwned(tried, state.speakers) * rules.blockFrames;
    // A given least number keeps speakers that own less than is usual.
    const needed = state.speakers < speakers.min ? rules.selectionFrames / 4 : rules.speakerFrames;
    if (owned >= needed) state = tried;
  }
  return resegmented(frames, state, speakers.min, rules, pause);
}

const framesOwned = ({ labels }: State, speaker: number): number =>
  labels.reduce((sum, label) => sum + (label === speaker ? 1 : 0), 0);

/**
 * The first stretch of the remainder that was never used, `selectionFrames` long; it starts at a change of turn if the
 * remainder has such a place.
 */
function nextSeed(
  labels: Int32Array,
  used: Uint8Array,
  changes: readonly number[],
  rules: EhmmRules,
): { first: number; end: number } | null {
  const length = Math.ceil(rules.selectionFrames / rules.blockFrames);
  const starts = new Set(changes.map((frame) => Math.ceil(frame / rules.blockFrames)));
  let plain: { first: number; end: number } | null = null;
  let free = 0;
  for (let end = 1; end <= labels.length; end++) {
    free = labels[end - 1] === 0 && !used[end - 1] ? free + 1 : 0;
    if (free < length) continue;
    const first = end - length;
    plain ??= { first, end };
    if (first === 0 || starts.has(first) || labels[first - 1] !== 0) return { first, end };
    // Too far from the first possible place to be worth waiting for a change.
    if (first - plain.first > length) break;
  }
  return plain;
}

function withSpeaker({ labels, speakers }: State, seed: { first: number; end: number }): State {
  const next = labels.slice();
  next.fill(speakers, seed.first, seed.end);
  return { labels: next, speakers: speakers + 1 };
}

/** Models from the segmentation and the segmentation from the models, until neither moves. */
function adapted(frames: Frames, start: State, rules: EhmmRules, pause: () => void): State {
  let { labels } = start;
  const training = { ...TRAINING, components: rules.components };
  let before = -Infinity;
  for (let pass = 0; pass < rules.maxPasses; pass++) {
    // From the start each time: models that go on from where they were keep to their first segmentation.
    const models = Array.from({ length: start.speakers }, (_, speaker) => {
      const own = framesOf(frames, labels, speaker, rules.blockFrames);
      return trainGmm(own.count > 0 ? own : frames, training, pause);
    });
    const scores = blockScores(frames, models, rules.blockFrames, pause);
    const next = decode(scores, start.speakers, rules.gamma);
    const likelihood = next.reduce((sum, label, block) => sum + scores[block * start.speakers + label]!, 0);
    const same = next.every((label, block) => label === labels[block]);
    labels = next;
    if (same || Math.abs(likelihood - before) < rules.epsilon) break;
    before = likelihood;
  }
  return { labels, speakers: start.speakers };
}

function framesOf(frames: Frames, labels: Int32Array, speaker: number, blockFrames: number): Frames {
  const indices: number[] = [];
  labels.forEach((label, block) => {
    if (label !== speaker) return;
    const end = Math.min(frames.count, (block + 1) * blockFrames);
    for (let t = block * blockFrames; t < end; t++) indices.push(t);
  });
  return pickFrames(frames, indices);
}

/** Σ ln p of each block under each model, blocks × models. */
function blockScores(
  frames: Frames,
  models: readonly DiagonalGmm[],
  blockFrames: number,
  pause: () => void,
  judged?: BlockScores,
): Float64Array {
  const scores = new Float64Array(Math.ceil(frames.count / blockFrames) * models.length);
  models.forEach((model, s) => {
    for (let t = 0; t < frames.count; t++) {
      if (t % FRAMES_PER_PAUSE === 0) pause();
      const value = model.logLikelihood(frames.data, t * frames.size);
      scores[Math.floor(t / blockFrames) * models.length + s]! += value;
      judged?.add(t, s, value);
    }
  });
  return scores;
}

/** Transitions "RapConst": a_ij = 1/(γ + N − 1) and a_ii = γ · a_ij. */
function decode(scores: Float64Array, speakers: number, gamma: number): Int32Array {
  const leave = 1 / (gamma + speakers - 1);
  return viterbi(scores, speakers, Math.log(gamma * leave), Math.log(leave));
}

/** World model of all speech, a mixture adapted from it for each speaker, one decision with a_ii = 0.6. */
function resegmented(frames: Frames, state: State, least: number, rules: EhmmRules, pause: () => void): EhmmResult {
  const world = trainGmm(frames, { ...TRAINING, components: rules.worldComponents }, pause);
  let { labels, speakers } = state;
  for (;;) {
    const models = Array.from({ length: speakers }, (_, speaker) =>
      adaptMeans(world, framesOf(frames, labels, speaker, rules.blockFrames), rules.relevance, 1, pause),
    );
    const judged = new BlockScores(frames.count, speakers);
    const scores = blockScores(frames, models, rules.blockFrames, pause, judged);
    const path = viterbi(scores, speakers, Math.log(0.6), Math.log(0.4 / Math.max(1, speakers - 1)));
    const lost = speakers > Math.max(1, least) ? weakest(path, speakers, rules) : -1;
    if (lost < 0) {
      const named = relabel(path);
      const newOf = new Int32Array(speakers).fill(-1);
      path.forEach((old, block) => (newOf[old] = named.labels[block]!));
      return {
        labels: Int32Array.from({ length: frames.count }, (_, t) => named.labels[Math.floor(t / rules.blockFrames)]!),
        count: named.count,
        scores: judged.joined(newOf, named.count),
      };
    }
    // Its speech goes to whom it sounds like next.
    const next = bestWithout(scores, path, speakers, lost);
    const renamed = relabel(next);
    labels = renamed.labels;
    speakers = renamed.count;
  }
}

/** The speaker with the least speech, if that is too little. */
function weakest(labels: Int32Array, speakers: number, rules: EhmmRules): number {
  const owned = new Float64Array(speakers);
  for (const label of labels) owned[label]! += rules.blockFrames;
  let least = 0;
  for (let s = 1; s < speakers; s++) if (owned[s]! < owned[least]!) least = s;
  return owned[least]! < rules.resegmentationFrames ? least : -1;
}

function bestWithout(scores: Float64Array, path: Int32Array, speakers: number, lost: number): Int32Array {
  return path.map((label, block) => {
    if (label !== lost) return label;
    let best = lost === 0 ? 1 : 0;
    for (let s = 0; s < speakers; s++) {
      if (s !== lost && scores[block * speakers + s]! > scores[block * speakers + best]!) best = s;
    }
    return best;
  });
}
