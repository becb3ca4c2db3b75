import type { View } from './viewport-math.ts';

/** A part of the file that has been drawn as one strip of waveform. */
export interface WaveWindow {
  readonly startSec: number;
  readonly endSec: number;
  /** Zoom it was drawn at. */
  readonly pxPerSec: number;
  /** Bars in it; the first begins at `startSec`. */
  readonly columns: number;
}

/** A bar and the gap after it, CSS pixels. */
export const barPx = 2;
/** Drawn beyond the view on either side, as a share of its width: how far one can pan before it is drawn again. */
const marginShare = 0.5;
/** A strip may be stretched by this much while zooming before it is drawn again. */
const stretchLimit = 1.35;

/**
 * The strip to draw for a view. Bars start at whole multiples of their length from t = 0, so that a strip drawn anew
 * shows the same bars and nothing shimmers.
 */
export function windowFor(view: View): WaveWindow {
  const columnSec = barPx / view.pxPerSec;
  const marginSec = (view.widthPx / view.pxPerSec) * marginShare;
  const wantedStartSec = Math.max(0, view.startSec - marginSec);
  const wantedEndSec = Math.min(view.durationSec, view.startSec + view.widthPx / view.pxPerSec + marginSec);
  const first = Math.floor(wantedStartSec / columnSec);
  const columns = Math.max(1, Math.ceil(wantedEndSec / columnSec) - first);
  return { startSec: first * columnSec, endSec: (first + columns) * columnSec, pxPerSec: view.pxPerSec, columns };
}

/** May the strip still be shown, moved and stretched, for this view? `settled`: no zoom is under way. */
export function stillServes(strip: WaveWindow, view: View, settled: boolean): boolean {
  const stretch = view.pxPerSec / strip.pxPerSec;
  if (stretch > stretchLimit || stretch < 1 / stretchLimit) return false;
  if (settled && Math.abs(stretch - 1) > 1e-9) return false;
  const lastSec = Math.min(view.durationSec, view.startSec + view.widthPx / view.pxPerSec);
  const slackSec = 1 / view.pxPerSec;
  return strip.startSec <= view.startSec + slackSec && strip.endSec >= lastSec - slackSec;
}
