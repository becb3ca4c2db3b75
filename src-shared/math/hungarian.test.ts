import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignAtLeastCost } from './hungarian.ts';

const matrix = (value: fc.Arbitrary<number>) =>
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }))
    .chain(([rows, columns]) =>
      fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
    );

/** Tries every way to assign min(rows, columns) pairs. */
function leastCost(cost: number[][]): number {
  const rows = cost.length;
  const columns = cost[0]!.length;
  if (rows > columns) return leastCost(cost[0]!.map((_, column) => cost.map((row) => row[column]!)));
  const search = (row: number, free: number[]): number =>
    row === rows
      ? 0
      : Math.min(
          ...free.map(
            (column) =>
              cost[row]![column]! +
              search(
                row + 1,
                free.filter((other) => other !== column),
              ),
          ),
        );
  return search(0, [...Array(columns).keys()]);
}

function expectOptimal(cost: number[][]): void {
  const columns = cost[0]!.length;
  const assigned = assignAtLeastCost(cost);
  const taken = [...assigned].filter((column) => column >= 0);
  expect(assigned).toHaveLength(cost.length);
  expect(taken).toHaveLength(Math.min(cost.length, columns));
  expect(new Set(taken).size).toBe(taken.length);
  const sum = [...assigned].reduce((total, column, row) => (column < 0 ? total : total + cost[row]![column]!), 0);
  expect(sum).toBeCloseTo(leastCost(cost), 6);
}

describe('assignAtLeastCost', () => {
  it('finds what trying every assignment finds, for any shape, with ties', () => {
    fc.assert(fc.property(matrix(fc.integer({ min: -3, max: 3 })), expectOptimal), { numRuns: 500 });
  });

  it('finds what trying every assignment finds, for real numbers', () => {
    fc.assert(fc.property(matrix(fc.double({ min: -1e3, max: 1e3, noNaN: true })), expectOptimal), { numRuns: 300 });
  });

  it('takes a detour where the greedy choice is dear', () => {
    expect([
      ...assignAtLeastCost([
        [1, 2],
        [1, 100],
      ]),
    ]).toEqual([1, 0]);
  });

  it('leaves rows over where columns are few', () => {
    expect([...assignAtLeastCost([[5], [1], [3]])]).toEqual([-1, 0, -1]);
  });

  it('answers for no rows and for no columns', () => {
    expect([...assignAtLeastCost([])]).toEqual([]);
    expect([...assignAtLeastCost([[], []])]).toEqual([-1, -1]);
  });

  it('refuses ragged rows and costs that are not finite', () => {
    expect(() => assignAtLeastCost([[1, 2], [1]])).toThrow(RangeError);
    expect(() => assignAtLeastCost([[Number.NaN]])).toThrow(RangeError);
    expect(() => assignAtLeastCost([[Infinity]])).toThrow(RangeError);
  });
});
