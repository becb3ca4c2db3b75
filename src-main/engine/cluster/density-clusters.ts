import { cutToCount, labelsAfter } from './ahc.ts';
import { hdbscan } from './hdbscan.ts';
import { kmeans } from './kmeans.ts';
import { nearest } from './nme-sc.ts';
import { windowTree } from './seed-groups.ts';
import { threeDSpeakerRules } from './spectral-3d-speaker.ts';
import { umap } from './umap.ts';
import { centroids, relabel, unitRows } from './vectors.ts';
import type { Vectors } from './vectors.ts';

/**
 * 3D-Speaker's other clustering: UMAP, then HDBSCAN; windows that are noise to it go to the nearest voice. Few windows are
 * clustered as its spectral clustering does; a given number of speakers that is not met is made by k-means.
 * @param rows unit length
 */
export function densityClusters(
  rows: Vectors,
  speakers: { min: number; max: number },
  pause: () => void = () => undefined,
): { labels: Int32Array; count: number } {
  const n = rows.count;
  if (n === 0) return { labels: new Int32Array(0), count: 0 };
  const found = n < threeDSpeakerRules.fewWindows ? fewWindows(rows) : byDensity(rows, pause);
  const wanted = Math.max(speakers.min, Math.min(speakers.max, found.count));
  if (wanted === found.count) return found;
  return n < threeDSpeakerRules.fewWindows ? cutToCount(windowTree(rows), n, wanted) : kmeans(rows, wanted);
}

function fewWindows(rows: Vectors): { labels: Int32Array; count: number } {
  const tree = windowTree(rows);
  const merges = tree.filter((merge) => merge.height <= 1 - threeDSpeakerRules.stopCosine).length;
  return labelsAfter(tree, rows.count, merges);
}

function byDensity(rows: Vectors, pause: () => void): { labels: Int32Array; count: number } {
  const { labels, count } = hdbscan(umap(rows, undefined, pause), undefined, pause);
  if (count === 0) return { labels: new Int32Array(rows.count), count: 1 };
  const voices = unitRows(centroids(rows, labels, count));
  return relabel(labels.map((label, i) => (label < 0 ? nearest(rows, i, voices) : label)));
}
