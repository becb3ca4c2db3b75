import { relabel } from './vectors.ts';
import type { Vectors } from './vectors.ts';

export interface HdbscanRules {
  /** The distance to this many-th neighbour is how sparse the place of a point is. */
  minSamples: number;
  minClusterSize: number;
}

/** 3D-Speaker's values behind UMAP. */
export const hdbscanRules: HdbscanRules = { minSamples: 20, minClusterSize: 10 };

/**
 * HDBSCAN by excess of mass (Campello et al., ACM TKDD 10, 2015; McInnes et al., JOSS 2, 2017): groups of any shape that
 * last over the widest range of densities; the whole set is never one group. O(n² · size) time, O(n · size) memory.
 * @returns label of each row from 0, −1 = noise
 */
export function hdbscan(
  rows: Vectors,
  rules: HdbscanRules = hdbscanRules,
  pause: () => void = () => undefined,
): { labels: Int32Array; count: number } {
  const n = rows.count;
  if (n < 2) return { labels: new Int32Array(n).fill(-1), count: 0 };
  const tree = condensedTree(
    spanningTree(rows, coreDistances(rows, rules.minSamples, pause), pause),
    n,
    rules.minClusterSize,
  );
  const chosen = mostStable(tree);
  const labels = new Int32Array(n).fill(-1);
  for (const leaf of tree.leaves) {
    let cluster = leaf.cluster;
    while (cluster > 0 && !chosen.has(cluster)) cluster = tree.parent[cluster]!;
    if (chosen.has(cluster)) labels[leaf.point] = cluster;
  }
  return relabel(labels);
}

const squareDistance = ({ data, size }: Vectors, i: number, j: number): number => {
  let sum = 0;
  for (let d = 0, p = i * size, q = j * size; d < size; d++, p++, q++) sum += (data[p]! - data[q]!) ** 2;
  return sum;
};

function coreDistances(rows: Vectors, minSamples: number, pause: () => void): Float64Array {
  const n = rows.count;
  const rank = Math.min(minSamples, n - 1);
  const distances = new Float64Array(n);
  return Float64Array.from({ length: n }, (_, i) => {
    if (i % 50 === 0) pause();
    for (let j = 0; j < n; j++) distances[j] = squareDistance(rows, i, j);
    // Rank 0 is the point itself.
    return Math.sqrt(distances.slice().sort()[rank]!);
  });
}

interface Edge {
  a: number;
  b: number;
  length: number;
}

/** Minimum spanning tree by mutual reachability (Prim), shortest edge first. */
function spanningTree(rows: Vectors, core: Float64Array, pause: () => void): Edge[] {
  const n = rows.count;
  const reach = new Float64Array(n).fill(Infinity);
  const from = new Int32Array(n);
  const inside = new Uint8Array(n);
  const edges: Edge[] = [];
  let now = 0;
  inside[0] = 1;
  for (let k = 1; k < n; k++) {
    if (k % 50 === 0) pause();
    let next = -1;
    for (let j = 0; j < n; j++) {
      if (inside[j]) continue;
      const length = Math.max(Math.sqrt(squareDistance(rows, now, j)), core[now]!, core[j]!);
      if (length < reach[j]!) {
        reach[j] = length;
        from[j] = now;
      }
      if (next < 0 || reach[j]! < reach[next]!) next = j;
    }
    edges.push({ a: from[next]!, b: next, length: reach[next]! });
    inside[next] = 1;
    now = next;
  }
  return edges.sort((x, y) => x.length - y.length);
}

interface CondensedTree {
  /** Parent of each cluster; 0 is the root. */
  parent: number[];
  /** Density (1 / distance) at which each cluster begins. */
  birth: number[];
  /** Σ over its points of how much denser it gets before they leave. */
  stability: number[];
  /** The smallest cluster each point was in. */
  leaves: { point: number; cluster: number }[];
}

/** The hierarchy in which only parts of at least `minSize` count as splits; smaller ones are points that leave. */
function condensedTree(edges: readonly Edge[], n: number, minSize: number): CondensedTree {
  const left = new Int32Array(2 * n);
  const right = new Int32Array(2 * n);
  const size = new Int32Array(2 * n).fill(1);
  const lambda = new Float64Array(2 * n);
  const top = Int32Array.from({ length: 2 * n }, (_, i) => i);
  const find = (i: number): number => {
    while (top[i] !== i) i = top[i] = top[top[i]!]!;
    return i;
  };
  edges.forEach(({ a, b, length }, k) => {
    const node = n + k;
    [left[node], right[node]] = [find(a), find(b)];
    size[node] = size[left[node]]! + size[right[node]]!;
    lambda[node] = length > 0 ? 1 / length : Number.MAX_VALUE;
    top[left[node]] = top[right[node]] = node;
  });
  const tree: CondensedTree = { parent: [-1], birth: [0], stability: [0], leaves: [] };
  const leave = (node: number, cluster: number, density: number): void => {
    const stack = [node];
    while (stack.length > 0) {
      const one = stack.pop()!;
      if (one >= n) {
        stack.push(left[one]!, right[one]!);
        continue;
      }
      tree.stability[cluster]! += density - tree.birth[cluster]!;
      tree.leaves.push({ point: one, cluster });
    }
  };
  const open: { node: number; cluster: number }[] = [{ node: 2 * n - 2, cluster: 0 }];
  while (open.length > 0) {
    const { node, cluster } = open.pop()!;
    if (node < n) {
      leave(node, cluster, lambda[node] || tree.birth[cluster]!);
      continue;
    }
    const density = lambda[node]!;
    const parts = [left[node]!, right[node]!];
    const large = parts.filter((part) => size[part]! >= minSize);
    if (large.length === 2) {
      for (const part of parts) {
        tree.stability[cluster]! += size[part]! * (density - tree.birth[cluster]!);
        tree.parent.push(cluster);
        tree.birth.push(density);
        tree.stability.push(0);
        open.push({ node: part, cluster: tree.parent.length - 1 });
      }
      continue;
    }
    for (const part of parts) {
      if (size[part]! >= minSize) open.push({ node: part, cluster });
      else leave(part, cluster, density);
    }
  }
  return tree;
}

/** Clusters that are more stable than those inside them; never the root. */
function mostStable({ parent, stability }: CondensedTree): Set<number> {
  const best = stability.slice();
  const inner = new Float64Array(parent.length);
  const own = new Uint8Array(parent.length);
  // Children have higher numbers than their parents.
  for (let c = parent.length - 1; c > 0; c--) {
    own[c] = best[c]! >= inner[c]! ? 1 : 0;
    if (!own[c]) best[c] = inner[c]!;
    inner[parent[c]!]! += best[c]!;
  }
  const chosen = new Set<number>();
  for (let c = 1; c < parent.length; c++) {
    let above = parent[c]!;
    while (above > 0 && !own[above]) above = parent[above]!;
    if (own[c] && above <= 0) chosen.add(c);
  }
  return chosen;
}
