import { firstReaching, firstStartingAt, type Spans } from './lane-index.ts';
import type { View } from './viewport-math.ts';

/** Narrower spans are not drawn one by one: neighbours less than a pixel apart become one run. */
export const minBlockPx = 3;

/**
 * What of a lane is drawn in one frame, in reusable arrays: blocks (one span, at least {@link minBlockPx} wide) and
 * runs (several spans too narrow to tell apart). Filled by {@link collectRuns}; nothing is allocated per frame once the
 * arrays have grown to the width of the window.
 */
export class RunBuffer {
  length = 0;
  x0 = new Float32Array(256);
  x1 = new Float32Array(256);
  /** First span of the run. */
  first = new Int32Array(256);
  /** Spans in it; 1 with a width ≥ {@link minBlockPx} is a block. */
  count = new Int32Array(256);
  /** Share of the run that spans cover, 0..1 (1 for a block). */
  cover = new Float32Array(256);

  push(x0: number, x1: number, first: number): void {
    if (this.length === this.x0.length) this.grow();
    const at = this.length++;
    this.x0[at] = x0;
    this.x1[at] = x1;
    this.first[at] = first;
    this.count[at] = 1;
    this.cover[at] = 1;
  }

  private grow(): void {
    const size = this.x0.length * 2;
    const floats = (old: Float32Array) => {
      const grown = new Float32Array(size);
      grown.set(old);
      return grown;
    };
    const ints = (old: Int32Array) => {
      const grown = new Int32Array(size);
      grown.set(old);
      return grown;
    };
    this.x0 = floats(this.x0);
    this.x1 = floats(this.x1);
    this.cover = floats(this.cover);
    this.first = ints(this.first);
    this.count = ints(this.count);
  }
}

/**
 * Culls a lane to the view and merges what is narrower than {@link minBlockPx} into runs. Linear in the spans in sight,
 * with typed arrays alone: 20,000 spans take well under a millisecond.
 */
export function collectRuns(spans: Spans, view: View, into: RunBuffer): void {
  into.length = 0;
  const { startsSec, endsSec } = spans;
  const { startSec, pxPerSec, widthPx } = view;
  const last = firstStartingAt(spans, startSec + widthPx / pxPerSec);
  let openRun = -1;
  let coveredPx = 0;
  for (let i = firstReaching(spans, startSec); i < last; i++) {
    if (endsSec[i]! <= startSec) continue;
    const x0 = (startsSec[i]! - startSec) * pxPerSec;
    const x1 = (endsSec[i]! - startSec) * pxPerSec;
    const narrow = x1 - x0 < minBlockPx;
    if (narrow && openRun >= 0 && x0 - into.x1[openRun]! < 1) {
      coveredPx += x1 - x0;
      if (x1 > into.x1[openRun]!) into.x1[openRun] = x1;
      into.count[openRun]! += 1;
      into.cover[openRun] = Math.min(1, coveredPx / Math.max(1, into.x1[openRun]! - into.x0[openRun]!));
      continue;
    }
    into.push(x0, narrow ? Math.max(x1, x0 + 1) : x1, i);
    openRun = narrow ? into.length - 1 : -1;
    coveredPx = x1 - x0;
    if (narrow) into.cover[openRun] = Math.min(1, coveredPx);
  }
}
