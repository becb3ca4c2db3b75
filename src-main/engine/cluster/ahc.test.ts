import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageLinkage, cutToCount, labelsAfter } from './ahc.ts';

const distances = fc
  .integer({ min: 1, max: 14 })
  .chain((n) =>
    fc.tuple(
      fc.constant(n),
      fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: n * n, maxLength: n * n }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: n, maxLength: n }),
    ),
  )
  .map(([n, values, weights]) => {
    const matrix = new Float32Array(n * n);
    for (let i = 0; i < n; i++) {
      // Made distinct, so that there is one right order at first; averages may still be equal, see `isTied`.
      for (let j = 0; j < i; j++) matrix[i * n + j] = matrix[j * n + i] = values[i * n + j]! / 1e6 + (i * n + j) * 1e-3;
    }
    return { n, matrix, weights };
  });

/** Averages nearer to each other are equal to a matrix of 32-bit numbers, so that any order is right. */
const TIE = 1e-6;

/** Joins the two groups with the smallest weighted average distance, by looking at all of them, n − 1 times. */
function naive(
  matrix: Float32Array,
  n: number,
  weights: readonly number[],
): { heights: number[]; cuts: string[]; isTied: boolean } {
  let isTied = false;
  let groups = Array.from({ length: n }, (_, i) => [i]);
  const heights: number[] = [];
  const cuts = [signature(groups)];
  const average = (a: readonly number[], b: readonly number[]): number => {
    let sum = 0;
    let total = 0;
    for (const i of a) {
      for (const j of b) {
        sum += weights[i]! * weights[j]! * matrix[i * n + j]!;
        total += weights[i]! * weights[j]!;
      }
    }
    return sum / total;
  };
  while (groups.length > 1) {
    let best = { height: Infinity, a: 0, b: 0 };
    let second = Infinity;
    for (let a = 0; a < groups.length; a++) {
      for (let b = a + 1; b < groups.length; b++) {
        const height = average(groups[a]!, groups[b]!);
        if (height < best.height) [second, best] = [best.height, { height, a, b }];
        else second = Math.min(second, height);
      }
    }
    if (second - best.height < TIE) isTied = true;
    heights.push(best.height);
    const joined = [...groups[best.a]!, ...groups[best.b]!];
    groups = [...groups.filter((_, k) => k !== best.a && k !== best.b), joined];
    cuts.push(signature(groups));
  }
  return { heights, cuts, isTied };
}

const signature = (groups: readonly (readonly number[])[]): string =>
  groups
    .map((group) => [...group].sort((x, y) => x - y).join(','))
    .sort()
    .join(' ');
const signatureOf = (labels: Int32Array): string => {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => groups.set(label, [...(groups.get(label) ?? []), i]));
  return signature([...groups.values()]);
};

describe('averageLinkage', () => {
  it('equals the naive algorithm in heights and in every cut', () => {
    fc.assert(
      fc.property(distances, ({ n, matrix, weights }) => {
        const wanted = naive(matrix, n, weights);
        fc.pre(!wanted.isTied);
        const tree = averageLinkage(matrix.slice(), n, weights);
        expect(tree).toHaveLength(n - 1);
        tree.forEach(({ height }, k) => expect(height).toBeCloseTo(wanted.heights[k]!, 4));
        for (let merges = 0; merges < n; merges++) {
          expect(signatureOf(labelsAfter(tree, n, merges).labels)).toBe(wanted.cuts[merges]);
        }
      }),
      { numRuns: 300 },
    );
  });
  it('gives heights that never fall', () => {
    fc.assert(
      fc.property(distances, ({ n, matrix, weights }) => {
        const tree = averageLinkage(matrix, n, weights);
        for (let k = 1; k < tree.length; k++) expect(tree[k]!.height).toBeGreaterThanOrEqual(tree[k - 1]!.height);
      }),
    );
  });
  it('copes with equal distances', () => {
    const n = 6;
    const tree = averageLinkage(new Float32Array(n * n).fill(0.5), n);
    expect(tree.map((merge) => merge.height)).toEqual(new Array(n - 1).fill(0.5));
    expect(cutToCount(tree, n, 1).count).toBe(1);
  });
});

describe('cuts', () => {
  it('give as many groups as asked for, numbered by appearance', () => {
    fc.assert(
      fc.property(distances, fc.integer({ min: 1, max: 20 }), ({ n, matrix }, wanted) => {
        const cut = cutToCount(averageLinkage(matrix, n), n, wanted);
        expect(cut.count).toBe(Math.min(wanted, n));
        const seen: number[] = [];
        for (const label of cut.labels) if (!seen.includes(label)) seen.push(label);
        expect(seen).toEqual([...seen.keys()]);
      }),
    );
  });
});
