import { kmeans } from './kmeans.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { centroids, dot, gram, relabel, unitRows, vectors } from './vectors.ts';
import type { Vectors } from './vectors.ts';

/** Neighbour counts tried. */
const CANDIDATES = 30;
/** Largest share of all windows that may count as a window's neighbours. */
const MAX_NEIGHBOUR_SHARE = 0.15;
/** Windows the matrix is made of; the others follow their nearest voice. */
const MAX_ROWS = 512;
/** Windows the number of neighbours is chosen on, for speed. */
const SEARCH_ROWS = 256;

/**
 * Spectral clustering with the number of neighbours and of speakers chosen by the normalised maximum eigengap (Park et
 * al., IEEE Signal Processing Letters 27, 2020; https://github.com/tango4j/Auto-Tuning-Spectral-Clustering): each window
 * keeps its p most similar windows, p such that (p/N) / (largest eigengap / largest eigenvalue) is least; the place of
 * that gap is the count; k-means on the eigenvectors below it.
 * @param rows unit-length embeddings
 */
export function nmeSpectral(
  rows: Vectors,
  min: number,
  max: number,
  pause: () => void = () => undefined,
): { labels: Int32Array; count: number } {
  const some = evenly(rows, MAX_ROWS);
  const n = some.rows.count;
  if (n < 3) return relabel(new Int32Array(rows.count));
  const neighbours = chooseNeighbours(evenly(some.rows, SEARCH_ROWS).rows, max, pause);
  pause();
  const order = neighbourOrder(some.rows);
  let p = Math.max(2, Math.round(neighbours * n));
  let graph = laplacian(order, n, p);
  while (!isConnected(graph, n) && p < n) graph = laplacian(order, n, ++p);
  const { values, vectors: axes } = symmetricEigen(graph, n, true);
  const gap = largestGap(values, Math.max(1, Math.min(min, n)), Math.min(max, n - 1));
  const count = Math.max(1, Math.min(n, gap.count));
  const places = new Float32Array(n * count);
  for (let i = 0; i < n; i++) for (let k = 0; k < count; k++) places[i * count + k] = axes[k * n + i]!;
  const groups = kmeans(vectors(places, count), count);
  const voices = unitRows(centroids(some.rows, groups.labels, groups.count));
  const labels = new Int32Array(rows.count);
  for (let i = 0; i < rows.count; i++) labels[i] = nearest(rows, i, voices);
  some.indices.forEach((i, k) => (labels[i] = groups.labels[k]!));
  return relabel(labels);
}

/** Share of the windows that are a window's neighbours. */
function chooseNeighbours(rows: Vectors, max: number, pause: () => void): number {
  const n = rows.count;
  const order = neighbourOrder(rows);
  const most = Math.max(2, Math.floor(MAX_NEIGHBOUR_SHARE * n));
  let best = { ratio: Infinity, p: most };
  const tried = new Set<number>();
  for (let k = 0; k < CANDIDATES; k++) {
    const p = Math.round(1 + ((most - 1) * k) / (CANDIDATES - 1));
    if (tried.has(p)) continue;
    tried.add(p);
    pause();
    const { values } = symmetricEigen(laplacian(order, n, p), n, false);
    const { gap } = largestGap(values, 1, Math.min(max, n - 1));
    const ratio = p / n / (gap / Math.max(1e-10, values[n - 1]!) + 1e-10);
    if (ratio < best.ratio) best = { ratio, p };
  }
  return best.p / n;
}

/** For each row all rows from the most to the least similar, itself first. */
function neighbourOrder(rows: Vectors): Uint16Array {
  const n = rows.count;
  const similarity = gram(rows);
  const out = new Uint16Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = similarity.subarray(i * n, (i + 1) * n);
    out.set(
      Array.from({ length: n }, (_, j) => j).sort((x, y) => row[y]! - row[x]! || x - y),
      i * n,
    );
  }
  return out;
}

/** Unnormalised Laplacian D − A of the symmetrised graph that joins each row with its p most similar ones. */
function laplacian(order: Uint16Array, n: number, p: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < p; k++) {
      const j = order[i * n + k]!;
      if (j === i) continue;
      out[i * n + j]! -= 0.5;
      out[j * n + i]! -= 0.5;
      out[i * n + i]! += 0.5;
      out[j * n + j]! += 0.5;
    }
  }
  return out;
}

function largestGap(values: Float64Array, min: number, max: number): { count: number; gap: number } {
  let best = { count: min, gap: -Infinity };
  for (let count = min; count <= Math.max(min, max); count++) {
    const gap = (values[count] ?? values[values.length - 1]!) - values[count - 1]!;
    if (gap > best.gap) best = { count, gap };
  }
  return best;
}

function isConnected(graph: Float64Array, n: number): boolean {
  const seen = new Uint8Array(n);
  const open = [0];
  seen[0] = 1;
  let count = 1;
  while (open.length > 0) {
    const i = open.pop()!;
    for (let j = 0; j < n; j++) {
      if (seen[j] === 1 || graph[i * n + j] === 0 || i === j) continue;
      seen[j] = 1;
      count++;
      open.push(j);
    }
  }
  return count === n;
}

/** At most `limit` rows, evenly spread. */
export function evenly(rows: Vectors, limit: number): { rows: Vectors; indices: number[] } {
  const count = Math.min(limit, rows.count);
  const indices = Array.from({ length: count }, (_, k) => Math.floor((k * rows.count) / count));
  const data = new Float32Array(count * rows.size);
  indices.forEach((i, k) => data.set(rows.data.subarray(i * rows.size, (i + 1) * rows.size), k * rows.size));
  return { rows: vectors(data, rows.size), indices };
}

/** The voice most like a row. */
export function nearest(rows: Vectors, i: number, voices: Vectors): number {
  let best = 0;
  let most = -Infinity;
  for (let k = 0; k < voices.count; k++) {
    const value = dot(rows, i, voices, k);
    if (value > most) {
      most = value;
      best = k;
    }
  }
  return best;
}
