import type { Origin, ReviewState, Segment } from '../records.ts';
import type { Draft } from './draft.ts';

/**
 * Nobody speaks twice at once: where an edit makes segments of one speaker overlap they become one, from the first start
 * to the last end (docs/adr/0011). No speech is lost by it and the edit's label says how many were joined. Segments that
 * only touch stay apart.
 *
 * @param changedIds segments the edit made or moved; only groups that hold one of them are joined
 * @param keepId the segment whose id survives in its group (the one under the pointer); else the group's oldest record,
 *   which is the first in time that is not in `freshIds`
 * @returns how many segments were taken into another one, not counting those of `changedIds`
 */
export function joinOverlaps(
  draft: Draft,
  speakerId: string,
  changedIds: ReadonlySet<string>,
  { keepId, freshIds }: { keepId?: string; freshIds?: ReadonlySet<string> } = {},
): number {
  let joined = 0;
  const close = (group: Segment[]) => {
    if (group.length < 2 || !group.some(({ id }) => changedIds.has(id))) return;
    const keep = group.find(({ id }) => id === keepId) ?? group.find(({ id }) => !freshIds?.has(id)) ?? group[0]!;
    for (const { id } of group) {
      if (id === keep.id) continue;
      draft.remove(id);
      if (!changedIds.has(id)) joined += 1;
    }
    if (!changedIds.has(keep.id)) joined += 1;
    const whole = joinedSegment(group, keep.id);
    const coveredAll = whole.startSec === keep.startSec && whole.endSec === keep.endSec;
    // Nothing was added to a segment that the edit did not name and that was there all the time: it stays as it was.
    if (!coveredAll || changedIds.has(keep.id)) draft.put(whole);
  };
  let group: Segment[] = [];
  let endSec = -Infinity;
  for (const segment of draft.segments(speakerId)) {
    if (segment.startSec >= endSec) {
      close(group);
      group = [];
    }
    group.push(segment);
    endSec = Math.max(endSec, segment.endSec);
  }
  close(group);
  return joined;
}

/**
 * One segment over all of `parts` (of one speaker): as sure as the least sure of them, accepted only if all are, made by
 * whoever made all of them or else by a person.
 */
export function joinedSegment(parts: readonly Segment[], id: string, origin?: Origin): Segment {
  const first = parts[0]!;
  let startSec = Infinity;
  let endSec = -Infinity;
  let confidence: number | null = null;
  for (const part of parts) {
    startSec = Math.min(startSec, part.startSec);
    endSec = Math.max(endSec, part.endSec);
    if (part.confidence !== null) confidence = Math.min(confidence ?? 1, part.confidence);
  }
  const common = <T, D>(pick: (part: Segment) => T, otherwise: D): T | D =>
    parts.every((part) => pick(part) === pick(first)) ? pick(first) : otherwise;
  return {
    kind: 'segment',
    id,
    speakerId: first.speakerId,
    startSec,
    endSec,
    confidence,
    review: leastReviewed(parts),
    origin: origin ?? common((part) => part.origin, 'human'),
    hypothesisId: common((part) => part.hypothesisId, null),
  };
}

function leastReviewed(parts: readonly Segment[]): ReviewState {
  if (parts.some(({ review }) => review === 'doubtful')) return 'doubtful';
  return parts.every(({ review }) => review === 'accepted') ? 'accepted' : 'unreviewed';
}
