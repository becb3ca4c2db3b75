import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeSpeakerCount, speakerCountOf } from './speaker-count.ts';

describe('speakerCountOf', () => {
  it('takes in the more probable neighbour until the bounds hold', () => {
    const count = speakerCountOf(4, [
      { count: 5, probability: 0.1 },
      { count: 2, probability: 0.05 },
      { count: 3, probability: 0.25 },
      { count: 4, probability: 0.6 },
    ]);
    expect([count.low, count.found, count.high]).toEqual([3, 4, 4]);
    expect(count.probabilities.map((one) => one.count)).toEqual([2, 3, 4, 5]);
  });
  it('is one number where that is sure', () => {
    expect(
      speakerCountOf(2, [
        { count: 2, probability: 0.97 },
        { count: 3, probability: 0.03 },
      ]),
    ).toMatchObject({ low: 2, high: 2 });
  });
  it('always holds the found number and 80 % of what the probabilities sum to', () => {
    const probabilities = fc.uniqueArray(
      fc.record({
        count: fc.integer({ min: 1, max: 30 }),
        probability: fc.double({ min: 0.001, max: 1, noNaN: true }),
      }),
      { selector: (one) => one.count, minLength: 1 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), probabilities, (found, list) => {
        const count = speakerCountOf(found, list);
        expect(count.low).toBeLessThanOrEqual(found);
        expect(count.high).toBeGreaterThanOrEqual(found);
        const inside = count.probabilities.filter((one) => one.count >= count.low && one.count <= count.high);
        expect(inside.reduce((sum, one) => sum + one.probability, 0)).toBeGreaterThanOrEqual(0.8 - 1e-9);
      }),
    );
  });
});

describe('describeSpeakerCount', () => {
  it.each([
    [1, undefined, '1 speaker'],
    [4, { found: 4, low: 4, high: 4, probabilities: [] }, '4 speakers'],
    [4, { found: 4, low: 3, high: 5, probabilities: [] }, '4 speakers (3–5)'],
  ])('%i: %j reads %s', (found, count, text) => {
    expect(describeSpeakerCount(found, count)).toBe(text);
  });
});
