import { cutToCount, labelsAfter } from './ahc.ts';
import { kmeans } from './kmeans.ts';
import { evenly, nearest } from './nme-sc.ts';
import { windowTree } from './seed-groups.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { centroids, dot, gram, relabel, unitRows, vectors } from './vectors.ts';
import type { Vectors } from './vectors.ts';

/** Published values of 3D-Speaker's audio pipeline (https://github.com/modelscope/3D-Speaker, diar.yaml). */
export const threeDSpeakerRules = {
  /** Fewer windows than this are clustered by average linkage … */
  fewWindows: 40,
  /** … which stops below this cosine. */
  stopCosine: 0.4,
  /** Share of its most similar windows that a window keeps, and the least number of them. */
  keepShare: 0.012,
  keepAtLeast: 6,
  maxSpeakers: 15,
  /** Groups of so few windows go to the nearest larger one. */
  minorWindows: 4,
  /** Groups whose means are this alike are one. */
  mergeCosine: 0.8,
} as const;

/** Windows the matrix is made of; the others of a long recording follow their nearest voice (not so published). */
const MAX_ROWS = 512;

/**
 * 3D-Speaker's clustering of voice windows: sparse cosine graph, unnormalised Laplacian, eigengap, k-means, then small
 * groups dissolved and alike ones merged. With a given number of speakers (min = max) the last step is left out, so that
 * the number is kept.
 * @param rows unit length
 */
export function spectral3dSpeaker(
  rows: Vectors,
  speakers: { min: number; max: number },
  pause: () => void = () => undefined,
): { labels: Int32Array; count: number } {
  const rules = threeDSpeakerRules;
  const n = rows.count;
  if (n === 0) return { labels: new Int32Array(0), count: 0 };
  const fixed = speakers.min === speakers.max;
  if (n < rules.fewWindows) {
    const tree = windowTree(rows);
    const merges = tree.filter((merge) => merge.height <= 1 - rules.stopCosine).length;
    const found = labelsAfter(tree, n, merges);
    const wanted = Math.max(speakers.min, Math.min(speakers.max, found.count));
    return wanted === found.count ? found : cutToCount(tree, n, wanted);
  }
  const some = evenly(rows, MAX_ROWS);
  const part = spectralGroups(some.rows, speakers, pause);
  const voices = unitRows(centroids(some.rows, part.labels, part.count));
  const labels = Int32Array.from({ length: n }, (_, i) => nearest(rows, i, voices));
  some.indices.forEach((i, k) => (labels[i] = part.labels[k]!));
  if (fixed) return relabel(labels);
  const merged = mergeAlike(rows, dissolveMinor(rows, relabel(labels)), speakers.min);
  return merged;
}

function spectralGroups(
  rows: Vectors,
  speakers: { min: number; max: number },
  pause: () => void,
): { labels: Int32Array; count: number } {
  const n = rows.count;
  pause();
  const { values, vectors: axes } = symmetricEigen(prunedLaplacian(rows), n, true);
  pause();
  const min = Math.max(1, Math.min(speakers.min, n));
  const max = Math.max(min, Math.min(speakers.max, threeDSpeakerRules.maxSpeakers, n - 1));
  let count = min;
  const gapAfter = (k: number): number => values[k]! - values[k - 1]!;
  for (let k = min; k <= (speakers.min === speakers.max ? min : max); k++) if (gapAfter(k) > gapAfter(count)) count = k;
  const places = new Float32Array(n * count);
  for (let i = 0; i < n; i++) for (let k = 0; k < count; k++) places[i * count + k] = axes[k * n + i]!;
  return kmeans(vectors(places, count), count);
}

/** D − A of the cosine graph in which each row kept its most similar ones; exported for its test. */
export function prunedLaplacian(rows: Vectors): Float64Array {
  const n = rows.count;
  const { keepShare, keepAtLeast } = threeDSpeakerRules;
  const keep = Math.min(n, Math.max(n - Math.floor((1 - keepShare) * n), keepAtLeast));
  const cosines = gram(rows);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = cosines.subarray(i * n, (i + 1) * n);
    const order = Array.from({ length: n }, (_, j) => j).sort((x, y) => row[y]! - row[x]! || x - y);
    for (const j of order.slice(0, keep)) {
      if (j === i) continue;
      out[i * n + j]! -= row[j]! / 2;
      out[j * n + i]! -= row[j]! / 2;
    }
  }
  for (let i = 0; i < n; i++) {
    let degree = 0;
    for (let j = 0; j < n; j++) if (j !== i) degree += Math.abs(out[i * n + j]!);
    out[i * n + i] = degree;
  }
  return out;
}

type Grouping = { labels: Int32Array; count: number };

function dissolveMinor(rows: Vectors, { labels, count }: Grouping): Grouping {
  const sizes = new Int32Array(count);
  for (const label of labels) sizes[label]!++;
  const isMinor = (label: number): boolean => sizes[label]! <= threeDSpeakerRules.minorWindows;
  if (labels.every(isMinor)) return { labels: new Int32Array(labels.length), count: 1 };
  const kept = relabel(labels.map((label) => (isMinor(label) ? -1 : label)));
  const voices = unitRows(centroids(rows, kept.labels, kept.count));
  return relabel(kept.labels.map((label, i) => (label < 0 ? nearest(rows, i, voices) : label)));
}

function mergeAlike(rows: Vectors, start: Grouping, min: number): Grouping {
  let now = start;
  while (now.count > Math.max(1, min)) {
    const voices = unitRows(centroids(rows, now.labels, now.count));
    let best = { cosine: -Infinity, a: 0, b: 0 };
    for (let a = 0; a < now.count; a++) {
      for (let b = a + 1; b < now.count; b++) {
        const cosine = dot(voices, a, voices, b);
        if (cosine > best.cosine) best = { cosine, a, b };
      }
    }
    if (best.cosine < threeDSpeakerRules.mergeCosine) break;
    now = relabel(now.labels.map((label) => (label === best.b ? best.a : label)));
  }
  return now;
}
