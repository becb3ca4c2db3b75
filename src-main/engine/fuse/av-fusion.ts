import { faceSpeakers } from './face-speakers.ts';
import { lanesSeenTogether } from './face-evidence.ts';
import type { FaceEvidence, TalkingTrack } from './face-evidence.ts';
import { decodeJointly } from './joint-decoder.ts';
import type { Decoded } from './joint-decoder.ts';
import { secondFaces } from './second-faces.ts';
import type { SecondRules } from './second-faces.ts';
import { fitScores, plainScores, scoreRatios } from './score-model.ts';
import type { SpeechFrames } from './speech-frames.ts';
import { splitByVoice } from './voice-veto.ts';
import { addVoice, voiceCosines, windowLabels, windowsOfSteps } from './voice-model.ts';
import type { RegionWindows } from './voice-model.ts';
import { speakersFromVoices } from './voice-speakers.ts';
import type { SpeakerWish } from './voice-speakers.ts';

export interface FusionInput {
  steps: SpeechFrames;
  evidence: FaceEvidence;
  /** Those the evidence is of. */
  tracks: readonly TalkingTrack[];
  /** Windows to know voices by. */
  coarse: RegionWindows;
  /** Shorter windows to place turns by. */
  fine: RegionWindows;
  speakers: SpeakerWish;
  rules: FusionRules;
  pause?: () => void;
}

export interface FusionRules extends SecondRules {
  /** What the score of a face counts at one step of 40 ms; neighbouring frames repeat each other. */
  faceWeight: number;
  /** Mean length of a turn, seconds: how much a change of speaker costs. */
  turnSec: number;
}

export const defaultRules: FusionRules = {
  faceWeight: 0.2,
  overlapFrom: 0.4,
  turnSec: 8,
};

export interface FusionResult extends Decoded {
  /** Who speaks beside the first; −1 = nobody. */
  second: Int32Array;
  speakerCount: number;
  /** Speaker of each lane; −1 = never speaks. */
  speakerOfLane: Int32Array;
  /** At each step: cosine of the voice to the first speaker less that to the next one; NaN with one speaker. */
  voiceMargin: Float32Array;
  /** Who speaks at each step by the picture alone: lane, −1 = nobody who is seen. */
  seenLane: Int32Array;
  /** What was given, or with more lanes where voices split a face identity; all lanes above are of this. */
  evidence: FaceEvidence;
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
  const { steps, coarse, evidence } = input;
  if (steps.count === 0 || coarse.rows.count === 0 || evidence.lane.length === 0) return null;
  const seen = decodeSeen(input);
  const { sameVoice } = input.speakers;
  const split = splitByVoice({ ...input, sure: sureLanes(seen, evidence), purity: PURITY, sameVoice });
  if (split === evidence) return fuseSeen(input, seen);
  const again = { ...input, evidence: split };
  return fuseSeen(again, decodeSeen(again));
}

/** Lane that is surely seen to speak at each step, −1 = none. */
const sureLanes = (seen: Decoded, { lanes }: FaceEvidence): Int32Array =>
  Int32Array.from(seen.first, (lane, t) => (lane < lanes.length && seen.certainty[t]! >= CONFIRMED ? lane : -1));

function fuseSeen(input: FusionInput, seen: Decoded): FusionResult | null {
  const { steps, evidence, coarse, fine, rules } = input;
  const lanes = evidence.lanes.length;
  const seenTogether = lanesSeenTogether(input.tracks, evidence);
  const plain = plainScores(lanes);
  const unseen = new Int32Array(lanes).map((_, lane) => lane);
  const beside = secondFaces(input, seen.first, unseen, plain);
  const sure = sureLanes(seen, evidence);
  const confirmed = windowLabels(coarse, steps, sure, beside, PURITY);
  const found = speakersFromVoices(
    coarse,
    {
      lanes: confirmed,
      laneCount: lanes,
      seenTogether,
      contrast: laneContrast(evidence, sure),
    },
    input.speakers,
    input.pause,
  );
  const speakerCount = found.count;
  let { labels } = found;
  const { speakerOfLane } = found;
  const stepWindows = windowsOfSteps(steps, fine);
  let model = plain;
  let decoded: Decoded | null = null;
  let second: Int32Array = beside;
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
      stay: stayOf(rules),
      ...(input.pause ? { pause: input.pause } : {}),
    });
    faceSpeakers(evidence, decoded, speakerOfLane, speakerCount, seenTogether);
    second = secondFaces(input, decoded.first, speakerOfLane, model);
    model = fitScores(evidence, talksOf(evidence, decoded, second, speakerOfLane));
    labels = relearned(labels, windowLabels(coarse, steps, decoded.first, second, PURITY), speakerCount);
  }
  if (!decoded || speakerOfLane.every((speaker) => speaker < 0)) return null;
  smoothTurns(steps, decoded.first, second);
  return {
    ...decoded,
    second,
    speakerCount,
    speakerOfLane,
    voiceMargin: margins(cosines, speakerCount, stepWindows, decoded.first),
    seenLane: Int32Array.from(seen.first, (lane) => (lane < lanes ? lane : -1)),
    evidence,
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
    stay: stayOf(rules),
    ...(pause ? { pause } : {}),
  });
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

/** Lanes of nobody never talk; those of second speakers do. */
function talksOf(
  evidence: FaceEvidence,
  decoded: Decoded,
  second: Int32Array,
  speakerOfLane: Int32Array,
): Float32Array {
  const talks = decoded.talks.slice();
  for (let t = 0; t < second.length; t++) {
    for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
      const speaker = speakerOfLane[evidence.lane[e]!]!;
      if (speaker < 0) talks[e] = 0;
      else if (speaker === second[t]) talks[e] = 1;
    }
  }
  return talks;
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
export function smoothTurns(steps: SpeechFrames, first: Int32Array, second: Int32Array): void {
  const touches = (t: number): boolean => t > 0 && t < steps.count && steps.region[t] === steps.region[t - 1];
  for (let t = 0; t < steps.count;) {
    let end = t + 1;
    while (end < steps.count && touches(end) && first[end] === first[t]) end++;
    const [before, after] = [touches(t) ? first[t - 1]! : -1, touches(end) ? first[end]! : -1];
    if (end - t < MIN_TURN_STEPS && before >= 0 && before === after) first.fill(before, t, end);
    t = end;
  }
  /** Whoever of the two is the first: where one hands over to the other they change places. */
  const samePair = (a: number, b: number): boolean =>
    second[b]! >= 0 &&
    ((first[a] === first[b] && second[a] === second[b]) || (first[a] === second[b] && second[a] === first[b]));
  for (let t = 0; t < steps.count;) {
    if (second[t] === first[t]) second[t] = -1;
    let end = t + 1;
    if (second[t]! >= 0) while (end < steps.count && touches(end) && samePair(t, end)) end++;
    if (end - t < MIN_TURN_STEPS) second.fill(-1, t, end);
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
