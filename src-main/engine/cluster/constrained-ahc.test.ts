import { AppError } from '#shared/api/errors.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageLinkage, cutToCount } from './ahc.ts';
import { constrainedAhc } from './constrained-ahc.ts';

const problems = fc.integer({ min: 1, max: 14 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    values: fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: n * n, maxLength: n * n }),
    pairs: fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1), fc.boolean()), { maxLength: 10 }),
    minGroups: fc.integer({ min: 1, max: 6 }),
    maxDistance: fc.double({ min: 0, max: 1.5, noNaN: true }),
  }),
);
function matrixOf(n: number, values: readonly number[]): Float32Array {
  const matrix = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) matrix[i * n + j] = matrix[j * n + i] = values[i * n + j]! / 1e6 + (i * n + j) * 1e-3;
  }
  return matrix;
}
/** Groups of must-link pairs, then all cannot-link pairs that do not contradict them. */
function consistent(n: number, pairs: readonly (readonly [number, number, boolean])[]) {
  const group = Array.from({ length: n }, (_, i) => i);
  const mustLink = pairs.filter(([, , must]) => must).map(([a, b]) => [a, b] as const);
  for (const [a, b] of mustLink) {
    const [keep, gone] = [group[a]!, group[b]!];
    group.forEach((value, i) => (group[i] = value === gone ? keep : value));
  }
  const cannotLink = pairs.filter(([a, b, must]) => !must && group[a] !== group[b]).map(([a, b]) => [a, b] as const);
  return { mustLink, cannotLink };
}

describe('constrainedAhc', () => {
  it('always keeps every constraint', () => {
    fc.assert(
      fc.property(problems, ({ n, values, pairs, minGroups, maxDistance }) => {
        const constraints = consistent(n, pairs);
        const { labels, count } = constrainedAhc(matrixOf(n, values), n, constraints, { minGroups, maxDistance });
        for (const [a, b] of constraints.mustLink) expect(labels[a]).toBe(labels[b]);
        for (const [a, b] of constraints.cannotLink) expect(labels[a]).not.toBe(labels[b]);
        expect(new Set(labels).size).toBe(count);
      }),
      { numRuns: 500 },
    );
  });
  it('is average linkage where nothing was said', () => {
    fc.assert(
      fc.property(problems, ({ n, values, minGroups }) => {
        const free = { mustLink: [], cannotLink: [] };
        const found = constrainedAhc(matrixOf(n, values), n, free, { minGroups, maxDistance: Infinity });
        const wanted = cutToCount(averageLinkage(matrixOf(n, values), n), n, minGroups);
        expect([...found.labels]).toEqual([...wanted.labels]);
      }),
      { numRuns: 300 },
    );
  });
  it('joins across a must-link what distance alone would not, and weighs it by size', () => {
    // 0 and 3 are far apart but one speaker; 1 is near 0, 2 near 3.
    const at = [0, 1, 9, 10];
    const matrix = Float32Array.from({ length: 16 }, (_, k) => Math.abs(at[k % 4]! - at[Math.floor(k / 4)]!));
    const one = constrainedAhc(
      matrix.slice(),
      4,
      { mustLink: [[0, 3]], cannotLink: [] },
      { maxDistance: 6, minGroups: 1 },
    );
    expect(one.count).toBe(1);
    const two = constrainedAhc(
      matrix.slice(),
      4,
      { mustLink: [[0, 3]], cannotLink: [[1, 0]] },
      { maxDistance: Infinity, minGroups: 1 },
    );
    expect(two.count).toBe(2);
    expect(two.labels[1]).not.toBe(two.labels[0]);
  });
  it('refuses a contradiction', () => {
    const contradiction = { mustLink: [[0, 1] as const, [1, 2] as const], cannotLink: [[0, 2] as const] };
    expect(() => constrainedAhc(new Float32Array(9), 3, contradiction, { maxDistance: 1, minGroups: 1 })).toThrow(
      AppError,
    );
  });
  it.each([-1, 3, 0.5, NaN])('refuses a pair with an item that is not there: %d', (item) => {
    for (const constraints of [
      { mustLink: [[0, item] as const], cannotLink: [] },
      { mustLink: [], cannotLink: [[item, 1] as const] },
    ]) {
      expect(() => constrainedAhc(new Float32Array(9), 3, constraints, { maxDistance: 1, minGroups: 1 })).toThrow(
        RangeError,
      );
    }
  });
});
