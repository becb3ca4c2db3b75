import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speechRegions } from './vad-timestamps.ts';
import type { VadRules } from './vad-timestamps.ts';

/** Exact in binary, so that borders can be compared. */
const stepSec = 1 / 32;
const rules: VadRules = { onset: 0.5, offset: 0.35, minSpeechSec: 0.25, minSilenceSec: 0.125, padSec: 0 };
const steps = (...runs: [probability: number, count: number][]): number[] =>
  runs.flatMap(([probability, count]) => new Array<number>(count).fill(probability));
const regionsOf = (probabilities: number[], more: Partial<VadRules> = {}) =>
  speechRegions(probabilities, stepSec, probabilities.length * stepSec, { ...rules, ...more });

describe('speechRegions', () => {
  it('finds one stretch between silences', () => {
    expect(regionsOf(steps([0, 32], [0.9, 32], [0, 32]))).toEqual([{ startSec: 1, endSec: 2 }]);
  });
  it('keeps going while the probability lies between offset and onset', () => {
    expect(regionsOf(steps([0, 32], [0.9, 16], [0.4, 32], [0, 32]))).toEqual([{ startSec: 1, endSec: 2.5 }]);
  });
  it('does not start between offset and onset', () => {
    expect(regionsOf(steps([0, 8], [0.4, 64]))).toEqual([]);
  });
  it('bridges a silence shorter than the shortest one', () => {
    expect(regionsOf(steps([0.9, 32], [0, 3], [0.9, 32]))).toEqual([{ startSec: 0, endSec: 67 / 32 }]);
  });
  it('ends at the start of a silence that is long enough', () => {
    expect(regionsOf(steps([0.9, 32], [0, 8], [0.9, 32]))).toEqual([
      { startSec: 0, endSec: 1 },
      { startSec: 40 / 32, endSec: 72 / 32 },
    ]);
  });
  it('keeps only what is strictly longer than the shortest speech', () => {
    expect(regionsOf(steps([0, 8], [0.9, 8], [0, 32]))).toEqual([]);
    expect(regionsOf(steps([0, 8], [0.9, 9], [0, 32]))).toEqual([{ startSec: 0.25, endSec: 17 / 32 }]);
  });
  it('pads outwards, but not over the ends of the recording', () => {
    expect(regionsOf(steps([0.9, 32], [0, 32], [0.9, 32]), { padSec: 0.0625 })).toEqual([
      { startSec: 0, endSec: 1.0625 },
      { startSec: 1.9375, endSec: 3 },
    ]);
  });
  it('lets neighbours meet in the middle of a gap shorter than two paddings', () => {
    expect(regionsOf(steps([0.9, 32], [0, 8], [0.9, 32]), { padSec: 0.25 })).toEqual([
      { startSec: 0, endSec: 1.125 },
      { startSec: 1.125, endSec: 72 / 32 },
    ]);
  });
  it('gives nothing for an empty recording', () => {
    expect(regionsOf([])).toEqual([]);
  });
  it('always gives sorted regions without overlap inside the recording', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 300 }),
        fc.record({
          onset: fc.double({ min: 0.3, max: 0.9, noNaN: true }),
          offset: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
          minSpeechSec: fc.double({ min: 0, max: 1, noNaN: true }),
          minSilenceSec: fc.double({ min: 0, max: 1, noNaN: true }),
          padSec: fc.double({ min: 0, max: 0.5, noNaN: true }),
        }),
        (probabilities, anyRules) => {
          const durationSec = Math.max(0, probabilities.length * stepSec - 0.01);
          const regions = speechRegions(probabilities, stepSec, durationSec, anyRules);
          let last = 0;
          for (const { startSec, endSec } of regions) {
            expect(startSec).toBeGreaterThanOrEqual(last - 1e-9);
            expect(endSec).toBeGreaterThan(startSec);
            last = endSec;
          }
          expect(last).toBeLessThanOrEqual(durationSec + 1e-9);
        },
      ),
    );
  });
});
