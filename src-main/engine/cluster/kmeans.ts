import type { Vectors } from './vectors.ts';
import { centroids, relabel } from './vectors.ts';

const MAX_ROUNDS = 100;
const STARTS = 8;

/**
 * k-means with k-means++ starts (Arthur and Vassilvitskii, SODA 2007), the best of eight by the sum of squares; always the
 * same for the same input.
 * @returns labels numbered by appearance; fewer groups than `k` only if there are fewer different rows
 */
export function kmeans(rows: Vectors, k: number): { labels: Int32Array; count: number; sumOfSquares: number } {
  const random = seeded(rows.count * 31 + k);
  let best: { labels: Int32Array; sumOfSquares: number } = {
    labels: new Int32Array(rows.count),
    sumOfSquares: Infinity,
  };
  for (let start = 0; start < STARTS && rows.count > 0; start++) {
    const result = lloyd(rows, plusPlus(rows, Math.min(k, rows.count), random));
    if (result.sumOfSquares < best.sumOfSquares) best = result;
  }
  return { ...relabel(best.labels), sumOfSquares: rows.count > 0 ? best.sumOfSquares : 0 };
}

function plusPlus(rows: Vectors, k: number, random: () => number): Vectors {
  const data = new Float32Array(k * rows.size);
  const nearest = new Float64Array(rows.count).fill(Infinity);
  let pick = Math.min(rows.count - 1, Math.floor(random() * rows.count));
  for (let c = 0; c < k; c++) {
    data.set(rows.data.subarray(pick * rows.size, (pick + 1) * rows.size), c * rows.size);
    const centre = { data, size: rows.size, count: k };
    let total = 0;
    for (let i = 0; i < rows.count; i++) {
      nearest[i] = Math.min(nearest[i]!, squareDistance(rows, i, centre, c));
      total += nearest[i]!;
    }
    let left = random() * total;
    pick = rows.count - 1;
    for (let i = 0; i < rows.count; i++) {
      left -= nearest[i]!;
      if (left < 0) {
        pick = i;
        break;
      }
    }
  }
  return { data, size: rows.size, count: k };
}

function lloyd(rows: Vectors, start: Vectors): { labels: Int32Array; sumOfSquares: number } {
  let centres = start;
  const labels = new Int32Array(rows.count).fill(-1);
  let sumOfSquares = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    sumOfSquares = 0;
    let moved = false;
    for (let i = 0; i < rows.count; i++) {
      let best = 0;
      let least = Infinity;
      for (let c = 0; c < centres.count; c++) {
        const distance = squareDistance(rows, i, centres, c);
        if (distance < least) {
          least = distance;
          best = c;
        }
      }
      sumOfSquares += least;
      if (labels[i] !== best) moved = true;
      labels[i] = best;
    }
    if (!moved) break;
    const means = centroids(rows, labels, centres.count);
    const used = new Set(labels);
    for (let c = 0; c < centres.count; c++) {
      // A centre that lost all rows stays where it is.
      if (used.has(c)) continue;
      means.data.set(centres.data.subarray(c * rows.size, (c + 1) * rows.size), c * rows.size);
    }
    centres = means;
  }
  return { labels, sumOfSquares };
}

function squareDistance(a: Vectors, i: number, b: Vectors, j: number): number {
  let sum = 0;
  for (let d = 0; d < a.size; d++) sum += (a.data[i * a.size + d]! - b.data[j * a.size + d]!) ** 2;
  return sum;
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
