import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { SecondTurn } from '../cluster/second-speakers.ts';
import { turnConfidence } from './turn-confidence.ts';
import type { TurnEvidence } from './turn-confidence.ts';

/** What is known of one window after clustering. */
export interface LabelledWindow {
  startSec: number;
  endSec: number;
  /** Windows of one speech region follow one another. */
  region: number;
  /** Speaker, from 0. */
  label: number;
  /** How sure the clustering is of the label, 0..1. */
  confidence: number;
  /** How like it is to its speaker's voice, over what is usual in the recording; default: as usual. */
  likeness?: number;
}

export interface TurnRules {
  /** Pauses of one speaker up to this long stay inside the turn when nobody else speaks in them. */
  maxPauseSec: number;
  /** Where the sound starts in the file's own time, added to all times. */
  startSec: number;
  /** Of the sound; no turn ends later. */
  durationSec: number;
  /** Speech probability per step, for the confidence. */
  vad: { probabilities: ArrayLike<number>; stepSec: number };
  /** Who else speaks, where voices overlap; default: nobody. */
  second?: readonly SecondTurn[];
  /** Probability that the number of speakers is right; default: one does not know. */
  countProbability?: number;
}

/** Where a system does not say how sure its count is: what is usual of an automatic one. */
const USUAL_COUNT_PROBABILITY = 0.5;

interface Piece {
  startSec: number;
  endSec: number;
  label: number;
  /** Σ confidence × seconds. */
  trust: number;
  /** Σ likeness × seconds. */
  likeness: number;
  /** Seconds of speech regions inside; the rest is bridged pauses. */
  speechSec: number;
}

/**
 * Speaker turns from labelled windows: neighbouring windows of one region with different labels part at the middle of
 * what they share (3D-Speaker's stitching); outer borders are those of the region; short pauses of one speaker are
 * bridged; second speakers are laid beside them. Times are whole milliseconds inside the sound; turns are sorted, and no
 * two of one speaker touch.
 */
export function turnsFromWindows(windows: readonly LabelledWindow[], rules: TurnRules): HypothesisSegment[] {
  return labelledTurns(windows, rules).segments;
}

/** The same, with the label that became each speaker's name. */
export function labelledTurns(
  windows: readonly LabelledWindow[],
  rules: TurnRules,
): { segments: HypothesisSegment[]; labelOf: Map<string, number> } {
  const first = bridgePauses(joinWithinRegions(windows), rules.maxPauseSec);
  const bridged = rules.second && rules.second.length > 0 ? withSecond(first, rules.second) : first;
  const firstMs = Math.ceil(rules.startSec * 1000 - 1e-6);
  const lastMs = Math.floor((rules.startSec + rules.durationSec) * 1000 + 1e-6);
  const segments: HypothesisSegment[] = [];
  const names = new Map<number, string>();
  for (const piece of bridged) {
    const startMs = Math.max(firstMs, Math.round((rules.startSec + piece.startSec) * 1000));
    const endMs = Math.min(lastMs, Math.round((rules.startSec + piece.endSec) * 1000));
    if (endMs <= startMs) continue;
    let speaker = names.get(piece.label);
    if (speaker === undefined) {
      speaker = `spk${String(names.size).padStart(2, '0')}`;
      names.set(piece.label, speaker);
    }
    const confidence = turnConfidence(evidenceOf(piece, rules));
    segments.push({ startSec: startMs / 1000, endSec: endMs / 1000, speaker, confidence });
  }
  return { segments, labelOf: new Map([...names].map(([label, name]) => [name, label])) };
}

/** What each window speaks for: up to the middle of what it shares with the next one of its region. */
export function windowSpans(windows: readonly LabelledWindow[]): { startSec: number; endSec: number }[] {
  return windows.map((window, i) => {
    const before = windows[i - 1];
    const after = windows[i + 1];
    return {
      startSec: before?.region === window.region ? (window.startSec + before.endSec) / 2 : window.startSec,
      endSec: after?.region === window.region ? (after.startSec + window.endSec) / 2 : window.endSec,
    };
  });
}

function joinWithinRegions(windows: readonly LabelledWindow[]): Piece[] {
  const pieces: Piece[] = [];
  const spans = windowSpans(windows);
  windows.forEach((window, i) => {
    const before = windows[i - 1];
    const { startSec, endSec } = spans[i]!;
    const seconds = Math.max(0, endSec - startSec);
    const last = pieces[pieces.length - 1];
    if (last && before?.region === window.region && last.label === window.label) {
      last.endSec = endSec;
      last.trust += window.confidence * seconds;
      last.likeness += (window.likeness ?? 1) * seconds;
      last.speechSec += seconds;
    } else {
      pieces.push({
        startSec,
        endSec,
        label: window.label,
        trust: window.confidence * seconds,
        likeness: (window.likeness ?? 1) * seconds,
        speechSec: seconds,
      });
    }
  });
  return pieces;
}

function bridgePauses(pieces: readonly Piece[], maxPauseSec: number): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out[out.length - 1];
    // Touching pieces of one speaker are always one turn.
    if (last?.label === piece.label && piece.startSec - last.endSec <= Math.max(maxPauseSec, 0.001)) {
      last.endSec = piece.endSec;
      last.trust += piece.trust;
      last.likeness += piece.likeness;
      last.speechSec += piece.speechSec;
    } else out.push({ ...piece });
  }
  return out;
}

/** First and second speakers as one list in order of time; what touches of one speaker is one turn. */
function withSecond(first: readonly Piece[], second: readonly SecondTurn[]): Piece[] {
  const beside = second.map(({ startSec, endSec, label, confidence }): Piece => {
    const speechSec = endSec - startSec;
    return { startSec, endSec, label, trust: confidence * speechSec, likeness: speechSec, speechSec };
  });
  const open = new Map<number, Piece>();
  const out: Piece[] = [];
  for (const piece of [...first, ...beside].sort((a, b) => a.startSec - b.startSec || a.label - b.label)) {
    const last = open.get(piece.label);
    if (last && piece.startSec - last.endSec <= 0.001) {
      last.endSec = Math.max(last.endSec, piece.endSec);
      last.trust += piece.trust;
      last.likeness += piece.likeness;
      last.speechSec += piece.speechSec;
    } else {
      const copy = { ...piece };
      open.set(piece.label, copy);
      out.push(copy);
    }
  }
  return out;
}

function evidenceOf(piece: Piece, { vad, countProbability }: TurnRules): TurnEvidence {
  const first = Math.max(0, Math.floor(piece.startSec / vad.stepSec));
  const end = Math.min(vad.probabilities.length, Math.max(first + 1, Math.ceil(piece.endSec / vad.stepSec)));
  let speech = 0;
  for (let step = first; step < end; step++) speech += vad.probabilities[step]!;
  const { speechSec } = piece;
  return {
    posterior: speechSec > 0 ? piece.trust / speechSec : 0,
    likeness: speechSec > 0 ? piece.likeness / speechSec : 0,
    speech: end > first ? speech / (end - first) : 0,
    speechSec,
    count: countProbability ?? USUAL_COUNT_PROBABILITY,
  };
}
