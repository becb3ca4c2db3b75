import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { likeliestLabelsApart } from './labels-apart.ts';

const problems = fc
  .record({ items: fc.integer({ min: 1, max: 6 }), labels: fc.integer({ min: 0, max: 3 }) })
  .chain(({ items, labels }) =>
    fc.record({
      scores: fc.array(fc.array(fc.integer({ min: -1000, max: 0 }), { minLength: labels, maxLength: labels }), {
        minLength: items,
        maxLength: items,
      }),
      pairs: fc.array(fc.tuple(fc.nat(items - 1), fc.nat(items - 1)), { maxLength: 10 }),
    }),
  );
function partnersOf(items: number, pairs: readonly (readonly [number, number])[]): number[][] {
  const partners = Array.from({ length: items }, () => new Set<number>());
  for (const [a, b] of pairs) {
    if (a === b) continue;
    partners[a]!.add(b);
    partners[b]!.add(a);
  }
  return partners.map((set) => [...set]);
}
const found = (scores: readonly (readonly number[])[], partners: number[][]): number[] => [
  ...likeliestLabelsApart(
    scores.map((row) => Float64Array.from(row)),
    partners,
    () => undefined,
  ),
];

describe('likeliestLabelsApart', () => {
  it('finds the best of all divisions that keep partners apart, with as few on further labels as can be', () => {
    fc.assert(
      fc.property(problems, ({ scores, pairs }) => {
        const items = scores.length;
        const known = scores[0]!.length;
        const partners = partnersOf(items, pairs);
        const value = (labels: readonly number[]): number =>
          labels.reduce((sum, label, i) => sum + (label < known ? scores[i]![label]! : -1e6), 0);
        const allowed = (labels: readonly number[]): boolean =>
          partners.every((others, i) => others.every((other) => labels[i] !== labels[other]));
        let best = -Infinity;
        const all = (labels: number[]): void => {
          if (labels.length === items) {
            // How many are on further labels counts here; that those can be kept apart is always so.
            if (allowed(labels)) best = Math.max(best, value(labels));
            return;
          }
          for (let label = 0; label < known; label++) all([...labels, label]);
          all([...labels, known + labels.length]);
        };
        all([]);
        const labels = found(scores, partners);
        expect(allowed(labels)).toBe(true);
        // Scored as above where no further label was needed, else by how many there are.
        if (best > -1e6) expect(value(labels)).toBe(best);
        else expect(Math.ceil(value(labels) / 1e6)).toBe(Math.ceil(best / 1e6));
      }),
      { numRuns: 300 },
    );
  });
  it('mends a greedy choice that leaves no label for others', () => {
    // Item 0 is the clearest and would take label 0, so that 1 and 2, of which one must have it, would need a third.
    const scores = [
      [0, -9],
      [0, -1],
      [0, -1],
    ];
    expect(found(scores, [[1], [0, 2], [1]])).toEqual([0, 1, 0]);
    expect(
      found(
        [
          [0, -9],
          [-1, 0],
          [0, -1],
        ],
        [[2], [2], [0, 1]],
      ),
    ).toEqual([0, 0, 1]);
  });
  it('divides what cannot be searched through, and opens no more labels than there are items', () => {
    const items = 60;
    const everyone = Array.from({ length: items }, (_, i) => i);
    const labels = found(
      everyone.map(() => [0, -1, -2]),
      everyone.map((i) => everyone.filter((j) => j !== i)),
    );
    expect(new Set(labels).size).toBe(items);
    expect(Math.max(...labels)).toBe(items - 1);
  });
});
