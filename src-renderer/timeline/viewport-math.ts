/** What part of the file the timeline shows. x = 0 is the left edge of the track area, in CSS pixels. */
export interface View {
  readonly startSec: number;
  readonly pxPerSec: number;
  /** Width of the track area in CSS pixels. */
  readonly widthPx: number;
  readonly durationSec: number;
}

/** Closest zoom: at 8000 px/s a 10 ms tick is 80 px wide and one sample at 16 kHz half a pixel. */
export const maxPxPerSec = 8000;

export function xOf(view: View, sec: number): number {
  return (sec - view.startSec) * view.pxPerSec;
}

export function secAt(view: View, xPx: number): number {
  return view.startSec + xPx / view.pxPerSec;
}

export function visibleSec(view: View): number {
  return view.widthPx / view.pxPerSec;
}

export function endSec(view: View): number {
  return view.startSec + visibleSec(view);
}

/** The zoom at which the whole file fits. */
export function fitPxPerSec(view: View): number {
  return view.durationSec > 0 ? Math.min(maxPxPerSec, view.widthPx / view.durationSec) : 1;
}

/** The nearest allowed view: no wider than the file, not past its ends. */
export function clampView(view: View): View {
  const pxPerSec = Math.min(maxPxPerSec, Math.max(fitPxPerSec(view), view.pxPerSec));
  const lastStartSec = Math.max(0, view.durationSec - view.widthPx / pxPerSec);
  const startSec = Math.min(lastStartSec, Math.max(0, view.startSec));
  return { ...view, startSec, pxPerSec };
}

/** Zooms by `factor` (> 1 = closer); the time under `xPx` stays under it as long as the file's ends allow. */
export function zoomedAbout(view: View, factor: number, xPx: number): View {
  const aboutSec = secAt(view, xPx);
  const pxPerSec = Math.min(maxPxPerSec, Math.max(fitPxPerSec(view), view.pxPerSec * factor));
  return clampView({ ...view, pxPerSec, startSec: aboutSec - xPx / pxPerSec });
}

/** Shows a span with a margin of 8 % of the width on either side. */
export function zoomedTo(view: View, span: { startSec: number; endSec: number }): View {
  const lengthSec = Math.max(0.02, span.endSec - span.startSec);
  const pxPerSec = Math.min(maxPxPerSec, Math.max(fitPxPerSec(view), (view.widthPx * 0.84) / lengthSec));
  const middleSec = (span.startSec + span.endSec) / 2;
  return clampView({ ...view, pxPerSec, startSec: middleSec - view.widthPx / pxPerSec / 2 });
}

/** Where a span is put when it must come into sight: `near` moves as little as possible, `centre` puts it mid-way. */
export function scrolledTo(
  view: View,
  span: { startSec: number; endSec: number },
  placement: 'near' | 'centre' = 'near',
): View {
  const marginSec = visibleSec(view) * 0.06;
  const fits = span.endSec - span.startSec <= visibleSec(view) - 2 * marginSec;
  if (placement === 'centre' || !fits) {
    const anchorSec = fits ? (span.startSec + span.endSec) / 2 - visibleSec(view) / 2 : span.startSec - marginSec;
    return clampView({ ...view, startSec: anchorSec });
  }
  if (span.startSec < view.startSec + marginSec) return clampView({ ...view, startSec: span.startSec - marginSec });
  if (span.endSec > endSec(view) - marginSec) {
    return clampView({ ...view, startSec: span.endSec + marginSec - visibleSec(view) });
  }
  return view;
}

export type FollowMode = 'page' | 'centre' | 'off';

/**
 * The view that follows a moving playhead, or null when it may stay. `page` turns only when the playhead crosses the
 * right (or, in reverse, the left) border, so that a person who pans away while playing is left in peace.
 */
export function followedView(view: View, mode: FollowMode, beforeSec: number, nowSec: number): View | null {
  if (mode === 'off') return null;
  if (mode === 'centre') {
    const next = clampView({ ...view, startSec: nowSec - visibleSec(view) / 2 });
    return next.startSec === view.startSec ? null : next;
  }
  const wasVisible = beforeSec >= view.startSec && beforeSec <= endSec(view);
  const isVisible = nowSec >= view.startSec && nowSec <= endSec(view);
  if (!wasVisible || isVisible) return null;
  const leadSec = visibleSec(view) * 0.05;
  const startSec = nowSec >= beforeSec ? nowSec - leadSec : nowSec - visibleSec(view) + leadSec;
  return clampView({ ...view, startSec });
}
