import { relabel } from './vectors.ts';

/** One fusion of a dendrogram. Leaves are 0 … n−1; the k-th merge makes node n + k. */
export interface Merge {
  a: number;
  b: number;
  /** Average distance between the two groups. */
  height: number;
}

/**
 * Average-linkage (UPGMA) agglomeration by the nearest-neighbour chain algorithm (Murtagh 1983; Müllner,
 * arXiv:1109.2378): O(n²) time, in place on one n × n matrix, with the Lance–Williams update for weighted averages.
 * @param distance symmetric n × n, row-major; destroyed
 * @param weights weight of each leaf, default 1 (a leaf may stand for many windows)
 * @returns n − 1 merges sorted by height, never falling
 */
export function averageLinkage(distance: Float32Array, n: number, weights?: ArrayLike<number>): Merge[] {
  const mass = new Float64Array(n);
  for (let i = 0; i < n; i++) mass[i] = weights ? weights[i]! : 1;
  const alive = new Uint8Array(n).fill(1);
  const chain: number[] = [];
  // Merges name the surviving row of each side; they get node numbers after sorting.
  const raw: { a: number; b: number; height: number; order: number }[] = [];
  let firstAlive = 0;
  while (raw.length < n - 1) {
    if (chain.length === 0) {
      while (alive[firstAlive] === 0) firstAlive++;
      chain.push(firstAlive);
    }
    for (;;) {
      const tip = chain[chain.length - 1]!;
      const before = chain.length > 1 ? chain[chain.length - 2]! : -1;
      let nearest = before;
      let best = before >= 0 ? distance[tip * n + before]! : Infinity;
      for (let j = 0; j < n; j++) {
        // Strictly nearer: on a tie the chain turns back, so that it ends.
        if (alive[j] === 1 && j !== tip && distance[tip * n + j]! < best) {
          best = distance[tip * n + j]!;
          nearest = j;
        }
      }
      if (nearest >= 0 && nearest === before) {
        chain.length -= 2;
        merge(Math.min(tip, before), Math.max(tip, before), best);
        break;
      }
      if (nearest < 0) throw new Error('average linkage: a distance is not a number');
      chain.push(nearest);
    }
  }
  return numbered(raw, n);

  function merge(keep: number, gone: number, height: number): void {
    const share = mass[keep]! / (mass[keep]! + mass[gone]!);
    for (let j = 0; j < n; j++) {
      if (alive[j] === 0 || j === keep || j === gone) continue;
      const value = share * distance[keep * n + j]! + (1 - share) * distance[gone * n + j]!;
      distance[keep * n + j] = value;
      distance[j * n + keep] = value;
    }
    mass[keep]! += mass[gone]!;
    alive[gone] = 0;
    raw.push({ a: keep, b: gone, height, order: raw.length });
  }
}

function numbered(raw: { a: number; b: number; height: number; order: number }[], n: number): Merge[] {
  raw.sort((x, y) => x.height - y.height || x.order - y.order);
  const parent = Int32Array.from({ length: n }, (_, i) => i);
  const node = Int32Array.from({ length: n }, (_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    while (parent[i] !== root) {
      const next = parent[i]!;
      parent[i] = root;
      i = next;
    }
    return root;
  };
  return raw.map(({ a, b, height }, k) => {
    const left = find(a);
    const right = find(b);
    const result = { a: node[left]!, b: node[right]!, height };
    parent[right] = left;
    node[left] = n + k;
    return result;
  });
}

/** Labels after the first `merges` fusions, numbered by first appearance. */
export function labelsAfter(tree: readonly Merge[], n: number, merges: number): { labels: Int32Array; count: number } {
  const parent = Int32Array.from({ length: 2 * n }, (_, i) => i);
  for (let k = 0; k < Math.min(merges, tree.length); k++) {
    parent[tree[k]!.a] = n + k;
    parent[tree[k]!.b] = n + k;
  }
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i]!;
    return i;
  };
  return relabel(Int32Array.from({ length: n }, (_, i) => root(i)));
}

/** Labels of exactly `count` groups (or n, if there are fewer leaves). */
export function cutToCount(tree: readonly Merge[], n: number, count: number): { labels: Int32Array; count: number } {
  return labelsAfter(tree, n, Math.max(0, n - Math.max(1, count)));
}
