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
 * A division finer than the speakers, from which groups are then joined on better evidence: the cut of the dendrogram
 * with the most groups of at least `minSize` windows, no more than `maxGroups` of them. Windows that are in no such group
 * at that cut form further groups where enough of them meet higher up: somebody who says little.
 * @returns labels from 0; −1 for windows that never meet enough of their like
 */
export function seedGroups(
  tree: readonly Merge[],
  n: number,
  minSize: number,
  maxGroups: number,
): { labels: Int32Array; count: number } {
  const size = new Int32Array(2 * n).fill(1, 0, n);
  const isLarge = (node: number): number => Number(size[node]! >= minSize);
  let large = minSize <= 1 ? n : 0;
  let best = large <= maxGroups ? { large, merges: 0 } : { large: 0, merges: tree.length };
  tree.forEach(({ a, b }, k) => {
    size[n + k] = size[a]! + size[b]!;
    large += isLarge(n + k) - isLarge(a) - isLarge(b);
    // Of equal cuts the coarser one: its groups hold more windows.
    if (large >= best.large && large <= maxGroups) best = { large, merges: k + 1 };
  });
  const cut = labelsAfter(tree, n, best.merges);
  const counts = new Int32Array(cut.count);
  for (const label of cut.labels) counts[label]!++;
  const labels = cut.labels.map((label) => (counts[label]! >= minSize ? label : -1));
  lateGroups(tree, n, best.merges, minSize, labels, cut.count);
  return relabel(labels);
}

/**
 * Labels windows without a group by the first node above the cut that holds no group and more than `minSize` of them: one
 * more than at the cut, since the higher nodes join, the more of them are mere outliers.
 */
function lateGroups(
  tree: readonly Merge[],
  n: number,
  fromMerge: number,
  minSize: number,
  labels: Int32Array,
  firstLabel: number,
): void {
  // Windows without a group below each node; null once a group is among them.
  const loose: (number[] | null)[] = Array.from(labels, (label, i) => (label < 0 ? [i] : null));
  let label = firstLabel;
  tree.forEach(({ a, b }, k) => {
    const left = loose[a]!;
    const right = loose[b]!;
    const both = left && right ? [...left, ...right] : null;
    if (both && k >= fromMerge && both.length > minSize) {
      for (const i of both) labels[i] = label;
      label++;
      loose[n + k] = null;
    } else loose[n + k] = both;
  });
}
