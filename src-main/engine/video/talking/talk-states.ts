import type { TalkModel, TalkRates } from './calibration.ts';

/** One face while it is in the picture. */
export interface TalkFace {
  readonly firstFrame: number;
  /** What a frame says for its talking, natural logarithm; NaN where nothing is known. */
  readonly scores: Float32Array;
}

/** What is heard, by frame from t = 0. */
export interface HeardTalk {
  /** Probability of speech. */
  readonly speech: ArrayLike<number>;
  /** Log odds of two voices at once; null = nobody says. */
  readonly overlap: ArrayLike<number> | null;
}

/** At most so many faces of one moment may speak in pairs. */
const PAIRED_FACES = 6;
/** Frames between two cancel checks. */
const FRAMES_PER_CHECK = 2000;
/** Log odds of speech are bounded so. */
const SPEECH_LOG_ODDS = 4;
/** Share of what is known of the talk that a face which comes or goes leaves in doubt: it may be one that was there before. */
const DOUBT_AT_BORDER = 0.3;

/** A stretch in which the same faces are in the picture. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** Who speaks in each state: indices of faces; the first state is nobody. */
  readonly states: readonly (readonly number[])[];
  /** Weights of changes between states in one frame, row by row: in pauses and in speech. */
  readonly inPause: Float64Array;
  readonly inSpeech: Float64Array;
  /** Place of the first frame's states in the table of all frames. */
  readonly offset: number;
}

/**
 * Who speaks when among the faces of a shot: probabilities (0..1) by face and frame. A state is nobody in the picture, one
 * face, or two at once. From frame to frame somebody begins or stops, hands over to another, joins another who goes on
 * speaking, or leaves the other alone: a turn may begin before the one before it ends. Every state is judged by the
 * evidence of all frames before and after (forward–backward algorithm of a conditional random field: Lafferty, McCallum,
 * Pereira 2001), so that faces compete and turns gather their frames. Only who also speaks alone speaks beside another.
 */
export function talkProbabilities(
  faces: readonly TalkFace[],
  heard: HeardTalk,
  model: TalkModel,
  checkCancelled: () => void = () => undefined,
): Float32Array[] {
  const found = speakersBy(() => true, faces, heard, model, checkCancelled);
  // Silent lips go with the sound of others by chance for seconds; but then nobody is heard when the others pause.
  const isSpeaker = (face: number): boolean => found.aloneFrames[face]! >= model.leastAloneFrames;
  if (faces.every((_, face) => isSpeaker(face))) return found.probabilities;
  return speakersBy(isSpeaker, faces, heard, model, checkCancelled).probabilities;
}

interface Speakers {
  readonly probabilities: Float32Array[];
  /** Frames in which each face is the only speaker, as far as is known. */
  readonly aloneFrames: Float64Array;
}

/** @param mayPair faces that may speak while another one does */
function speakersBy(
  mayPair: (face: number) => boolean,
  faces: readonly TalkFace[],
  heard: HeardTalk,
  model: TalkModel,
  checkCancelled: () => void,
): Speakers {
  const out: Speakers = {
    probabilities: faces.map(({ scores }) => new Float32Array(scores.length)),
    aloneFrames: new Float64Array(faces.length),
  };
  const spans = spansOf(faces, mayPair, model);
  const last = spans.at(-1);
  if (!last) return out;
  const forward = new Float32Array(last.offset + (last.to - last.from) * last.states.length);
  let state: Float64Array = new Float64Array(0);
  let before: Span | null = null;
  for (const span of spans) {
    for (let frame = span.from; frame < span.to; frame++) {
      if (frame % FRAMES_PER_CHECK === 0) checkCancelled();
      let came: Float64Array = new Float64Array(span.states.length).fill(1);
      if (frame > span.from) came = through(state, changesAt(span, heard.speech[frame] ?? 0), span.states.length);
      else if (before) came = through(state, border(before, span), span.states.length);
      const seen = likelihoods(span, faces, frame, heard, model);
      state = normalised(came.map((value, k) => value * seen[k]!));
      forward.set(state, span.offset + (frame - span.from) * span.states.length);
    }
    before = span;
  }
  backward(spans, faces, heard, model, forward, out, checkCancelled);
  return out;
}

function backward(
  spans: readonly Span[],
  faces: readonly TalkFace[],
  heard: HeardTalk,
  model: TalkModel,
  forward: Float32Array,
  out: Speakers,
  checkCancelled: () => void,
): void {
  /** What the later frames say of each state, up to a factor. */
  let later = new Float64Array(spans.at(-1)!.states.length).fill(1);
  for (let index = spans.length - 1; index >= 0; index--) {
    const span = spans[index]!;
    const size = span.states.length;
    for (let frame = span.to - 1; frame >= span.from; frame--) {
      if (frame % FRAMES_PER_CHECK === 0) checkCancelled();
      const at = span.offset + (frame - span.from) * size;
      const joint: Float64Array = normalised(later.map((value, k) => value * forward[at + k]!));
      span.states.forEach((who, k) => {
        for (const face of who) out.probabilities[face]![frame - faces[face]!.firstFrame]! += joint[k]!;
        if (who.length === 1) out.aloneFrames[who[0]!]! += joint[k]!;
      });
      const seen = likelihoods(span, faces, frame, heard, model).map((value, k) => value * later[k]!);
      const earlier = spans[index - 1];
      if (frame > span.from) later = normalised(back(seen, changesAt(span, heard.speech[frame] ?? 0), size));
      else if (earlier) later = normalised(back(seen, border(earlier, span), earlier.states.length));
    }
  }
}

const changesAt = (span: Span, speech: number): Float64Array => (speech < 0.5 ? span.inPause : span.inSpeech);

/** A row of states through a table of `state.length × size` weights. */
function through(state: Float64Array, table: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size);
  for (let i = 0; i < state.length; i++) {
    const share = state[i]!;
    for (let j = 0; j < size; j++) out[j]! += share * table[i * size + j]!;
  }
  return out;
}

/** The transpose: from later states to `count` earlier ones. */
function back(later: Float64Array, table: Float64Array, count: number): Float64Array {
  const size = later.length;
  return Float64Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += table[i * size + j]! * later[j]!;
    return sum;
  });
}

/** Of each state in one frame, up to a common factor. */
function likelihoods(
  span: Span,
  faces: readonly TalkFace[],
  frame: number,
  heard: HeardTalk,
  model: TalkModel,
): Float64Array {
  const speech = heard.speech[frame] ?? 0;
  const odds = Math.log((speech + 0.02) / (1.02 - speech));
  const bounded = model.speechWeight * Math.max(-SPEECH_LOG_ODDS, Math.min(SPEECH_LOG_ODDS, odds));
  const unseen = model.unseenScore * 2 * Math.max(0, speech - 0.5);
  const pair = model.pairScore + model.overlapWeight * (heard.overlap?.[frame] ?? 0);
  const logs = Float64Array.from(span.states, (who) => {
    if (who.length === 0) return unseen;
    let sum = bounded + (who.length > 1 ? pair : 0);
    for (const face of who) {
      const { firstFrame, scores } = faces[face]!;
      const value = scores[frame - firstFrame]!;
      sum += Number.isNaN(value) ? model.unknownScore : Math.max(-model.mostScore, Math.min(model.mostScore, value));
    }
    return sum;
  });
  const top = logs.reduce((most, value) => Math.max(most, value), -Infinity);
  return logs.map((value) => Math.exp(value - top));
}

function normalised(values: Float64Array): Float64Array<ArrayBuffer> {
  const sum = values.reduce((total, value) => total + value, 0);
  return Float64Array.from(values, (value) => (sum > 0 ? value / sum : 1 / values.length));
}

const keyOf = (who: readonly number[]): string => who.join();

/** From the states of one span to those of the next: who is still there goes on as before, for the rest all is open. */
function border(earlier: Span, span: Span): Float64Array {
  const places = new Map(span.states.map((who, at) => [keyOf(who), at]));
  const present = new Set(span.states.flat());
  const size = span.states.length;
  const out = new Float64Array(earlier.states.length * size).fill(DOUBT_AT_BORDER / size);
  earlier.states.forEach((who, i) => {
    // Two who may no longer be paired: nobody is known to speak.
    const place = places.get(keyOf(who.filter((face) => present.has(face)))) ?? 0;
    out[i * size + place]! += 1 - DOUBT_AT_BORDER;
  });
  return out;
}

function spansOf(faces: readonly TalkFace[], mayPair: (face: number) => boolean, model: TalkModel): Span[] {
  const borders = [
    ...new Set(faces.flatMap(({ firstFrame, scores }) => [firstFrame, firstFrame + scores.length])),
  ].sort((a, b) => a - b);
  const spans: Span[] = [];
  let offset = 0;
  for (let k = 0; k + 1 < borders.length; k++) {
    const [from, to] = [borders[k]!, borders[k + 1]!];
    const present = faces.flatMap(({ firstFrame, scores }, face) =>
      firstFrame <= from && firstFrame + scores.length >= to ? [face] : [],
    );
    const states = statesOf(present, present.filter(mayPair), faces, from, to);
    const changes = (rates: TalkRates): Float64Array => changeWeights(states, present.length, rates, model);
    spans.push({ from, to, states, inPause: changes(model.pause), inSpeech: changes(model.speech), offset });
    offset += (to - from) * states.length;
  }
  return spans;
}

/** Weight of each change of state over that of staying (1); what takes two steps is none. */
function changeWeights(
  states: readonly (readonly number[])[],
  faces: number,
  rates: TalkRates,
  model: TalkModel,
): Float64Array {
  const others = Math.max(1, faces - 1);
  const weight = (from: readonly number[], to: readonly number[]): number => {
    const isPart = (few: readonly number[], many: readonly number[]): boolean => few.every((one) => many.includes(one));
    if (from.length === 0) return to.length === 1 ? rates.start / faces : 0;
    if (from.length === 1 && to.length === 0) return rates.stop;
    if (from.length === 1 && to.length === 1) return rates.handOver / others;
    if (from.length === 1) return isPart(from, to) ? model.join / others : 0;
    return to.length === 1 && isPart(to, from) ? model.leave / 2 : 0;
  };
  return Float64Array.from({ length: states.length ** 2 }, (_, at) => {
    const [i, j] = [Math.floor(at / states.length), at % states.length];
    return i === j ? 1 : weight(states[i]!, states[j]!);
  });
}

function statesOf(
  present: readonly number[],
  paired: readonly number[],
  faces: readonly TalkFace[],
  from: number,
  to: number,
): number[][] {
  const evidence = new Map(
    paired.map((face) => {
      const { firstFrame, scores } = faces[face]!;
      const part = scores.subarray(from - firstFrame, to - firstFrame).filter((value) => !Number.isNaN(value));
      return [face, part.length === 0 ? -Infinity : part.reduce((sum, value) => sum + value, 0) / part.length];
    }),
  );
  const likely = [...paired].sort((a, b) => evidence.get(b)! - evidence.get(a)! || a - b).slice(0, PAIRED_FACES);
  likely.sort((a, b) => a - b);
  return [[], ...present.map((face) => [face]), ...likely.flatMap((a, at) => likely.slice(at + 1).map((b) => [a, b]))];
}
