import { firstReaching, firstStartingAt, type Spans } from './lane-index.ts';
import type { View } from './viewport-math.ts';

/** Spans narrower than this are not drawn one by one: they add to the pixel columns they touch. */
export const minBlockPx = 3;
/** Cover of a column is drawn in this many steps, so that neighbours alike become one rectangle. */
const coverSteps = 5;

function grown<T extends Float32Array | Int32Array>(old: T, size: number, make: (size: number) => T): T {
  const next = make(size);
  next.set(old);
  return next;
}

/**
 * What of a lane is drawn in one frame, in arrays that are reused: nothing is allocated per frame once they have the
 * size of the window.
 *
 * - blocks: single spans at least {@link minBlockPx} wide, by x0, x1 (CSS pixels, not cut to the view) and span index
 * - columns: per pixel the share of it that narrow spans cover, the mean weight of these (their doubt), and the span
 *   that covers most of it
 */
export class RunBuffer {
  blocks = 0;
  x0 = new Float32Array(256);
  x1 = new Float32Array(256);
  span = new Int32Array(256);
  columns = 0;
  cover = new Float32Array(0);
  weight = new Float32Array(0);
  owner = new Int32Array(0);
  private best = new Float32Array(0);

  reset(widthPx: number): void {
    this.blocks = 0;
    this.columns = Math.ceil(widthPx);
    if (this.cover.length < this.columns) {
      const size = this.columns + 256;
      this.cover = new Float32Array(size);
      this.weight = new Float32Array(size);
      this.best = new Float32Array(size);
      this.owner = new Int32Array(size);
    }
    this.cover.fill(0, 0, this.columns);
    this.weight.fill(0, 0, this.columns);
    this.best.fill(0, 0, this.columns);
    this.owner.fill(-1, 0, this.columns);
  }

  pushBlock(x0: number, x1: number, span: number): void {
    if (this.blocks === this.x0.length) {
      const size = this.blocks * 2;
      this.x0 = grown(this.x0, size, (length) => new Float32Array(length));
      this.x1 = grown(this.x1, size, (length) => new Float32Array(length));
      this.span = grown(this.span, size, (length) => new Int32Array(length));
    }
    const at = this.blocks++;
    this.x0[at] = x0;
    this.x1[at] = x1;
    this.span[at] = span;
  }

  /** Adds a narrow span to the columns it touches. */
  addNarrow(x0: number, x1: number, span: number, weight: number): void {
    const last = Math.min(this.columns - 1, Math.floor(x1));
    for (let x = Math.max(0, Math.floor(x0)); x <= last; x++) {
      const share = Math.min(x1, x + 1) - Math.max(x0, x);
      // Even a thousandth of a pixel is a segment: it keeps a trace.
      if (share <= 0 && x1 > x0) continue;
      this.cover[x]! += share;
      this.weight[x]! += share * weight;
      if (share >= this.best[x]!) {
        this.best[x] = share;
        this.owner[x] = span;
      }
    }
  }

  /** Cover of a column as a step, 0 (nothing there) … {@link coverSteps}. */
  step(x: number): number {
    if (this.owner[x]! < 0) return 0;
    return Math.max(1, Math.min(coverSteps, Math.ceil(this.cover[x]! * coverSteps)));
  }

  /** Opacity of a step. */
  static opacity(step: number): number {
    return 0.25 + (0.65 * step) / coverSteps;
  }
}

/**
 * Culls a lane to the view: wide spans become blocks, narrow ones add to columns. Linear in the spans in sight, on
 * typed arrays alone; 20,000 spans take well under a millisecond.
 * @param weights one per span, summed into the columns (doubt)
 */
export function collectRuns(spans: Spans, view: View, into: RunBuffer, weights?: Float32Array): void {
  into.reset(view.widthPx);
  const { startsSec, endsSec } = spans;
  const { startSec, pxPerSec, widthPx } = view;
  const last = firstStartingAt(spans, startSec + widthPx / pxPerSec);
  for (let i = firstReaching(spans, startSec); i < last; i++) {
    if (endsSec[i]! <= startSec) continue;
    const x0 = (startsSec[i]! - startSec) * pxPerSec;
    const x1 = (endsSec[i]! - startSec) * pxPerSec;
    if (x1 - x0 >= minBlockPx) into.pushBlock(x0, x1, i);
    else into.addNarrow(x0, x1, i, weights ? weights[i]! : 0);
  }
}
