import { z } from 'zod';

/**
 * The boxes of a face through time, in few words: time in seconds and x1, y1, x2, y2 (shares of the picture) where the box
 * changes its course; between two of them it moves evenly. Times rise.
 */
export const boxSketchSchema = z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]));
export type BoxSketch = z.infer<typeof boxSketchSchema>;

export interface SketchedBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Sides of a sketched box are off by so much of its width or height at most (and half of {@link STEP}). */
const TOLERANCE = 0.03;
/** Coordinates are kept to so much of the picture. */
const STEP = 1e-4;
/** Frames between two points at most: bounds the work on a face that does not move. */
const MAX_FRAMES = 250;

/**
 * Each point is the farthest one from which the way to the one before leaves no box between by more than the tolerance.
 * @param boxes one for each frame from `firstFrame` on
 */
export function sketchBoxes(boxes: readonly SketchedBox[], firstFrame: number, frameRateHz: number): BoxSketch {
  const kept = boxes.length === 0 ? [] : [0];
  for (let from = 0; from < boxes.length - 1;) {
    let to = from + 1;
    while (to + 1 < boxes.length && to + 1 - from <= MAX_FRAMES && isStraight(boxes, from, to + 1)) to++;
    kept.push(to);
    from = to;
  }
  const rounded = (value: number): number => Math.round(value / STEP) * STEP;
  return kept.map((at) => {
    const { x1, y1, x2, y2 } = boxes[at]!;
    const sides = [x1, y1, x2, y2].map((side) => Number(rounded(side).toFixed(4)));
    return [Number(((firstFrame + at) / frameRateHz).toFixed(4)), sides[0]!, sides[1]!, sides[2]!, sides[3]!];
  });
}

function isStraight(boxes: readonly SketchedBox[], from: number, to: number): boolean {
  const [a, b] = [boxes[from]!, boxes[to]!];
  for (let at = from + 1; at < to; at++) {
    const box = boxes[at]!;
    const share = (at - from) / (to - from);
    const isNear = (one: number, other: number, value: number, size: number): boolean =>
      Math.abs(one + (other - one) * share - value) <= TOLERANCE * size;
    const width = box.x2 - box.x1;
    const height = box.y2 - box.y1;
    if (!isNear(a.x1, b.x1, box.x1, width) || !isNear(a.x2, b.x2, box.x2, width)) return false;
    if (!isNear(a.y1, b.y1, box.y1, height) || !isNear(a.y2, b.y2, box.y2, height)) return false;
  }
  return true;
}

/** The box at a time; null before the first and after the last point. */
export function sketchedBoxAt(sketch: BoxSketch, atSec: number): SketchedBox | null {
  const [first, last] = [sketch[0], sketch.at(-1)];
  if (!first || !last || atSec < first[0] - EDGE_SEC || atSec > last[0] + EDGE_SEC) return null;
  let low = 0;
  let high = sketch.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sketch[middle]![0] <= atSec) low = middle;
    else high = middle - 1;
  }
  const a = sketch[low]!;
  const b = sketch[low + 1] ?? a;
  const share = b[0] > a[0] ? Math.min(1, Math.max(0, (atSec - a[0]) / (b[0] - a[0]))) : 0;
  const side = (at: 1 | 2 | 3 | 4): number => a[at] + (b[at] - a[at]) * share;
  return { x1: side(1), y1: side(2), x2: side(3), y2: side(4) };
}

/** Times are rounded. */
const EDGE_SEC = 0.001;

/** What of a sketch is needed between two times: a point at or before the start to one at or after the end. */
export function sketchBetween(sketch: BoxSketch, startSec: number, endSec: number): BoxSketch {
  const first = Math.max(
    0,
    sketch.findLastIndex(([sec]) => sec <= startSec),
  );
  const end = sketch.findIndex(([sec]) => sec >= endSec);
  return sketch.slice(first, end < 0 ? undefined : end + 1);
}
