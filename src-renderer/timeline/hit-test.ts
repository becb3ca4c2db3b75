import type { Segment } from '#shared/domain/records.ts';
import { firstReaching, firstStartingAt, type TimelineIndex } from './lane-index.ts';
import { rowAt, type GroupId, type Layout } from './layout.ts';
import { secAt, type View } from './viewport-math.ts';

/** Reach of an edge to either side, CSS pixels; a narrow block gives its edges at most a quarter each. */
const edgeReachPx = 5;

export type Hit =
  | { kind: 'edge'; segment: Segment; lane: number; side: 'start' | 'end' }
  | { kind: 'body'; segment: Segment; lane: number }
  | { kind: 'lane'; lane: number; speakerId: string }
  | { kind: 'vote'; vote: number }
  | { kind: 'face'; face: number; sec: number }
  | { kind: 'signal'; signal: number }
  | { kind: 'group'; group: GroupId }
  | { kind: 'nothing' };

/**
 * What is under a point. `yPx` counts from the top of the first lane (scrolling already added). Edges win over bodies,
 * the selected segment wins over others under the same point, and of several edges the nearest wins.
 */
export function hitTest(
  point: { xPx: number; yPx: number },
  view: View,
  layout: Layout,
  index: TimelineIndex,
  selectedIds: ReadonlySet<string>,
): Hit {
  const row = rowAt(layout, point.yPx);
  if (!row) return { kind: 'nothing' };
  if (row.kind === 'vote') return { kind: 'vote', vote: row.vote };
  if (row.kind === 'face') return { kind: 'face', face: row.face, sec: secAt(view, point.xPx) };
  if (row.kind === 'talking') return { kind: 'nothing' };
  if (row.kind === 'signal') return { kind: 'signal', signal: row.signal };
  if (row.kind === 'group') return { kind: 'group', group: row.group };
  const lane = index.lanes[row.lane];
  if (!lane) return { kind: 'nothing' };

  const sec = secAt(view, point.xPx);
  const reachSec = edgeReachPx / view.pxPerSec;
  let edge: Hit | null = null;
  let edgeDistance = Infinity;
  let body: Hit | null = null;
  const last = firstStartingAt(lane, sec + reachSec);
  for (let i = firstReaching(lane, sec - reachSec); i < last; i++) {
    const segment = lane.segments[i]!;
    if (segment.endSec < sec - reachSec) continue;
    const lengthPx = (segment.endSec - segment.startSec) * view.pxPerSec;
    const insidePx = Math.min(edgeReachPx, lengthPx / 4);
    const bonus = selectedIds.has(segment.id) ? 0.5 : 0;
    for (const side of ['start', 'end'] as const) {
      const edgeSec = side === 'start' ? segment.startSec : segment.endSec;
      const inwardPx = (side === 'start' ? sec - edgeSec : edgeSec - sec) * view.pxPerSec;
      if (inwardPx > insidePx || inwardPx < -edgeReachPx) continue;
      // Outside its own block an edge counts as farther: between two touching blocks each side has its own edge.
      const distance = (inwardPx >= 0 ? inwardPx : -inwardPx + 0.25) - bonus;
      if (distance < edgeDistance) {
        edgeDistance = distance;
        edge = { kind: 'edge', segment, lane: row.lane, side };
      }
    }
    if (sec >= segment.startSec && sec <= segment.endSec && (!body || bonus > 0)) {
      body = { kind: 'body', segment, lane: row.lane };
    }
  }
  return edge ?? body ?? { kind: 'lane', lane: row.lane, speakerId: lane.speaker.id };
}
