import type { TalkModel } from './calibration.ts';

/** One face while it is in the picture. */
export interface TalkFace {
  readonly firstFrame: number;
  /** Log odds that it is the one who speaks, by frame; NaN where nothing is known. */
  readonly logOdds: Float32Array;
}

/** At most so many faces of one moment may speak in pairs. */
const PAIRED_FACES = 6;
/** Frames between two cancel checks. */
const FRAMES_PER_CHECK = 2000;
/** Log odds of speech are bounded so. */
const SPEECH_LOG_ODDS = 4;

/** A stretch in which the same faces are in the picture. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** Who speaks in each state: indices of faces; the first state is nobody. */
  readonly states: readonly (readonly number[])[];
  /** Share of each state when the talk changes. */
  readonly prior: Float64Array;
  /** Place of the first frame's states in the table of all frames. */
  readonly offset: number;
}

/**
 * Who speaks when among the faces of a shot: probabilities (0..1) by face and frame. A state is nobody in the picture, one
 * face, or two at once; in each frame it goes on or changes, sooner in pauses than in speech. Every state is judged by the
 * evidence of all frames before and after (forward–backward algorithm), so that faces compete and turns gather their frames.
 * @param speech probability of speech by frame from t = 0
 */
export function talkProbabilities(
  faces: readonly TalkFace[],
  speech: ArrayLike<number>,
  model: TalkModel,
  checkCancelled: () => void = () => undefined,
): Float32Array[] {
  const out = faces.map(({ logOdds }) => new Float32Array(logOdds.length));
  const spans = spansOf(faces, model);
  const last = spans.at(-1);
  if (!last) return out;
  const forward = new Float32Array(last.offset + (last.to - last.from) * last.states.length);
  let state: Float64Array = new Float64Array(0);
  let before: Span | null = null;
  for (const span of spans) {
    for (let frame = span.from; frame < span.to; frame++) {
      if (frame % FRAMES_PER_CHECK === 0) checkCancelled();
      const change = changeRate(speech[frame] ?? 0, model);
      const came = frame > span.from ? state : before ? carried(state, before, span) : span.prior;
      state = normalised(
        likelihoods(span, faces, frame, speech, model).map(
          (likelihood, at) => likelihood * ((1 - change) * came[at]! + change * span.prior[at]!),
        ),
      );
      forward.set(state, span.offset + (frame - span.from) * span.states.length);
    }
    before = span;
  }
  backward(spans, faces, speech, model, forward, out, checkCancelled);
  return out;
}

function backward(
  spans: readonly Span[],
  faces: readonly TalkFace[],
  speech: ArrayLike<number>,
  model: TalkModel,
  forward: Float32Array,
  out: readonly Float32Array[],
  checkCancelled: () => void,
): void {
  /** What the later frames say of each state, up to a factor. */
  let later: Float64Array | null = null;
  for (let index = spans.length - 1; index >= 0; index--) {
    const span = spans[index]!;
    const size = span.states.length;
    for (let frame = span.to - 1; frame >= span.from; frame--) {
      if (frame % FRAMES_PER_CHECK === 0) checkCancelled();
      const at = span.offset + (frame - span.from) * size;
      const joint: Float64Array = normalised(
        Float64Array.from({ length: size }, (_, k) => forward[at + k]! * (later?.[k] ?? 1)),
      );
      span.states.forEach((who, k) => {
        for (const face of who) out[face]![frame - faces[face]!.firstFrame]! += joint[k]!;
      });
      const change = changeRate(speech[frame] ?? 0, model);
      const seen = likelihoods(span, faces, frame, speech, model).map((value, k) => value * (later?.[k] ?? 1));
      const changed = seen.reduce((sum, value, k) => sum + value * span.prior[k]!, 0);
      later = normalised(seen.map((value) => (1 - change) * value + change * changed));
    }
    const earlier = spans[index - 1];
    if (earlier && later) later = carriedBack(later, earlier, span);
  }
}

const changeRate = (speech: number, model: TalkModel): number =>
  speech < 0.5 ? model.changeInPause : model.changeInSpeech;

/** Of each state in one frame, up to a common factor. */
function likelihoods(
  span: Span,
  faces: readonly TalkFace[],
  frame: number,
  speech: ArrayLike<number>,
  model: TalkModel,
): Float64Array {
  const heard = speech[frame] ?? 0;
  const odds = Math.log((heard + 0.02) / (1.02 - heard));
  const bounded = model.speechWeight * Math.max(-SPEECH_LOG_ODDS, Math.min(SPEECH_LOG_ODDS, odds));
  const unseen = -model.unseenCost * 2 * Math.max(0, heard - 0.5);
  const logs = Float64Array.from(span.states, (who) => {
    if (who.length === 0) return unseen;
    let sum = bounded + (who.length > 1 ? model.pairScore : 0);
    for (const face of who) {
      const { firstFrame, logOdds } = faces[face]!;
      const value = logOdds[frame - firstFrame]!;
      const known = Number.isNaN(value) ? model.unknownLogOdds : value;
      sum += model.evidenceWeight * Math.max(-model.mostLogOdds, Math.min(model.mostLogOdds, known));
    }
    return sum;
  });
  const top = logs.reduce((most, value) => Math.max(most, value), -Infinity);
  return logs.map((value) => Math.exp(value - top));
}

function normalised(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum > 0 ? values.map((value) => value / sum) : values.fill(1 / values.length);
}

const keyOf = (who: readonly number[]): string => who.join();

/** Probabilities of one span's states as those of the next: states that are no longer possible go to the prior. */
function carried(state: Float64Array, from: Span, to: Span): Float64Array {
  const places = new Map(to.states.map((who, at) => [keyOf(who), at]));
  const out = new Float64Array(to.states.length);
  let lost = 0;
  from.states.forEach((who, at) => {
    const place = places.get(keyOf(who));
    if (place === undefined) lost += state[at]!;
    else out[place]! += state[at]!;
  });
  return out.map((value, at) => value + lost * to.prior[at]!);
}

/** The transpose of {@link carried}. */
function carriedBack(later: Float64Array, earlier: Span, span: Span): Float64Array {
  const places = new Map(span.states.map((who, at) => [keyOf(who), at]));
  const elsewhere = later.reduce((sum, value, at) => sum + value * span.prior[at]!, 0);
  return Float64Array.from(earlier.states, (who) => {
    const place = places.get(keyOf(who));
    return place === undefined ? elsewhere : later[place]!;
  });
}

function spansOf(faces: readonly TalkFace[], model: TalkModel): Span[] {
  const borders = [
    ...new Set(faces.flatMap(({ firstFrame, logOdds }) => [firstFrame, firstFrame + logOdds.length])),
  ].sort((a, b) => a - b);
  const spans: Span[] = [];
  let offset = 0;
  for (let k = 0; k + 1 < borders.length; k++) {
    const [from, to] = [borders[k]!, borders[k + 1]!];
    const present = faces.flatMap(({ firstFrame, logOdds }, face) =>
      firstFrame <= from && firstFrame + logOdds.length >= to ? [face] : [],
    );
    const states = statesOf(present, faces, from, to);
    const pairs = states.filter((who) => who.length === 2).length;
    const shares = Float64Array.from(states, ({ length }) =>
      length === 0 ? 1 : length === 1 ? model.oneShare / present.length : model.pairShare / pairs,
    );
    spans.push({ from, to, states, prior: normalised(shares), offset });
    offset += (to - from) * states.length;
  }
  return spans;
}

function statesOf(present: readonly number[], faces: readonly TalkFace[], from: number, to: number): number[][] {
  const evidence = new Map(
    present.map((face) => {
      const { firstFrame, logOdds } = faces[face]!;
      const part = logOdds.subarray(from - firstFrame, to - firstFrame).filter((value) => !Number.isNaN(value));
      return [face, part.length === 0 ? -Infinity : part.reduce((sum, value) => sum + value, 0) / part.length];
    }),
  );
  const likely = [...present].sort((a, b) => evidence.get(b)! - evidence.get(a)! || a - b).slice(0, PAIRED_FACES);
  likely.sort((a, b) => a - b);
  return [[], ...present.map((face) => [face]), ...likely.flatMap((a, at) => likely.slice(at + 1).map((b) => [a, b]))];
}
