import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalErrorRate, fallingOrder, type ScoredTrials } from './equal-error-rate.ts';

const trials = (same: readonly number[], others: readonly number[]): ScoredTrials => ({
  scores: Float64Array.from([...same, ...others]),
  same: Uint8Array.from([...same.map(() => 1), ...others.map(() => 0)]),
});

describe('equalErrorRate', () => {
  it.each([
    ['told apart without fault', [0.9, 0.8], [0.3, 0.2, 0.1], 0],
    ['all the wrong way round', [0.1, 0.2], [0.8, 0.9], 1],
    ['all alike', [0.5, 0.5, 0.5], [0.5], 0.5],
    ['one of four on the wrong side, both ways', [0.9, 0.8, 0.7, 0.2], [0.75, 0.3, 0.15, 0.1], 0.25],
    // Two of two found at the first of three false alarms: missed 0 and alarms 1/3 after missed 1/2 and alarms 0.
    ['between two thresholds', [0.9, 0.4], [0.4, 0.2, 0.1], 0.2],
  ])('%s', (_name, same, others, rate) => {
    expect(equalErrorRate(trials(same, others))).toBeCloseTo(rate, 12);
  });
  it('is no number when one kind is missing', () => {
    expect(equalErrorRate(trials([0.5], []))).toBeNaN();
    expect(equalErrorRate(trials([], [0.5]))).toBeNaN();
  });

  const scores = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 20 });
  it('does not change when scores are scaled, and mirrors when the kinds are swapped', () => {
    fc.assert(
      fc.property(scores, scores, (same, others) => {
        const rate = equalErrorRate(trials(same, others));
        const moved = (values: readonly number[]): number[] => values.map((value) => 3 * value - 7);
        expect(equalErrorRate(trials(moved(same), moved(others)))).toBeCloseTo(rate, 12);
        expect(equalErrorRate(trials(others, same))).toBeCloseTo(1 - rate, 9);
      }),
    );
  });
  it('takes a whole weight as that many equal trials', () => {
    const weighted = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 3 })), {
      minLength: 1,
      maxLength: 12,
    });
    const repeated = (list: readonly (readonly [number, number])[]): number[] =>
      list.flatMap(([score, times]) => Array.from({ length: times }, () => score));
    fc.assert(
      fc.property(weighted, weighted, (same, others) => {
        const all = trials(
          same.map(([score]) => score),
          others.map(([score]) => score),
        );
        const weights = Float64Array.from([...same, ...others], ([, times]) => times);
        const once = equalErrorRate(trials(repeated(same), repeated(others)));
        const found = equalErrorRate(all, weights, fallingOrder(all.scores));
        if (Number.isNaN(once)) expect(found).toBeNaN();
        else expect(found).toBeCloseTo(once, 9);
      }),
    );
  });
});
