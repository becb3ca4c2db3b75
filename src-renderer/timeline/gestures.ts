import type { EditOp } from '#shared/domain/edit-op.ts';
import type { Segment } from '#shared/domain/records.ts';
import type { Hit } from './hit-test.ts';
import { firstReaching, firstStartingAt, type TimelineIndex } from './lane-index.ts';
import { nearestLane } from './layout.ts';
import { snapped, type Snap } from './snapping.ts';
import { secAt, type View } from './viewport-math.ts';

/** Movement in CSS pixels that turns a press into a drag. */
export const dragThresholdPx = 4;
/** A dragged edge keeps this much of its segment, and a drawn segment must have it, seconds. */
export const minSegmentSec = 0.02;

/** A pointer in the lanes. `yPx` counts from the top of the first lane. */
export interface PointerAt {
  readonly xPx: number;
  readonly yPx: number;
  readonly shift: boolean;
  /** Ctrl, or Cmd on a Mac. */
  readonly ctrl: boolean;
  /** Switches the magnet off. */
  readonly alt: boolean;
}

/** What the gestures read; taken anew at every pointer event. */
export interface GestureContext {
  readonly view: View;
  readonly index: TimelineIndex;
  readonly selectedIds: ReadonlySet<string>;
  readonly focusId: string | null;
  readonly cutsSec: ArrayLike<number>;
  readonly playheadSec: number;
  readonly readOnly: boolean;
}

/** What a gesture would do if it ended now; drawn under the pointer. */
export type Preview =
  | { kind: 'edge'; segment: Segment; side: 'start' | 'end'; startSec: number; endSec: number; snap: Snap }
  | { kind: 'reassign'; segmentIds: readonly string[]; fromLane: number; toLane: number }
  | { kind: 'add'; lane: number; startSec: number; endSec: number; snap: Snap }
  | { kind: 'band'; startSec: number; endSec: number; topPx: number; bottomPx: number };

export type GestureEffect =
  | { type: 'select'; segmentIds: readonly string[]; focusId: string | null; play: boolean }
  | { type: 'seek'; sec: number }
  /** A place in a lane of faces. */
  | { type: 'face'; face: number; sec: number }
  | { type: 'apply'; op: EditOp };

type Press = { at: PointerAt; hit: Hit; hitSec: number; dragging: boolean };

/**
 * The pointer in the speaker lanes, from press to release, without DOM: each event returns what is to be done at once,
 * {@link preview} says what to draw meanwhile. One drag is one edit, at its end; {@link cancel} leaves no trace.
 */
export class LaneGestures {
  private press: Press | null = null;
  private current: Preview | null = null;

  get preview(): Preview | null {
    return this.current;
  }

  /** True between press and release. */
  get active(): boolean {
    return this.press !== null;
  }

  down(at: PointerAt, hit: Hit, context: GestureContext): void {
    this.press = { at, hit, hitSec: secAt(context.view, at.xPx), dragging: false };
    this.current = null;
  }

  move(at: PointerAt, context: GestureContext): void {
    const press = this.press;
    if (!press) return;
    const far = Math.hypot(at.xPx - press.at.xPx, at.yPx - press.at.yPx) >= dragThresholdPx;
    if (!press.dragging && !far) return;
    press.dragging = true;
    this.current = this.previewAt(press, at, context);
  }

  up(at: PointerAt, context: GestureContext): GestureEffect[] {
    const press = this.press;
    this.move(at, context);
    const preview = this.current;
    this.cancel();
    if (!press) return [];
    return press.dragging ? finish(preview, press, context) : click(press, context);
  }

  /** Esc, or the system took the pointer away. */
  cancel(): void {
    this.press = null;
    this.current = null;
  }

  private previewAt(press: Press, at: PointerAt, context: GestureContext): Preview | null {
    const { hit } = press;
    const wantsBand = press.at.shift || press.at.ctrl || hit.kind === 'nothing';
    if (wantsBand && hit.kind !== 'edge' && hit.kind !== 'body') return bandPreview(press, at, context);
    if (context.readOnly) return null;
    if (hit.kind === 'edge') return edgePreview(hit.segment, hit.side, press, at, context);
    if (hit.kind === 'body') {
      const toLane = nearestLane(at.yPx, context.index.lanes.length);
      const many = context.selectedIds.has(hit.segment.id) ? [...context.selectedIds] : [hit.segment.id];
      return { kind: 'reassign', segmentIds: many, fromLane: hit.lane, toLane };
    }
    return hit.kind === 'lane' ? addPreview(hit.lane, press, at, context) : null;
  }
}

function edgePreview(
  segment: Segment,
  side: 'start' | 'end',
  press: Press,
  at: PointerAt,
  context: GestureContext,
): Preview {
  const ownSec = side === 'start' ? segment.startSec : segment.endSec;
  // The grabbed point of the edge stays under the pointer.
  const wantedSec = ownSec + secAt(context.view, at.xPx) - press.hitSec;
  const snap = snapped(
    wantedSec,
    {
      edgesSec: context.index.edgesSec,
      cutsSec: context.cutsSec,
      playheadSec: context.playheadSec,
      ownSec,
    },
    context.view.pxPerSec,
    !at.alt,
  );
  const limitedSec =
    side === 'start'
      ? Math.max(0, Math.min(snap.sec, segment.endSec - minSegmentSec))
      : Math.min(context.view.durationSec, Math.max(snap.sec, segment.startSec + minSegmentSec));
  const held = limitedSec === snap.sec ? snap : { sec: limitedSec, target: null };
  const startSec = side === 'start' ? limitedSec : segment.startSec;
  const endSec = side === 'end' ? limitedSec : segment.endSec;
  return { kind: 'edge', segment, side, startSec, endSec, snap: held };
}

function addPreview(lane: number, press: Press, at: PointerAt, context: GestureContext): Preview {
  const targets = {
    edgesSec: context.index.edgesSec,
    cutsSec: context.cutsSec,
    playheadSec: context.playheadSec,
    ownSec: null,
  };
  const within = (sec: number) => Math.min(context.view.durationSec, Math.max(0, sec));
  const anchor = snapped(press.hitSec, targets, context.view.pxPerSec, !at.alt);
  const snap = snapped(within(secAt(context.view, at.xPx)), targets, context.view.pxPerSec, !at.alt);
  const startSec = within(Math.min(anchor.sec, snap.sec));
  const endSec = within(Math.max(anchor.sec, snap.sec));
  return { kind: 'add', lane, startSec, endSec, snap };
}

function bandPreview(press: Press, at: PointerAt, context: GestureContext): Preview {
  const nowSec = secAt(context.view, at.xPx);
  return {
    kind: 'band',
    startSec: Math.min(press.hitSec, nowSec),
    endSec: Math.max(press.hitSec, nowSec),
    topPx: Math.min(press.at.yPx, at.yPx),
    bottomPx: Math.max(press.at.yPx, at.yPx),
  };
}

function finish(preview: Preview | null, press: Press, context: GestureContext): GestureEffect[] {
  if (!preview) return [];
  switch (preview.kind) {
    case 'edge': {
      const { segment, startSec, endSec } = preview;
      if (startSec === segment.startSec && endSec === segment.endSec) return [];
      return [
        { type: 'select', segmentIds: [segment.id], focusId: segment.id, play: false },
        { type: 'apply', op: { op: 'segment.setTimes', segmentId: segment.id, startSec, endSec } },
      ];
    }
    case 'reassign': {
      const speaker = context.index.lanes[preview.toLane]?.speaker;
      const moved = preview.segmentIds.filter((id) => {
        const lane = context.index.placeOf(id)?.lane;
        return lane !== undefined && lane !== preview.toLane;
      });
      if (!speaker || preview.toLane === preview.fromLane || moved.length === 0) return [];
      return [{ type: 'apply', op: { op: 'segment.assign', segmentIds: moved, speakerId: speaker.id } }];
    }
    case 'add': {
      const speaker = context.index.lanes[preview.lane]?.speaker;
      if (!speaker || preview.endSec - preview.startSec < minSegmentSec) return [];
      const { startSec, endSec } = preview;
      return [{ type: 'apply', op: { op: 'segment.add', speakerId: speaker.id, startSec, endSec } }];
    }
    case 'band': {
      const inside = segmentsInBand(preview, context.index);
      const kept = press.at.shift || press.at.ctrl ? [...context.selectedIds] : [];
      const segmentIds = [...new Set([...kept, ...inside])];
      return [{ type: 'select', segmentIds, focusId: inside[0] ?? context.focusId, play: false }];
    }
  }
}

function click(press: Press, context: GestureContext): GestureEffect[] {
  const { hit, at } = press;
  if (hit.kind === 'edge' || hit.kind === 'body') {
    const id = hit.segment.id;
    if (at.ctrl) {
      const next = new Set(context.selectedIds);
      if (!next.delete(id)) next.add(id);
      const focusId = next.has(id) ? id : ([...next].at(-1) ?? null);
      return [{ type: 'select', segmentIds: [...next], focusId, play: false }];
    }
    if (at.shift && context.focusId) {
      return [
        { type: 'select', segmentIds: rangeBetween(context.focusId, id, context.index), focusId: id, play: false },
      ];
    }
    return [{ type: 'select', segmentIds: [id], focusId: id, play: true }];
  }
  if (at.shift || at.ctrl || hit.kind === 'group') return [];
  const seek: GestureEffect = { type: 'seek', sec: Math.min(context.view.durationSec, Math.max(0, press.hitSec)) };
  if (hit.kind === 'face') return [{ type: 'face', face: hit.face, sec: hit.sec }, seek];
  if (hit.kind === 'vote' || hit.kind === 'signal') return [seek];
  return [{ type: 'select', segmentIds: [], focusId: null, play: false }, seek];
}

interface Band {
  readonly startSec: number;
  readonly endSec: number;
  readonly topPx: number;
  readonly bottomPx: number;
}

/** The spans of each lane that a rubber band may touch: those from `first` to `last` that end after its start. */
export function lanesInBand(band: Band, index: TimelineIndex): { lane: number; first: number; last: number }[] {
  const from = nearestLane(band.topPx, index.lanes.length);
  const to = nearestLane(band.bottomPx, index.lanes.length);
  const found: { lane: number; first: number; last: number }[] = [];
  for (let lane = from; lane >= 0 && lane <= to; lane++) {
    const spans = index.lanes[lane]!;
    found.push({ lane, first: firstReaching(spans, band.startSec), last: firstStartingAt(spans, band.endSec) });
  }
  return found;
}

/** Ids of the segments a rubber band touches, lane by lane. */
export function segmentsInBand(band: Band, index: TimelineIndex): string[] {
  const ids: string[] = [];
  for (const { lane, first, last } of lanesInBand(band, index)) {
    const { segments } = index.lanes[lane]!;
    for (let i = first; i < last; i++) if (segments[i]!.endSec > band.startSec) ids.push(segments[i]!.id);
  }
  return ids;
}

/** Shift+click: everything in the rectangle that two segments span, in time and lanes. */
function rangeBetween(fromId: string, toId: string, index: TimelineIndex): string[] {
  const from = index.placeOf(fromId);
  const to = index.placeOf(toId);
  if (!from || !to) return [toId];
  const first = index.lanes[from.lane]!.segments[from.index]!;
  const second = index.lanes[to.lane]!.segments[to.index]!;
  const startSec = Math.min(first.startSec, second.startSec);
  const endSec = Math.max(first.endSec, second.endSec);
  const ids: string[] = [];
  for (let lane = Math.min(from.lane, to.lane); lane <= Math.max(from.lane, to.lane); lane++) {
    for (const segment of index.lanes[lane]!.segments) {
      if (segment.startSec >= startSec && segment.endSec <= endSec) ids.push(segment.id);
    }
  }
  return ids;
}
