import { createStore } from 'zustand/vanilla';
import { clampView, fitPxPerSec, scrolledTo, visibleSec, zoomedAbout, zoomedTo, type View } from './viewport-math.ts';

export interface ViewportActions {
  /** Width of the track area changed; the left edge stays. A view that fitted still fits. */
  setWidth(widthPx: number): void;
  /** Another file, or its length became known: shows all of it unless `keep`. */
  setDuration(durationSec: number, keep?: boolean): void;
  /** Zoom by a factor (> 1 = closer) about a place in the track area (default: its middle). */
  zoomAbout(factor: number, xPx?: number): void;
  /** Move the view by CSS pixels; > 0 = later. */
  panBy(dxPx: number): void;
  /** The whole file. */
  fit(): void;
  zoomTo(span: { startSec: number; endSec: number }): void;
  /** Bring a time or span into sight; moves nothing when it already is. */
  scrollTo(target: number | { startSec: number; endSec: number }, placement?: 'near' | 'centre'): void;
  /** Set start and zoom at once (remembered views, the overview's handle). */
  show(startSec: number, pxPerSec?: number): void;
}

export type Viewport = View & ViewportActions;

/** A viewport of its own, for tests; the app has one: {@link viewport}. */
export function createViewport() {
  return createStore<Viewport>()((set, get) => {
    const change = (next: View) => {
      const now = get();
      if (
        next.startSec !== now.startSec ||
        next.pxPerSec !== now.pxPerSec ||
        next.widthPx !== now.widthPx ||
        next.durationSec !== now.durationSec
      ) {
        const { startSec, pxPerSec, widthPx, durationSec } = next;
        set({ startSec, pxPerSec, widthPx, durationSec });
      }
    };
    const isFitted = (view: View) => view.pxPerSec <= fitPxPerSec(view) * 1.0001;
    return {
      startSec: 0,
      pxPerSec: 1,
      widthPx: 1000,
      durationSec: 0,
      setWidth: (widthPx) => {
        const now = get();
        if (widthPx < 1) return;
        const next = { ...now, widthPx };
        change(clampView(isFitted(now) ? { ...next, pxPerSec: 0 } : next));
      },
      setDuration: (durationSec, keep = false) => {
        const next = { ...get(), durationSec };
        change(clampView(keep ? next : { ...next, startSec: 0, pxPerSec: 0 }));
      },
      zoomAbout: (factor, xPx) => change(zoomedAbout(get(), factor, xPx ?? get().widthPx / 2)),
      panBy: (dxPx) => change(clampView({ ...get(), startSec: get().startSec + dxPx / get().pxPerSec })),
      fit: () => change(clampView({ ...get(), startSec: 0, pxPerSec: 0 })),
      zoomTo: (span) => change(zoomedTo(get(), span)),
      scrollTo: (target, placement) => {
        const span = typeof target === 'number' ? { startSec: target, endSec: target } : target;
        change(scrolledTo(get(), span, placement));
      },
      show: (startSec, pxPerSec) => change(clampView({ ...get(), startSec, pxPerSec: pxPerSec ?? get().pxPerSec })),
    };
  });
}

export type ViewportStore = ReturnType<typeof createViewport>;

/** The timeline's viewport. Read it per frame with `getState()`; it changes at display rate, so keep it out of React. */
export const viewport: ViewportStore = createViewport();

/** The span in sight, for status line and remembered views. */
export function visibleSpan(): { startSec: number; endSec: number } {
  const view = viewport.getState();
  return { startSec: view.startSec, endSec: view.startSec + visibleSec(view) };
}
