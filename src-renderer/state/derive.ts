import type { HypothesisInfo } from '#shared/domain/hypothesis.ts';
import type { Segment, Speaker } from '#shared/domain/records.ts';

/** Figures that follow from the segments; each computed once per array of segments (state/review-store.ts). */
function memo<R>(compute: (segments: readonly Segment[]) => R): (segments: readonly Segment[]) => R {
  const results = new WeakMap<readonly Segment[], R>();
  return (segments) => {
    let result = results.get(segments);
    if (result === undefined) results.set(segments, (result = compute(segments)));
    return result;
  };
}

export interface SpeakerTotals {
  timeSec: number;
  turns: number;
}

/** Speaking time and turns per speaker id. */
export const speakerTotals = memo((segments) => {
  const totals = new Map<string, SpeakerTotals>();
  for (const segment of segments) {
    const total = totals.get(segment.speakerId) ?? { timeSec: 0, turns: 0 };
    total.timeSec += segment.endSec - segment.startSec;
    total.turns += 1;
    totals.set(segment.speakerId, total);
  }
  return totals;
});

/** Ids of the segments that share time with another one. */
export const overlappingIds = memo((segments) => {
  const ids = new Set<string>();
  let open: Segment[] = [];
  for (const segment of segments) {
    open = open.filter((other) => other.endSec > segment.startSec);
    if (open.length > 0) {
      ids.add(segment.id);
      for (const other of open) ids.add(other.id);
    }
    open.push(segment);
  }
  return ids;
});

/**
 * The next (+1) or previous (−1) segment after the focused one, or after the playhead when nothing is focused, that
 * satisfies `wanted`. Undefined at the end of the file: the search does not wrap, so that one knows one is done.
 */
export function neighbour(
  segments: readonly Segment[],
  from: { focusId: string | null; timeSec: number },
  direction: 1 | -1,
  wanted: (segment: Segment) => boolean = () => true,
): Segment | undefined {
  const at = from.focusId === null ? -1 : segments.findIndex((segment) => segment.id === from.focusId);
  if (at < 0) {
    return direction === 1
      ? segments.find((segment) => segment.endSec > from.timeSec && wanted(segment))
      : segments.findLast((segment) => segment.startSec < from.timeSec && wanted(segment));
  }
  for (let i = at + direction; i >= 0 && i < segments.length; i += direction) {
    const segment = segments[i]!;
    if (wanted(segment)) return segment;
  }
  return undefined;
}

/** The speaker a digit key assigns: `1` is the first lane, `0` the tenth. */
export function speakerOfDigit(speakers: readonly Speaker[], digit: number): Speaker | undefined {
  return speakers[digit === 0 ? 9 : digit - 1];
}

/** The digit that assigns the speaker in this lane; null beyond the tenth. */
export function digitOfLane(lane: number): string | null {
  return lane < 9 ? String(lane + 1) : lane === 9 ? '0' : null;
}

/** Answers of one name are told apart by a number, in the order they came: `Diarist audio`, `Diarist audio (2)`. */
export function numberedLabels(infos: readonly HypothesisInfo[]): HypothesisInfo[] {
  const taken = new Map<string, number>();
  const inOrder = infos.toSorted((a, b) => a.createdMs - b.createdMs);
  const labels = new Map(
    inOrder.map(({ id, label }) => {
      const count = (taken.get(label) ?? 0) + 1;
      taken.set(label, count);
      return [id, count === 1 ? label : `${label} (${count})`];
    }),
  );
  return infos.map((info) => ({ ...info, label: labels.get(info.id) ?? info.label }));
}
