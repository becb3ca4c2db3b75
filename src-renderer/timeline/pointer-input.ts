import type { FrameLoop } from './frame-loop.ts';
import type { GestureContext, GestureEffect, LaneGestures, PointerAt } from './gestures.ts';
import { hitTest, type Hit } from './hit-test.ts';
import { Scope } from './scope.ts';
import type { SurfaceData } from './surface-data.ts';
import type { ViewportStore } from './viewport.ts';
import { secAt } from './viewport-math.ts';

export interface PointerElements {
  readonly overview: HTMLElement;
  readonly ruler: HTMLElement;
  readonly wave: HTMLElement;
  /** The track area of the rows: takes pointer and focus. */
  readonly rows: HTMLElement;
  readonly scroller: HTMLElement;
  /** Everything that zooms and pans by the wheel. */
  readonly wheel: HTMLElement;
}

export interface PointerHandlers {
  data(): SurfaceData;
  playheadSec(): number;
  effects(effects: readonly GestureEffect[]): void;
  /** Double click on a segment. */
  open(segmentId: string): void;
  /** The pointer rests over this; null = over nothing. Client coordinates for the tip. */
  hover(hit: Hit | null, at: { xPx: number; yPx: number }): void;
  redraw(): void;
}

const clickSlackPx = 3;
const linePx = 16;
/** Within this of a border a drag pans, by at most this many pixels a frame. */
const autoPanZonePx = 28;
const autoPanStepPx = 14;

/** Connects pointer and wheel to viewport and gestures. Keys are not here but for Esc, which cancels a drag. */
export function connectPointer(
  elements: PointerElements,
  parts: { viewport: ViewportStore; gestures: LaneGestures; loop: FrameLoop; handlers: PointerHandlers },
): Scope {
  const scope = new Scope();
  const { viewport, handlers } = parts;
  connectWheel(scope, elements, viewport);
  connectOverview(scope, elements.overview, viewport);
  connectRuler(scope, elements.ruler, viewport, handlers);
  connectScrub(scope, elements.wave, viewport, handlers);
  connectRows(scope, elements, parts);
  return scope;
}

/** Follows one pointer from press to release. `finish` gets false when the system took it away or Esc was pressed. */
function track(
  scope: Scope,
  element: HTMLElement,
  begin: (event: PointerEvent) => { move(event: PointerEvent): void; finish(event: PointerEvent | null): void } | null,
): void {
  scope.listen(element, 'pointerdown', (event) => {
    const drag = begin(event);
    if (!drag) return;
    const during = scope.child();
    element.setPointerCapture(event.pointerId);
    const end = (last: PointerEvent | null) => {
      during.dispose();
      if (element.hasPointerCapture(event.pointerId)) element.releasePointerCapture(event.pointerId);
      drag.finish(last);
    };
    during.listen(element, 'pointermove', (next) => drag.move(next));
    during.listen(element, 'pointerup', (next) => end(next));
    during.listen(element, 'pointercancel', () => end(null));
    during.listen(
      window,
      'keydown',
      (key) => {
        if ((key as KeyboardEvent).key !== 'Escape') return;
        key.preventDefault();
        key.stopPropagation();
        end(null);
      },
      { capture: true },
    );
  });
}

function localX(element: HTMLElement, event: PointerEvent | WheelEvent | MouseEvent): number {
  return event.clientX - element.getBoundingClientRect().left;
}

function connectWheel(scope: Scope, elements: PointerElements, viewport: ViewportStore): void {
  scope.listen(
    elements.wheel,
    'wheel',
    (event) => {
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? linePx : 1;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        viewport.getState().zoomAbout(Math.exp(-event.deltaY * unit * 0.002), localX(elements.ruler, event));
        return;
      }
      // The rows scroll up and down with Shift; the wheel alone moves through time.
      if (event.shiftKey) {
        event.preventDefault();
        elements.scroller.scrollTop += (event.deltaY || event.deltaX) * unit;
        return;
      }
      event.preventDefault();
      const delta = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY;
      viewport.getState().panBy(delta * unit);
    },
    { passive: false },
  );
}

function connectOverview(scope: Scope, overview: HTMLElement, viewport: ViewportStore): void {
  track(scope, overview, (event) => {
    if (event.button !== 0) return null;
    const view = viewport.getState();
    const atSec = (localX(overview, event) / view.widthPx) * view.durationSec;
    const shownSec = view.widthPx / view.pxPerSec;
    const inside = atSec >= view.startSec && atSec <= view.startSec + shownSec;
    // Inside the handle it is grabbed where it is; outside it jumps under the pointer first.
    const grabSec = inside ? atSec - view.startSec : shownSec / 2;
    if (!inside) view.show(atSec - grabSec);
    const before = view.startSec;
    return {
      move: (next) => {
        const now = viewport.getState();
        now.show((localX(overview, next) / now.widthPx) * now.durationSec - grabSec);
      },
      finish: (last) => {
        if (!last) viewport.getState().show(before);
      },
    };
  });
}

function connectRuler(scope: Scope, ruler: HTMLElement, viewport: ViewportStore, handlers: PointerHandlers): void {
  track(scope, ruler, (event) => {
    if (event.button !== 0) return null;
    const downX = localX(ruler, event);
    const before = viewport.getState().startSec;
    let lastX = downX;
    let panned = false;
    return {
      move: (next) => {
        const x = localX(ruler, next);
        if (!panned && Math.abs(x - downX) < clickSlackPx) return;
        panned = true;
        viewport.getState().panBy(lastX - x);
        lastX = x;
      },
      finish: (last) => {
        if (!last) viewport.getState().show(before);
        else if (!panned) handlers.effects([{ type: 'seek', sec: secAt(viewport.getState(), downX) }]);
      },
    };
  });
}

/** The waveform: press puts the playhead there, dragging takes it along. */
function connectScrub(scope: Scope, wave: HTMLElement, viewport: ViewportStore, handlers: PointerHandlers): void {
  track(scope, wave, (event) => {
    if (event.button !== 0) return null;
    const before = handlers.playheadSec();
    const seek = (next: PointerEvent) =>
      handlers.effects([{ type: 'seek', sec: secAt(viewport.getState(), localX(wave, next)) }]);
    seek(event);
    return {
      move: seek,
      finish: (last) => {
        if (!last) handlers.effects([{ type: 'seek', sec: before }]);
      },
    };
  });
}

function connectRows(
  scope: Scope,
  elements: PointerElements,
  parts: { viewport: ViewportStore; gestures: LaneGestures; loop: FrameLoop; handlers: PointerHandlers },
): void {
  const { rows } = elements;
  const { viewport, gestures, handlers } = parts;
  const pointAt = (event: PointerEvent | MouseEvent): PointerAt => {
    const box = rows.getBoundingClientRect();
    return {
      xPx: event.clientX - box.left,
      yPx: event.clientY - box.top,
      shift: event.shiftKey,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
    };
  };
  const hitAt = (at: PointerAt): Hit => {
    const { layout, index, selectedIds } = handlers.data();
    return hitTest(at, viewport.getState(), layout, index, selectedIds);
  };
  const context = (): GestureContext => {
    const { index, selectedIds, focusId, cutsSec, readOnly } = handlers.data();
    const playheadSec = handlers.playheadSec();
    return { view: viewport.getState(), index, selectedIds, focusId, cutsSec, playheadSec, readOnly };
  };

  let lastAt: PointerAt | null = null;
  const autoPan = parts.loop.add(() => {
    if (!gestures.active || !lastAt) return;
    const now = viewport.getState();
    const { widthPx } = now;
    const overPx = Math.max(0, lastAt.xPx - (widthPx - autoPanZonePx)) - Math.max(0, autoPanZonePx - lastAt.xPx);
    if (overPx === 0 || gestures.preview === null) return;
    now.panBy(Math.max(-autoPanStepPx, Math.min(autoPanStepPx, overPx / 2)));
    gestures.move(lastAt, context());
    handlers.redraw();
    autoPan.invalidate();
  });
  scope.add(() => autoPan.dispose());

  track(scope, rows, (event) => {
    if (event.button === 1) return panDrag(rows, event, viewport);
    if (event.button !== 0) return null;
    const at = pointAt(event);
    gestures.down(at, hitAt(at), context());
    handlers.hover(null, { xPx: 0, yPx: 0 });
    return {
      move: (next) => {
        lastAt = pointAt(next);
        gestures.move(lastAt, context());
        autoPan.invalidate();
        handlers.redraw();
      },
      finish: (last) => {
        lastAt = null;
        if (last) handlers.effects(gestures.up(pointAt(last), context()));
        else gestures.cancel();
        handlers.redraw();
      },
    };
  });

  let hoverEvent: PointerEvent | null = null;
  const hover = parts.loop.add(() => {
    if (!hoverEvent || gestures.active) return;
    const hit = hitAt(pointAt(hoverEvent));
    rows.style.cursor = cursorOf(hit);
    handlers.hover(hit, { xPx: hoverEvent.clientX, yPx: hoverEvent.clientY });
  });
  scope.add(() => hover.dispose());
  scope.listen(rows, 'pointermove', (event) => {
    hoverEvent = event;
    hover.invalidate();
  });
  // What is under a resting pointer is another place now; a tip about the old one would lie.
  scope.add(
    viewport.subscribe(() => {
      if (hoverEvent) handlers.hover(null, { xPx: 0, yPx: 0 });
      hoverEvent = null;
    }),
  );
  scope.listen(rows, 'pointerleave', () => {
    hoverEvent = null;
    handlers.hover(null, { xPx: 0, yPx: 0 });
  });
  scope.listen(rows, 'dblclick', (event) => {
    const hit = hitAt(pointAt(event));
    if (hit.kind === 'edge' || hit.kind === 'body') handlers.open(hit.segment.id);
  });
}

function panDrag(element: HTMLElement, event: PointerEvent, viewport: ViewportStore) {
  event.preventDefault();
  const before = viewport.getState().startSec;
  let lastX = localX(element, event);
  return {
    move: (next: PointerEvent) => {
      const x = localX(element, next);
      viewport.getState().panBy(lastX - x);
      lastX = x;
    },
    finish: (last: PointerEvent | null) => {
      if (!last) viewport.getState().show(before);
    },
  };
}

function cursorOf(hit: Hit): string {
  if (hit.kind === 'edge') return 'ew-resize';
  if (hit.kind === 'body' || hit.kind === 'face') return 'pointer';
  return hit.kind === 'lane' ? 'crosshair' : 'default';
}
