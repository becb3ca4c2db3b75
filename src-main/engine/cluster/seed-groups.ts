import { averageLinkage, labelsAfter } from './ahc.ts';
import type { Merge } from './ahc.ts';
import { gram, relabel } from './vectors.ts';
import type { Vectors } from './vectors.ts';

/** A dendrogram of windows by average cosine distance. */
export function windowTree(rows: Vectors): Merge[] {
  const distance = gram(rows);
  for (let i = 0; i < distance.length; i++) distance[i] = 1 - distance[i]!;
  return averageLinkage(distance, rows.count);
}

/**
 * The cut of a dendrogram with the most groups of at least `minSize` windows, no more than `maxGroups` of them: a
 * division finer than the speakers, from which groups are then joined on better evidence. Windows in smaller groups get
 * the label −1.
 */
export function seedGroups(
  tree: readonly Merge[],
  n: number,
  minSize: number,
  maxGroups: number,
): { labels: Int32Array; count: number } {
  const size = new Int32Array(2 * n).fill(1, 0, n);
  let large = minSize <= 1 ? n : 0;
  let best = large <= maxGroups ? { large, merges: 0 } : { large: 0, merges: tree.length };
  tree.forEach(({ a, b }, k) => {
    size[n + k] = size[a]! + size[b]!;
    large += Number(size[n + k]! >= minSize) - Number(size[a]! >= minSize) - Number(size[b]! >= minSize);
    // Of equal cuts the coarser one: its groups hold more windows.
    if (large >= best.large && large <= maxGroups) best = { large, merges: k + 1 };
  });
  const cut = labelsAfter(tree, n, best.merges);
  const counts = new Int32Array(cut.count);
  for (const label of cut.labels) counts[label]!++;
  return relabel(cut.labels.map((label) => (counts[label]! >= minSize ? label : -1)));
}
