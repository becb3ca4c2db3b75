import type { Merge } from '../ahc.ts';
import type { Vectors } from '../vectors.ts';

/** Distances between two calls of `pause`, times the size of a vector: about 20 ms. */
const WORK_PER_PAUSE = 2e7;

/**
 * Agglomeration by the Euclidean distance of weighted means (SciPy's `linkage(…, 'centroid')`): the nearest pair becomes
 * one point at its mean. Heights may fall from one merge to the next. O(n² · size) time, O(n · size) memory.
 * @param weights of the rows, default 1
 * @returns merges in the order they happen; leaves are 0 … n − 1, the k-th merge makes node n + k
 */
export function centroidLinkage(
  rows: Vectors,
  weights?: ArrayLike<number>,
  pause: () => void = () => undefined,
): Merge[] {
  const { count: n, size } = rows;
  const points = Float64Array.from(rows.data);
  const mass = Float64Array.from({ length: n }, (_, i) => weights?.[i] ?? 1);
  const node = Int32Array.from({ length: n }, (_, i) => i);
  const alive = new Uint8Array(n).fill(1);
  const nearest = new Int32Array(n).fill(-1);
  const distance = new Float64Array(n).fill(Infinity);
  let work = 0;
  const between = (i: number, j: number): number => {
    let sum = 0;
    for (let d = 0, p = i * size, q = j * size; d < size; d++, p++, q++) sum += (points[p]! - points[q]!) ** 2;
    if ((work += size) > WORK_PER_PAUSE) {
      work = 0;
      pause();
    }
    return sum;
  };
  /** Nearest later point. */
  const look = (i: number): void => {
    nearest[i] = -1;
    distance[i] = Infinity;
    for (let j = i + 1; j < n; j++) {
      if (!alive[j]) continue;
      const value = between(i, j);
      if (value < distance[i]) {
        distance[i] = value;
        nearest[i] = j;
      }
    }
  };
  for (let i = 0; i < n; i++) look(i);
  const merges: Merge[] = [];
  for (let k = 0; k < n - 1; k++) {
    let best = -1;
    for (let i = 0; i < n; i++)
      if (alive[i] && nearest[i]! >= 0 && (best < 0 || distance[i]! < distance[best]!)) best = i;
    if (best < 0) throw new Error('centroid linkage: a distance is not a number');
    const gone = nearest[best]!;
    merges.push({ a: node[best]!, b: node[gone]!, height: Math.sqrt(distance[best]!) });
    // The mean takes the later place, so that earlier points find it by looking ahead as before.
    const share = mass[best]! / (mass[best]! + mass[gone]!);
    for (let d = 0; d < size; d++) {
      points[gone * size + d] = share * points[best * size + d]! + (1 - share) * points[gone * size + d]!;
    }
    mass[gone]! += mass[best]!;
    node[gone] = n + k;
    alive[best] = 0;
    for (let i = 0; i < n; i++) {
      if (!alive[i]) continue;
      if (i === gone || nearest[i] === best || nearest[i] === gone) look(i);
      else if (i < gone) {
        const value = between(i, gone);
        if (value < distance[i]!) {
          distance[i] = value;
          nearest[i] = gone;
        }
      }
    }
  }
  return merges;
}

/**
 * Flat groups of a tree whose heights may fall: the largest subtrees in which no merge is above `threshold` (SciPy's
 * `fcluster(…, criterion='distance')`).
 */
export function cutAtHeight(tree: readonly Merge[], n: number, threshold: number): Int32Array {
  const highest = new Float64Array(2 * n);
  const parent = Int32Array.from({ length: 2 * n }, (_, i) => i);
  tree.forEach(({ a, b, height }, k) => {
    highest[n + k] = Math.max(height, highest[a]!, highest[b]!);
    if (highest[n + k]! <= threshold) {
      parent[a] = n + k;
      parent[b] = n + k;
    }
  });
  return Int32Array.from({ length: n }, (_, i) => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    return root;
  });
}
