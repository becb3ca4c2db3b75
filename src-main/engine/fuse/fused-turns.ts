import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { SecondTurn } from '../cluster/second-speakers.ts';
import { labelledTurns } from '../systems/turns.ts';
import type { LabelledWindow, TurnRules } from '../systems/turns.ts';
import type { AvEvidence } from './av-evidence.ts';
import type { FusionResult } from './av-fusion.ts';
import type { FaceEvidence, TalkingTrack } from './face-evidence.ts';
import type { SpeechFrames } from './speech-frames.ts';

type Answer = Pick<FusionResult, 'first' | 'second' | 'certainty'>;

/** Turns of the decided steps, the speaker behind each label, and what the turns were made of. */
export function turnsOfSteps(
  steps: SpeechFrames,
  answer: Answer,
  rules: Omit<TurnRules, 'second'>,
): {
  segments: HypothesisSegment[];
  speakerOf: Map<string, number>;
  windows: LabelledWindow[];
  second: SecondTurn[];
} {
  const windows = Array.from(answer.first, (label, t): LabelledWindow => ({
    startSec: steps.startSec[t]!,
    endSec: steps.endSec[t]!,
    region: steps.region[t]!,
    label,
    confidence: answer.certainty[t]!,
  }));
  const second = secondTurns(steps, answer);
  const { segments, labelOf } = labelledTurns(windows, { ...rules, second });
  return { segments, speakerOf: labelOf, windows, second };
}

function secondTurns(steps: SpeechFrames, { second, certainty }: Answer): SecondTurn[] {
  const turns: SecondTurn[] = [];
  for (let t = 0; t < steps.count; t++) {
    if (second[t]! < 0) continue;
    const last = turns[turns.length - 1];
    if (last && last.label === second[t] && steps.startSec[t]! - last.endSec < 1e-6) {
      const [before, now] = [last.endSec - last.startSec, steps.endSec[t]! - steps.startSec[t]!];
      last.confidence = (last.confidence * before + certainty[t]! * now) / (before + now);
      last.endSec = steps.endSec[t]!;
    } else {
      turns.push({
        startSec: steps.startSec[t]!,
        endSec: steps.endSec[t]!,
        label: second[t]!,
        confidence: certainty[t]!,
      });
    }
  }
  return turns;
}

/** Steps inside a stretch of the file's time. */
function stepFinder(steps: SpeechFrames, soundStartSec: number): (startSec: number, endSec: number) => number[] {
  return (startSec, endSec) => {
    let low = 0;
    let high = steps.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps.endSec[middle]! + soundStartSec <= startSec + 1e-6) low = middle + 1;
      else high = middle;
    }
    const found: number[] = [];
    for (let t = low; t < steps.count && steps.startSec[t]! + soundStartSec < endSec - 1e-6; t++) found.push(t);
    return found;
  };
}

/** A face speaks for a turn from this mean probability on. */
const FACE_SPEAKS = 0.5;
/** A voice speaks for a turn when it is this much nearer to its speaker than to the next one (cosine). */
const VOICE_SPEAKS = 0.1;

/**
 * Why each turn has its speaker: the face that was seen, how much it looked like talking, and how much nearer the voice was
 * to this speaker than to any other.
 */
export function evidenceOfTurns(
  segments: readonly HypothesisSegment[],
  speakerOf: ReadonlyMap<string, number>,
  steps: SpeechFrames,
  tracks: readonly TalkingTrack[],
  fused: FusionResult,
  soundStartSec: number,
): Omit<AvEvidence, 'review'> {
  const { evidence } = fused;
  const labelOf = new Map([...speakerOf].map(([label, speaker]) => [speaker, label]));
  const laneOfTrack = new Map(evidence.lanes.flatMap(({ trackIds }, lane) => trackIds.map((id) => [id, lane])));
  const at = stepFinder(steps, soundStartSec);
  const onScreenSec = new Map<string, number>();
  const offScreenSec = new Map<string, number>();
  const turns = segments.map((segment): AvEvidence['segments'][number] => {
    const { startSec, endSec, speaker: label } = segment;
    const speaker = speakerOf.get(label) ?? -1;
    const seen = seenInTurn(at(startSec, endSec), speaker, evidence, fused);
    const onSec = seen.seconds(steps);
    onScreenSec.set(label, (onScreenSec.get(label) ?? 0) + onSec);
    offScreenSec.set(label, (offScreenSec.get(label) ?? 0) + Math.max(0, endSec - startSec - onSec));
    const face = seen.probability !== null && seen.probability >= FACE_SPEAKS;
    const voice = seen.margin === null ? !face : seen.margin >= VOICE_SPEAKS;
    return {
      startSec,
      endSec,
      speaker: label,
      source: face && voice ? 'both' : face ? 'face' : 'voice',
      trackId: seen.track === null ? null : tracks[seen.track]!.id,
      faceProbability: seen.probability === null ? null : round(seen.probability),
      voiceMargin: seen.margin === null ? null : round(seen.margin),
    };
  });
  return {
    tracks: tracks.map(({ id, identity }) => {
      const lane = laneOfTrack.get(id);
      return {
        id,
        // Another one than that of node `identities` where voices told two people apart.
        identity: lane === undefined ? identity : evidence.lanes[lane]!.identity,
        speaker: lane === undefined ? null : (labelOf.get(fused.speakerOfLane[lane]!) ?? null),
      };
    }),
    speakers: [...speakerOf].map(([label, speaker]) => ({
      label,
      identity: identityOf(speaker, evidence, fused),
      onScreenSec: round(onScreenSec.get(label) ?? 0),
      offScreenSec: round(offScreenSec.get(label) ?? 0),
    })),
    segments: turns,
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** Of a speaker with several identities (one person found twice) the one that is seen in most tracks. */
function identityOf(speaker: number, evidence: FaceEvidence, fused: FusionResult): number | null {
  let best: { identity: number; tracks: number } | null = null;
  evidence.lanes.forEach(({ identity, trackIds }, lane) => {
    if (identity === null || fused.speakerOfLane[lane] !== speaker) return;
    if (!best || trackIds.length > best.tracks) best = { identity, tracks: trackIds.length };
  });
  return (best as { identity: number } | null)?.identity ?? null;
}

function seenInTurn(
  turnSteps: readonly number[],
  speaker: number,
  evidence: FaceEvidence,
  fused: FusionResult,
): {
  track: number | null;
  probability: number | null;
  margin: number | null;
  seconds: (steps: SpeechFrames) => number;
} {
  const byTrack = new Map<number, number>();
  const shown: number[] = [];
  let probability = 0;
  let margin = 0;
  let margins = 0;
  for (const t of turnSteps) {
    if (fused.first[t] === speaker && !Number.isNaN(fused.voiceMargin[t]!)) {
      margin += fused.voiceMargin[t]!;
      margins++;
    }
    let best = -1;
    for (let e = evidence.offsets[t]!; e < evidence.offsets[t + 1]!; e++) {
      if (fused.speakerOfLane[evidence.lane[e]!] !== speaker) continue;
      if (best < 0 || evidence.logit[e]! > evidence.logit[best]!) best = e;
    }
    if (best < 0) continue;
    shown.push(t);
    probability += 1 / (1 + Math.exp(-evidence.logit[best]!));
    byTrack.set(evidence.track[best]!, (byTrack.get(evidence.track[best]!) ?? 0) + 1);
  }
  const track = [...byTrack].reduce<[number, number] | null>((a, b) => (a && a[1] >= b[1] ? a : b), null);
  return {
    track: track?.[0] ?? null,
    probability: shown.length > 0 ? probability / shown.length : null,
    margin: margins > 0 ? margin / margins : null,
    seconds: (steps) => shown.reduce((sum, t) => sum + steps.endSec[t]! - steps.startSec[t]!, 0),
  };
}
