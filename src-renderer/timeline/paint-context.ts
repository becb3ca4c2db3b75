import { readPalette, type Palette } from '../ui/palette.ts';
import { PatternCache } from './patterns.ts';
import { RunBuffer } from './runs.ts';
import { TextFitter } from './text-fit.ts';

/** What every painter of one canvas shares: context, colours, measured text, buffers. Nothing in it is made per frame. */
export interface PaintKit {
  readonly ctx: CanvasRenderingContext2D;
  palette: Palette;
  readonly patterns: PatternCache;
  readonly labels: TextFitter;
  readonly runs: RunBuffer;
}

const labelSizePx = 11;

export function labelFont(palette: Palette): string {
  return `${labelSizePx}px ${palette.fontFamily}`;
}

export function createPaintKit(canvas: HTMLCanvasElement): PaintKit | null {
  // Opaque: what lies beneath need not be composited.
  const ctx = canvas.getContext('2d', { alpha: false });
  if (!ctx) return null;
  const kit: PaintKit = {
    ctx,
    palette: readPalette(),
    patterns: new PatternCache(),
    labels: new TextFitter((text) => {
      ctx.font = labelFont(kit.palette);
      return ctx.measureText(text).width;
    }),
    runs: new RunBuffer(),
  };
  return kit;
}

/** Colours changed: read them again, forget tiles of the old ones. */
export function refreshPalette(kit: PaintKit): void {
  kit.palette = readPalette();
  kit.patterns.clear();
}

/**
 * Gives the canvas the size of its box in device pixels and scales the context so that painters think in CSS pixels.
 * Touches the bitmap only when the size changed, because that clears it.
 */
export function fitCanvas(ctx: CanvasRenderingContext2D, widthPx: number, heightPx: number, ratio: number): void {
  const { canvas } = ctx;
  const width = Math.max(1, Math.round(widthPx * ratio));
  const height = Math.max(1, Math.round(heightPx * ratio));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${widthPx}px`;
    canvas.style.height = `${heightPx}px`;
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
}
