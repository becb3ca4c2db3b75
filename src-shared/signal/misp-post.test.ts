import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mispThresholds, mispTurns } from './misp-post.ts';

const column = (frames: number, ...on: [from: number, to: number][]): Float64Array => {
  const out = new Float64Array(frames).fill(0.2);
  for (const [from, to] of on) out.fill(0.9, from, to);
  return out;
};
const shown = (columns: Float64Array[], speech: { startSec: number; endSec: number }[] | null = null) =>
  mispTurns(columns, 0.01, 0.65, speech).map(({ startSec, endSec, speaker }) => [
    Math.round(startSec * 100),
    Math.round(endSec * 100),
    speaker,
  ]);

describe('turns from the probabilities of MISP', () => {
  it('are frames above the threshold, pauses up to 0.301 s closed, by speaker', () => {
    expect(shown([column(200, [10, 50], [80, 100], [131, 140]), column(200, [90, 95])])).toEqual([
      [10, 100, 0],
      [90, 95, 1],
      [131, 140, 0],
    ]);
  });

  it('stay inside the voice activity; its holes go to who talks around them, if anybody', () => {
    const columns = [column(300, [10, 50], [70, 75]), column(300, [60, 90])];
    const speech = [
      { startSec: 0.2, endSec: 0.95 },
      { startSec: 2, endSec: 2.5 },
    ];
    expect(shown(columns, speech)).toEqual([
      [20, 75, 0],
      [60, 95, 1],
    ]);
  });

  it('never grow with the threshold, and never leave the voice activity but to close a pause', () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 120 });
    fc.assert(
      fc.property(values, (list) => {
        const total = (threshold: number): number =>
          mispTurns([list], 1, threshold, null).reduce((sum, one) => sum + one.endSec - one.startSec, 0);
        const totals = mispThresholds.map(total);
        totals.forEach((sum, k) => expect(sum).toBeLessThanOrEqual(totals[k - 1] ?? Infinity));
        for (const { startSec, endSec } of mispTurns([list], 1, 0.5, [{ startSec: 5, endSec: 20 }])) {
          expect(startSec).toBeGreaterThanOrEqual(5);
          expect(endSec).toBeLessThanOrEqual(20);
        }
      }),
    );
  });
});
