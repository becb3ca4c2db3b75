import { isDoubtful } from '#shared/domain/doubt.ts';
import type { Segment, Speaker } from '#shared/domain/records.ts';
import { lowerBound, upperBound } from './sorted.ts';

/** The spans of one lane in start order, as typed arrays: what culling and drawing walk. */
export interface Spans {
  readonly startsSec: Float64Array;
  readonly endsSec: Float64Array;
  /** Running maximum of `endsSec`: lets a binary search find the first span that reaches into the view. */
  readonly reachSec: Float64Array;
}

/** A speaker's lane of the curated layer. */
export interface Lane extends Spans {
  readonly speaker: Speaker;
  readonly segments: readonly Segment[];
  /** 1 − confidence where the segment is doubtful, else 0. */
  readonly doubt: Float32Array;
}

/** Where a segment is. */
export interface Place {
  readonly lane: number;
  readonly index: number;
}

/** Everything the timeline asks of a document, rebuilt when the document changes, never per frame. */
export interface TimelineIndex {
  readonly lanes: readonly Lane[];
  readonly laneOfSpeaker: ReadonlyMap<string, number>;
  /** What it was made with: another limit makes all lanes anew. */
  readonly doubtLimit: number;
  /** Undefined when there is no such segment. */
  placeOf(segmentId: string): Place | undefined;
  /** All segment edges, ascending, duplicates kept: targets of the magnet. Made when first asked for. */
  readonly edgesSec: Float64Array;
  /** Times in which two or more speakers talk: disjoint, ascending. */
  readonly overlap: { readonly startsSec: Float64Array; readonly endsSec: Float64Array };
}

export function spansOf(items: readonly { startSec: number; endSec: number }[]): Spans {
  const startsSec = new Float64Array(items.length);
  const endsSec = new Float64Array(items.length);
  const reachSec = new Float64Array(items.length);
  let reach = 0;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    startsSec[i] = item.startSec;
    endsSec[i] = item.endSec;
    reach = Math.max(reach, item.endSec);
    reachSec[i] = reach;
  }
  return { startsSec, endsSec, reachSec };
}

/** How much a person should doubt a segment: 0 = not, else 1 − confidence (one half where only a person says so). */
export function doubtOf(segment: Segment, doubtLimit: number): number {
  if (!isDoubtful(segment, doubtLimit)) return 0;
  return segment.confidence === null ? 0.5 : Math.max(0.1, 1 - segment.confidence);
}

/**
 * @param segments sorted by start
 * @param doubtLimit confidence below which an unreviewed segment counts as doubtful, 0..1
 * @param before the index before an edit: lanes that did not change are taken over as they are
 */
export function buildIndex(
  speakers: readonly Speaker[],
  segments: readonly Segment[],
  doubtLimit: number,
  before?: TimelineIndex | null,
): TimelineIndex {
  const ordered = [...speakers].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  const laneOfSpeaker = new Map(ordered.map((speaker, lane) => [speaker.id, lane]));
  const members: Segment[][] = ordered.map(() => []);
  for (const segment of segments) {
    const lane = laneOfSpeaker.get(segment.speakerId);
    if (lane !== undefined) members[lane]!.push(segment);
  }
  const known = before?.doubtLimit === doubtLimit ? before : null;
  const lanes = ordered.map((speaker, lane): Lane => {
    const own = members[lane]!;
    const old = known?.lanes[known.laneOfSpeaker.get(speaker.id) ?? -1];
    if (old?.speaker === speaker && isSame(old.segments, own)) return old;
    const doubt = Float32Array.from(own, (segment) => doubtOf(segment, doubtLimit));
    return { speaker, segments: own, doubt, ...spansOf(own) };
  });
  let edgesSec: Float64Array | null = null;
  return {
    lanes,
    laneOfSpeaker,
    doubtLimit,
    placeOf: (segmentId) => {
      for (let lane = 0; lane < lanes.length; lane++) {
        const index = positionsOf(lanes[lane]!).get(segmentId);
        if (index !== undefined) return { lane, index };
      }
      return undefined;
    },
    get edgesSec() {
      return (edgesSec ??= allEdges(lanes));
    },
    overlap: overlaps(lanes),
  };
}

function isSame(left: readonly Segment[], right: readonly Segment[]): boolean {
  return left.length === right.length && left.every((segment, i) => segment === right[i]);
}

/** Values that follow from a lane, made when first asked for and kept as long as the lane. */
function perLane<L extends object, T>(make: (lane: L) => T): (lane: L) => T {
  const made = new WeakMap<L, T>();
  return (lane) => {
    let value = made.get(lane);
    if (value === undefined) made.set(lane, (value = make(lane)));
    return value;
  };
}

const positionsOf = perLane((lane: Lane) => new Map(lane.segments.map((segment, index) => [segment.id, index])));

function allEdges(lanes: readonly Spans[]): Float64Array {
  const total = lanes.reduce((sum, lane) => sum + 2 * lane.startsSec.length, 0);
  const edges = new Float64Array(total);
  let at = 0;
  for (const lane of lanes) {
    edges.set(lane.startsSec, at);
    edges.set(lane.endsSec, at + lane.startsSec.length);
    at += 2 * lane.startsSec.length;
  }
  return edges.sort();
}

/** A lane's spans united: touching and nested spans of one speaker are one stretch of speech. */
const united = perLane((lane: Spans): { startsSec: number[]; endsSec: number[] } => {
  const startsSec: number[] = [];
  const endsSec: number[] = [];
  for (let i = 0; i < lane.startsSec.length; i++) {
    const last = endsSec.length - 1;
    if (last >= 0 && lane.startsSec[i]! <= endsSec[last]!) endsSec[last] = Math.max(endsSec[last]!, lane.endsSec[i]!);
    else {
      startsSec.push(lane.startsSec[i]!);
      endsSec.push(lane.endsSec[i]!);
    }
  }
  return { startsSec, endsSec };
});

function overlaps(lanes: readonly Spans[]): TimelineIndex['overlap'] {
  const stretches = lanes.map(united);
  const starts = Float64Array.from(stretches.flatMap((stretch) => stretch.startsSec)).sort();
  const ends = Float64Array.from(stretches.flatMap((stretch) => stretch.endsSec)).sort();
  const startsSec: number[] = [];
  const endsSec: number[] = [];
  let talking = 0;
  let nextStart = 0;
  for (let nextEnd = 0; nextEnd < ends.length;) {
    // An end at the same instant comes first: touching is not overlapping.
    if (nextStart < starts.length && starts[nextStart]! < ends[nextEnd]!) {
      talking += 1;
      if (talking === 2) startsSec.push(starts[nextStart]!);
      nextStart += 1;
    } else {
      if (talking === 2) endsSec.push(ends[nextEnd]!);
      talking -= 1;
      nextEnd += 1;
    }
  }
  return { startsSec: Float64Array.from(startsSec), endsSec: Float64Array.from(endsSec) };
}

/** First span that ends after `sec`: where drawing of a view that starts at `sec` begins. */
export function firstReaching(spans: Spans, sec: number): number {
  return upperBound(spans.reachSec, sec);
}

/** One past the last span that starts before `sec`. Between the two some spans may still end before the view. */
export function firstStartingAt(spans: Spans, sec: number): number {
  return lowerBound(spans.startsSec, sec);
}
