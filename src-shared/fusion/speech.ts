/**
 * When one speaker speaks, as a sorted list of disjoint spans: [start0, end0, start1, end1, …] in seconds.
 */
export type Spans = readonly number[];

/** A turn as fusion sees it. */
export interface LabelledTurn {
  startSec: number;
  endSec: number;
  speaker: string;
  /** How sure the system is, 0..1; absent or null: it does not say. */
  confidence?: number | null;
}

/** One system's answer for one recording. */
export interface SystemOutput {
  /** Shown in messages: the file name. */
  name: string;
  turns: readonly LabelledTurn[];
}

/** Speech per speaker, overlapping turns of a speaker joined. Speakers in order of first appearance in `turns`. */
export function speechBySpeaker(turns: readonly LabelledTurn[]): Map<string, Spans> {
  const bySpeaker = new Map<string, LabelledTurn[]>();
  for (const turn of turns) {
    if (!(turn.endSec > turn.startSec)) continue;
    const list = bySpeaker.get(turn.speaker);
    if (list) list.push(turn);
    else bySpeaker.set(turn.speaker, [turn]);
  }
  return new Map([...bySpeaker].map(([speaker, list]) => [speaker, joinTurns(list)]));
}

function joinTurns(turns: readonly LabelledTurn[]): Spans {
  const sorted = [...turns].sort((a, b) => a.startSec - b.startSec);
  const spans: number[] = [];
  for (const { startSec, endSec } of sorted) {
    const last = spans.length - 1;
    if (last >= 0 && startSec <= spans[last]!) spans[last] = Math.max(spans[last]!, endSec);
    else spans.push(startSec, endSec);
  }
  return spans;
}

/** Total seconds of the spans. */
export function durationSec(spans: Spans): number {
  let total = 0;
  for (let i = 0; i < spans.length; i += 2) total += spans[i + 1]! - spans[i]!;
  return total;
}

/** Seconds in both. */
export function sharedSec(a: Spans, b: Spans): number {
  let total = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const overlap = Math.min(a[i + 1]!, b[j + 1]!) - Math.max(a[i]!, b[j]!);
    if (overlap > 0) total += overlap;
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return total;
}

/** Spans in either. */
export function unionOf(a: Spans, b: Spans): Spans {
  const turns: LabelledTurn[] = [];
  for (const spans of [a, b]) {
    for (let i = 0; i < spans.length; i += 2) turns.push({ startSec: spans[i]!, endSec: spans[i + 1]!, speaker: '' });
  }
  return joinTurns(turns);
}

/** Intersection over union of two speakers' speech, 0..1. */
export function speechIou(a: Spans, b: Spans): number {
  const shared = sharedSec(a, b);
  const union = durationSec(a) + durationSec(b) - shared;
  return union > 0 ? shared / union : 0;
}
