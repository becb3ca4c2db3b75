import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { widerBordersSec, withWiderBorders } from './doubtful-borders.ts';

const window = (startSec: number, endSec: number, region: number) => ({ startSec, endSec, region });

describe('borders of badly heard speech', () => {
  it('move outwards at the edges of regions only', () => {
    const wider = withWiderBorders([window(1, 2, 0), window(1.5, 2.5, 0), window(4, 5, 1)], 0.1, 10);
    expect(wider.map(({ startSec, endSec }) => [startSec, endSec])).toEqual([
      [0.9, 2],
      [1.5, 2.6],
      [3.9, 5.1],
    ]);
  });

  it('never cross: neighbours meet in the middle, nothing leaves the sound', () => {
    const gaps = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.1, max: 2, noNaN: true })),
    );
    fc.assert(
      fc.property(gaps, fc.double({ min: 0, max: 0.5, noNaN: true }), (list, bySec) => {
        let at = 0;
        const windows = list.map(([pause, length], region) => {
          at += pause;
          return window(at, (at += length), region);
        });
        const wider = withWiderBorders(windows, bySec, at);
        wider.forEach((one, i) => {
          expect(one.startSec).toBeGreaterThanOrEqual(0);
          expect(one.endSec).toBeLessThanOrEqual(at + 1e-9);
          expect(one.startSec).toBeLessThanOrEqual(windows[i]!.startSec);
          expect(one.endSec).toBeGreaterThanOrEqual(windows[i]!.endSec);
          if (i > 0) expect(one.startSec).toBeGreaterThanOrEqual(wider[i - 1]!.endSec - 1e-9);
        });
      }),
    );
  });

  it('move by how surely speech was heard', () => {
    const vad = { probabilities: [0, 1, 0.5, 0], stepSec: 1 };
    expect(widerBordersSec(0.5, [{ startSec: 1, endSec: 3 }], vad)).toBeCloseTo(0.1);
    expect(widerBordersSec(0.5, [{ startSec: 1, endSec: 2 }], vad)).toBe(0);
    expect(widerBordersSec(0.5, [], vad)).toBe(0);
  });
});
