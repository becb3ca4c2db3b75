import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { SecondTurn } from '../cluster/second-speakers.ts';
import { logit } from './turn-confidence.ts';
import { windowSpans } from './turns.ts';
import type { LabelledWindow, TurnRules } from './turns.ts';

/** Seconds that one value stands for; frame k lies from k to k + 1 steps of the file's own time. */
export const FRAME_STEP_SEC = 0.04;

/** What is known of one frame within its turn. */
export interface FrameEvidence {
  /** Log-odds of the turn's confidence. */
  turn: number;
  /** Log-odds of the speaker's posterior in the frame's window, over their mean in the turn. */
  posterior: number;
  /** How like the frame's window is to its speaker's voice, over the mean in the turn. */
  likeness: number;
  /** Log-odds of the speech probability around the frame, over their mean in the turn. */
  speech: number;
  /** How near the start of the turn is where nobody spoke before: 1 = there, 0 = far. */
  nearStart: number;
  /** The same of its end where nobody speaks after it. */
  nearEnd: number;
  /** The same of a border where another speaker begins or ends. */
  nearChange: number;
}

/** Frames of one turn: those whose middle lies in it. */
export interface TurnFrames {
  /** Counted from t = 0 of the file. */
  firstFrame: number;
  frames: FrameEvidence[];
  /** Speech probability around each. */
  speech: number[];
}

/** Weights of a logistic regression and its constant, fitted to composed conversations (docs/adr/0042). */
const WEIGHTS: FrameEvidence & { constant: number } = {
  turn: 0.986,
  posterior: 0.057,
  likeness: 0.305,
  speech: 0.258,
  nearStart: -0.352,
  nearEnd: -1.983,
  nearChange: -0.729,
  constant: 0.232,
};

/** Probability that the turn's speaker is heard in the frame: 0..1, three decimals. */
export function frameConfidence(evidence: FrameEvidence): number {
  let odds = WEIGHTS.constant;
  for (const name of frameEvidenceNames) odds += WEIGHTS[name] * evidence[name];
  return Math.round(1000 / (1 + Math.exp(-odds))) / 1000;
}

/** Names of the regression's values, in the order they are fitted in. */
export const frameEvidenceNames = [
  ...(['turn', 'posterior', 'likeness', 'speech'] as const),
  ...(['nearStart', 'nearEnd', 'nearChange'] as const),
];

/** Distance at which a border of silence, or of another speaker, says e times less, seconds. */
const BORDER_SEC = 0.15;
const CHANGE_SEC = 0.3;
/** Steps of the speech probability on each side that speak for a frame. */
const SPEECH_STEPS = 2;
/** Turns this near touch, seconds. */
const TOUCHING_SEC = 0.1;

/**
 * What is known of every frame of each turn, turn by turn: hours of frames are much to hold.
 * @param segments turns in the file's own time, in order of time; their speakers are keys of `labelOf`
 * @param windows as `labelledTurns` takes them, in the time of the sound
 */
export function* framesOfTurns(
  segments: readonly HypothesisSegment[],
  labelOf: ReadonlyMap<string, number>,
  windows: readonly LabelledWindow[],
  { startSec: soundSec, vad, second = [] }: Pick<TurnRules, 'startSec' | 'vad' | 'second'>,
): Generator<TurnFrames> {
  const heard = spansByLabel(windows, second);
  const next = new Map<number, number>();
  for (const [at, segment] of segments.entries()) {
    const label = labelOf.get(segment.speaker) ?? -1;
    const spans = heard.get(label) ?? [];
    const [startSec, endSec] = [segment.startSec - soundSec, segment.endSec - soundSec];
    let span = next.get(label) ?? 0;
    const firstFrame = Math.max(0, Math.ceil(segment.startSec / FRAME_STEP_SEC - 0.5 - 1e-6));
    const middles: number[] = [];
    for (let k = firstFrame; (k + 0.5) * FRAME_STEP_SEC < segment.endSec - 1e-6; k++) {
      middles.push((k + 0.5) * FRAME_STEP_SEC - soundSec);
    }
    const posterior = new Float64Array(middles.length).fill(NaN);
    const likeness = new Float64Array(middles.length).fill(NaN);
    middles.forEach((sec, k) => {
      while (span < spans.length && spans[span]!.endSec <= sec) span++;
      const one = spans[span];
      if (!one || one.startSec > sec) return;
      posterior[k] = logit(one.posterior);
      likeness[k] = one.likeness;
    });
    next.set(label, span);
    const voiced = middles.map((sec) => speechAround(sec, vad));
    const speech = Float64Array.from(voiced, logit);
    for (const values of [posterior, likeness, speech]) overMean(values);
    const turn = logit(segment.confidence ?? 0.5);
    const { before, after } = neighbours(segments, at);
    const frames = middles.map((sec, k): FrameEvidence => {
      const [fromStart, toEnd] = [sec - startSec, endSec - sec];
      const change = Math.min(before ? fromStart : Infinity, after ? toEnd : Infinity);
      return {
        turn,
        posterior: posterior[k]!,
        likeness: likeness[k]!,
        speech: speech[k]!,
        nearStart: before ? 0 : Math.exp(-fromStart / BORDER_SEC),
        nearEnd: after ? 0 : Math.exp(-toEnd / BORDER_SEC),
        nearChange: Math.exp(-change / CHANGE_SEC),
      };
    });
    yield { firstFrame, frames, speech: voiced };
  }
}

interface HeardSpan {
  startSec: number;
  endSec: number;
  posterior: number;
  likeness: number;
}

/** What each window speaks for, and second speakers beside them, by label in order of time. */
function spansByLabel(
  windows: readonly LabelledWindow[],
  second: readonly SecondTurn[],
): ReadonlyMap<number, HeardSpan[]> {
  const spans = new Map<number, HeardSpan[]>();
  const add = (label: number, span: HeardSpan): void => {
    const list = spans.get(label);
    if (list) list.push(span);
    else spans.set(label, [span]);
  };
  windowSpans(windows).forEach(({ startSec, endSec }, i) => {
    const { label, confidence, likeness = 1 } = windows[i]!;
    add(label, { startSec, endSec, posterior: confidence, likeness });
  });
  for (const { startSec, endSec, label, confidence } of second) {
    add(label, { startSec, endSec, posterior: confidence, likeness: 1 });
  }
  for (const list of spans.values()) list.sort((a, b) => a.startSec - b.startSec);
  return spans;
}

/** Whether another speaker's turn is there where this one begins, and where it ends. */
function neighbours(segments: readonly HypothesisSegment[], at: number): { before: boolean; after: boolean } {
  const { startSec, endSec, speaker } = segments[at]!;
  let before = false;
  let after = false;
  // Few turns lie over another: the nearest ones on both sides are enough.
  for (let k = Math.max(0, at - 4); k < Math.min(segments.length, at + 5); k++) {
    const other = segments[k]!;
    if (other.speaker === speaker) continue;
    const isAt = (sec: number): boolean => other.startSec <= sec + TOUCHING_SEC && other.endSec >= sec - TOUCHING_SEC;
    before ||= isAt(startSec);
    after ||= isAt(endSec);
  }
  return { before, after };
}

function speechAround(sec: number, { probabilities, stepSec }: TurnRules['vad']): number {
  const middle = Math.floor(sec / stepSec);
  let sum = 0;
  let count = 0;
  for (let k = middle - SPEECH_STEPS; k <= middle + SPEECH_STEPS; k++) {
    if (k < 0 || k >= probabilities.length) continue;
    sum += probabilities[k]!;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

/** Values over their mean; what is not known is as usual. In place. */
function overMean(values: Float64Array): void {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  const mean = count > 0 ? sum / count : 0;
  for (let k = 0; k < values.length; k++) values[k] = Number.isNaN(values[k]!) ? 0 : values[k]! - mean;
}
