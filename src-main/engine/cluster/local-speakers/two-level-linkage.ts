import { relabel } from '../vectors.ts';
import type { Vectors } from '../vectors.ts';
import { centroids, vectors } from '../vectors.ts';
import { centroidLinkage, cutAtHeight } from './centroid-linkage.ts';

/** Rows up to which one tree is made of all. */
const MAX_ROWS = 2000;
const BLOCK_ROWS = 600;
/** Rows of a block this near, as a share of the threshold, are one from the start. */
const NEAR_SHARE = 0.6;

/** Points that stand for several rows. */
export interface Condensed {
  points: Vectors;
  weights: Float64Array;
  /** Point of each row. */
  pointOf: Int32Array;
}

/**
 * Many rows as fewer points, so that hours need no more memory than minutes: blocks of rows that follow one another are
 * joined where they are much nearer than the threshold; again if there are still too many. Few rows stay as they are.
 */
export function condense(rows: Vectors, threshold: number, pause: () => void): Condensed {
  let points = rows;
  let weights = new Float64Array(rows.count).fill(1);
  let pointOf = Int32Array.from({ length: rows.count }, (_, i) => i);
  for (let share = NEAR_SHARE; points.count > MAX_ROWS && share < 1; share += 0.1) {
    const labels = new Int32Array(points.count);
    let next = 0;
    for (let from = 0; from < points.count; from += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, points.count - from);
      const block = vectors(points.data.subarray(from * points.size, (from + count) * points.size), points.size);
      const tree = centroidLinkage(block, weights.subarray(from, from + count), pause);
      const found = relabel(cutAtHeight(tree, count, share * threshold));
      for (let i = 0; i < count; i++) labels[from + i] = next + found.labels[i]!;
      next += found.count;
    }
    const joined = new Float64Array(next);
    labels.forEach((label, i) => (joined[label]! += weights[i]!));
    points = centroids(points, labels, next, weights);
    weights = joined;
    pointOf = pointOf.map((point) => labels[point]!);
  }
  return { points, weights, pointOf };
}
