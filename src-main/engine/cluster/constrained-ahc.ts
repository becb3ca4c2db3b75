import { AppError } from '#shared/api/errors.ts';
import { relabel } from './vectors.ts';

export interface Constraints {
  /** Pairs that are one speaker. */
  mustLink: readonly (readonly [number, number])[];
  /** Pairs that are two speakers. */
  cannotLink: readonly (readonly [number, number])[];
}

/**
 * Average-linkage clustering that keeps what a person said: must-link pairs are joined before anything else, and groups
 * that hold a cannot-link pair are never joined. Ends when the nearest pair that may be joined is farther than
 * `maxDistance`, or at `minGroups`. Nearest neighbours are kept per row: about O(n²) for usual data.
 * @param distance symmetric n × n, row-major; destroyed
 * @returns labels numbered by appearance; more groups than `minGroups` where the constraints want it, fewer where must-link
 * does
 * @throws AppError `bad-input` when the constraints contradict each other
 */
export function constrainedAhc(
  distance: Float32Array,
  n: number,
  constraints: Constraints,
  { maxDistance, minGroups }: { maxDistance: number; minGroups: number },
): { labels: Int32Array; count: number } {
  const groupOf = joinedByMustLink(n, constraints);
  const mass = new Float64Array(n);
  for (const group of groupOf) mass[group]!++;
  const apart = forbiddenPairs(n, groupOf, constraints);
  averageRows(distance, n, groupOf, mass);
  const alive: number[] = [];
  for (let i = 0; i < n; i++) if (mass[i]! > 0) alive.push(i);
  const nearest = new Int32Array(n).fill(-1);
  const look = (i: number): void => {
    let best = -1;
    for (const j of alive) {
      if (j === i || apart[i]!.has(j)) continue;
      if (best < 0 || distance[i * n + j]! < distance[i * n + best]!) best = j;
    }
    nearest[i] = best;
  };
  for (const i of alive) look(i);
  while (alive.length > Math.max(1, minGroups)) {
    let a = -1;
    for (const i of alive) {
      if (nearest[i]! < 0) continue;
      if (a < 0 || distance[i * n + nearest[i]!]! < distance[a * n + nearest[a]!]!) a = i;
    }
    if (a < 0) break;
    const b = nearest[a]!;
    if (!(distance[a * n + b]! <= maxDistance)) break;
    const share = mass[a]! / (mass[a]! + mass[b]!);
    alive.splice(alive.indexOf(b), 1);
    mass[a]! += mass[b]!;
    for (let i = 0; i < n; i++) if (groupOf[i] === b) groupOf[i] = a;
    for (const j of apart[b]!) {
      apart[j]!.delete(b);
      apart[j]!.add(a);
      apart[a]!.add(j);
    }
    for (const j of alive) {
      if (j === a) continue;
      const value = share * distance[a * n + j]! + (1 - share) * distance[b * n + j]!;
      distance[a * n + j] = value;
      distance[j * n + a] = value;
    }
    for (const i of alive) {
      // An average is no nearer than the nearer of the two: only who pointed at either, or may no more, must look again.
      if (i === a || nearest[i] === a || nearest[i] === b) look(i);
    }
  }
  return relabel(groupOf);
}

/**
 * The lowest member of each item's must-link component.
 * @throws AppError `bad-input` when a cannot-link lies within a component
 * @throws RangeError when a pair names an item that is not there
 */
export function joinedByMustLink(n: number, { mustLink, cannotLink }: Constraints): Int32Array {
  const unknown = [...mustLink, ...cannotLink].flat().find((i) => !(Number.isInteger(i) && i >= 0 && i < n));
  if (unknown !== undefined) throw new RangeError(`there is no item ${unknown} among ${n}`);
  const parent = Int32Array.from({ length: n }, (_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  for (const [a, b] of mustLink) {
    const [low, high] = [Math.min(root(a), root(b)), Math.max(root(a), root(b))];
    parent[high] = low;
  }
  const clash = cannotLink.find(([a, b]) => root(a) === root(b));
  if (clash) {
    throw new AppError('bad-input', 'Two parts are said to be one speaker and two speakers at the same time.', {
      fix: 'Take one of these statements back.',
      detail: `windows ${clash[0]} and ${clash[1]}`,
    });
  }
  return Int32Array.from({ length: n }, (_, i) => root(i));
}

/** For each component, under its lowest member, the components that it must stay apart from. */
export function forbiddenPairs(n: number, groupOf: Int32Array, { cannotLink }: Constraints): Set<number>[] {
  const apart = Array.from({ length: n }, () => new Set<number>());
  for (const [a, b] of cannotLink) {
    apart[groupOf[a]!]!.add(groupOf[b]!);
    apart[groupOf[b]!]!.add(groupOf[a]!);
  }
  return apart;
}

/** Average distances between the groups, in the rows of their first members. */
function averageRows(distance: Float32Array, n: number, groupOf: Int32Array, mass: Float64Array): void {
  if (mass.every((value) => value === 1)) return;
  const sums = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) sums[groupOf[i]! * n + groupOf[j]!]! += distance[i * n + j]!;
  }
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      if (a !== b && mass[a]! > 0 && mass[b]! > 0) distance[a * n + b] = sums[a * n + b]! / (mass[a]! * mass[b]!);
    }
  }
}
