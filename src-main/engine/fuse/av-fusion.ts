import { faceSpeakers } from './face-speakers.ts';
import type { FaceEvidence } from './face-evidence.ts';
import { decodeJointly } from './joint-decoder.ts';
import type { Decoded } from './joint-decoder.ts';
import { fitScores, plainScores, scoreRatios } from './score-model.ts';
import type { SpeechFrames } from './speech-frames.ts';
import { addVoice, voiceCosines, windowLabels, windowsOfSteps } from './voice-model.ts';
import type { RegionWindows } from './voice-model.ts';
import { speakersFromVoices } from './voice-speakers.ts';
import type { SpeakerWish } from './voice-speakers.ts';

export interface FusionInput {
  steps: SpeechFrames;
  evidence: FaceEvidence;
  /** `low × lanes + high` of lanes that are two people. */
  seenTogether: ReadonlySet<number>;
  /** Windows to know voices by. */
  coarse: RegionWindows;
  /** Shorter windows to place turns by. */
  fine: RegionWindows;
  /** Posterior of two voices at once at each step; absent = no net says so. */
  overlap?: Float32Array;
  speakers: SpeakerWish;
  rules: FusionRules;
  pause?: () => void;
}

export interface FusionRules {
  /** What the score of a face counts at one step of 40 ms; neighbouring frames repeat each other. */
  faceWeight: number;
  /** Share of speech in which two are expected to speak at once. */
  overlapShare: number;
  /** What the overlap net counts at one step. */
  overlapWeight: number;
  /** Mean length of a turn, seconds: how much a change of speaker costs. */
  turnSec: number;
}

export const defaultRules: FusionRules = { faceWeight: 0.2, overlapShare: 0.05, overlapWeight: 0.1, turnSec: 8 };

export interface FusionResult extends Decoded {
  speakerCount: number;
  /** Speaker of each lane; −1 = never speaks. */
  speakerOfLane: Int32Array;
  /** At each step: cosine of the voice to the first speaker less that to the next one; NaN with one speaker. */
  voiceMargin: Float32Array;
  /** Who speaks at each step by the picture alone: lane, −1 = nobody who is seen. */
  seenLane: Int32Array;
}

const STEP_SEC = 0.04;
/** Share of a window's steps that must be one speaker's, for it to tell of that voice. */
const PURITY = 0.8;
/** Certainty by the picture alone from which speech is confirmed. */
const CONFIRMED = 0.8;
const ROUNDS = 4;
/** Shorter changes of speaker than this are taken back. */
const MIN_TURN_STEPS = 5;

/**
 * Diarist AV's decision (docs/adr/0140): the picture confirms who speaks where it can; voices are learned from what it
 * confirms and from what nobody is seen to say; then picture and voices decide together, step by step, and what they decide
 * teaches the voices and the scores of each face anew.
 * @returns null when no face can be tied to any voice: sound alone must decide
 */
export function fuseFacesAndVoices(input: FusionInput): FusionResult | null {
  const { steps, evidence, coarse, fine, rules } = input;
  const lanes = evidence.lanes.length;
  if (steps.count === 0 || coarse.rows.count === 0 || evidence.lane.length === 0) return null;
  const seen = decodeSeen(input);
  const sure = Int32Array.from(seen.first, (lane, t) => (lane < lanes && seen.certainty[t]! >= CONFIRMED ? lane : -1));
  const confirmed = windowLabels(coarse, steps, sure, seen.second, PURITY);
  const found = speakersFromVoices(
    coarse,
    {
      lanes: confirmed,
      laneCount: lanes,
      seenTogether: input.seenTogether,
      contrast: laneContrast(evidence, sure),
    },
    input.speakers,
    input.pause,
  );
  const speakerCount = found.count;
  let { labels } = found;
  const { speakerOfLane } = found;
  const stepWindows = windowsOfSteps(steps, fine);
  let model = plainScores(lanes);
  let decoded: Decoded | null = null;
  let cosines: Float32Array = new Float32Array(0);
  for (let round = 0; round < ROUNDS; round++) {
    input.pause?.();
    cosines = voiceCosines(fine, coarse, labels, speakerCount);
    const ratios = scoreRatios(evidence, model, rules.faceWeight);
    decoded = decodeJointly({
      steps,
      evidence,
      speakerOfLane,
      ratios,
      speakerCount,
      addVoice: (t, out) => addVoice(cosines, speakerCount, stepWindows, t, out),
      pairs: talkingPairs(evidence, ratios, speakerOfLane),
      ...(input.overlap ? { overlapRatio: overlapRatios(input.overlap, rules) } : {}),
      rules: { stay: stayOf(rules), overlapShare: rules.overlapShare },
      ...(input.pause ? { pause: input.pause } : {}),
    });
    faceSpeakers(evidence, decoded, speakerOfLane, speakerCount, input.seenTogether);
    model = fitScores(evidence, talksOf(evidence, decoded, speakerOfLane));
    labels = relearned(labels, windowLabels(coarse, steps, decoded.first, decoded.second, PURITY), speakerCount);
  }
  if (!decoded || speakerOfLane.every((speaker) => speaker < 0)) return null;
  smoothTurns(steps, decoded);
  return {
    ...decoded,
    speakerCount,
    speakerOfLane,
    voiceMargin: margins(cosines, speakerCount, stepWindows, decoded.first),
    seenLane: Int32Array.from(seen.first, (lane) => (lane < lanes ? lane : -1)),
  };
}

const stayOf = (rules: FusionRules): number => 1 - STEP_SEC / rules.turnSec;

/** The picture alone: each lane a speaker, and one more for whoever is not seen. */
function decodeSeen({ steps, evidence, rules, pause }: FusionInput): Decoded {
  const lanes = evidence.lanes.length;
  const speakerOfLane = Int32Array.from({ length: lanes }, (_, lane) => lane);
  const ratios = scoreRatios(evidence, plainScores(lanes), rules.faceWeight);
  return decodeJointly({
    steps,
    evidence,
    speakerOfLane,
    ratios,
    speakerCount: lanes + 1,
    addVoice: () => undefined,
    pairs: talkingPairs(evidence, ratios, speakerOfLane),
    rules: { stay: stayOf(rules), overlapShare: rules.overlapShare },
    ...(pause ? { pause } : {}),
  });
}

/** Speakers whose faces look like talking at the same time, for at least this many steps in all. */
const PAIR_STEPS = 5;

function talkingPairs(
  evidence: FaceEvidence,
  ratios: Float32Array,
  speakerOfLane: ArrayLike<number>,
): [number, number][] {
  const counts = new Map<string, { pair: [number, number]; steps: number }>();
  for (let t = 0; t + 1 < evidence.offsets.length; t++) {
    for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
      if (ratios[e]! <= 0) continue;
      for (let f = e + 1; f < evidence.offsets[t + 1]!; f++) {
        if (ratios[f]! <= 0) continue;
        const a = speakerOfLane[evidence.lane[e]!]!;
        const b = speakerOfLane[evidence.lane[f]!]!;
        if (a < 0 || b < 0 || a === b) continue;
        const pair: [number, number] = [Math.min(a, b), Math.max(a, b)];
        const known = counts.get(pair.join());
        if (known) known.steps++;
        else counts.set(pair.join(), { pair, steps: 1 });
      }
    }
  }
  return [...counts.values()].filter(({ steps }) => steps >= PAIR_STEPS).map(({ pair }) => pair);
}

/**
 * By how much (log-odds) a lane looks more like talking than another one, over the steps in which it is confirmed and both
 * are seen; far apart where they never are.
 */
function laneContrast(evidence: FaceEvidence, sure: Int32Array): (lane: number, other: number) => number {
  return (lane, other) => {
    let sum = 0;
    let count = 0;
    for (let t = 0; t < sure.length; t++) {
      if (sure[t] !== lane) continue;
      let own = NaN;
      let beside = NaN;
      for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
        if (evidence.lane[e] === lane) own = evidence.logit[e]!;
        if (evidence.lane[e] === other) beside = evidence.logit[e]!;
      }
      if (Number.isNaN(own - beside)) continue;
      sum += own - beside;
      count++;
    }
    return count > 0 ? sum / count : Infinity;
  };
}

/** What the overlap net says, as a bounded log-likelihood ratio of a step. */
function overlapRatios(posterior: Float32Array, rules: FusionRules): Float32Array {
  return Float32Array.from(posterior, (p) => {
    const odds = Math.log(Math.max(0.02, p) / Math.max(0.02, 1 - p));
    return rules.overlapWeight * Math.max(-3, Math.min(3, odds));
  });
}

/** Lanes of nobody never talk. */
function talksOf(evidence: FaceEvidence, decoded: Decoded, speakerOfLane: Int32Array): Float32Array {
  return decoded.talks.map((talks, e) => (speakerOfLane[evidence.lane[e]!]! < 0 ? 0 : talks));
}

/** New labels, but a speaker whose windows are all gone keeps the old ones: a voice is not to be lost to rounding. */
function relearned(before: Int32Array, after: Int32Array, speakerCount: number): Int32Array {
  const heard = new Set(after);
  for (let k = 0; k < speakerCount; k++) {
    if (heard.has(k)) continue;
    before.forEach((label, i) => {
      if (label === k && after[i] === -1) after[i] = k;
    });
  }
  return after;
}

/** Takes back changes of speaker, and second speakers, too short to be turns. */
export function smoothTurns(steps: SpeechFrames, decoded: Pick<Decoded, 'first' | 'second'>): void {
  const { first, second } = decoded;
  const touches = (t: number): boolean => t > 0 && t < steps.count && steps.region[t] === steps.region[t - 1];
  for (let t = 0; t < steps.count;) {
    let end = t + 1;
    while (end < steps.count && touches(end) && first[end] === first[t]) end++;
    const [before, after] = [touches(t) ? first[t - 1]! : -1, touches(end) ? first[end]! : -1];
    if (end - t < MIN_TURN_STEPS && before >= 0 && before === after) first.fill(before, t, end);
    t = end;
  }
  for (let t = 0; t < steps.count;) {
    let end = t + 1;
    while (end < steps.count && touches(end) && second[end] === second[t]) end++;
    if (second[t]! >= 0 && end - t < MIN_TURN_STEPS) second.fill(-1, t, end);
    for (let k = t; k < end; k++) if (second[k] === first[k]) second[k] = -1;
    t = end;
  }
}

function margins(
  cosines: Float32Array,
  speakerCount: number,
  { before, after, share }: ReturnType<typeof windowsOfSteps>,
  first: Int32Array,
): Float32Array {
  return Float32Array.from(first, (speaker, t) => {
    const a = before[t]! * speakerCount;
    const b = after[t]! * speakerCount;
    if (a < 0 || speakerCount < 2) return NaN;
    const at = (k: number): number => (1 - share[t]!) * cosines[a + k]! + share[t]! * cosines[b + k]!;
    let next = -Infinity;
    for (let k = 0; k < speakerCount; k++) if (k !== speaker) next = Math.max(next, at(k));
    return at(speaker) - next;
  });
}
