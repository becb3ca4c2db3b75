import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resampledVad } from './vad-grid.ts';

describe('resampledVad', () => {
  it('takes the mean of what a step of 32 ms covers', () => {
    // 30 ms frames: the second step has 28 ms of frame 1 and 4 ms of frame 2.
    const out = resampledVad([1, 0, 1, 1], 0.03, 3);
    expect(out[0]).toBeCloseTo(30 / 32, 6);
    expect(out[1]).toBeCloseTo(4 / 32, 6);
    expect(out[2]).toBeCloseTo(1, 6);
  });
  it('keeps a constant and goes on with silence', () => {
    fc.assert(
      fc.property(fc.float({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0.01, 0.02, 0.03), (value, stepSec) => {
        const out = resampledVad(new Float32Array(Math.ceil(0.32 / stepSec)).fill(value), stepSec, 20);
        for (let k = 0; k < 10; k++) expect(out[k]).toBeCloseTo(value, 5);
        for (let k = 12; k < 20; k++) expect(out[k]).toBe(0);
      }),
    );
  });
});
