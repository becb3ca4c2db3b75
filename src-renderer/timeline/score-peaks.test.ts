import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ScorePeaks } from './score-peaks.ts';

it('finds the highest of any stretch, whatever was not measured', () => {
  const values = fc.array(fc.oneof(fc.float({ min: 0, max: 1, noNaN: true }), fc.constant(NaN)), { maxLength: 400 });
  fc.assert(
    fc.property(values, fc.nat(420), fc.nat(420), (list, a, b) => {
      const [first, end] = [Math.min(a, b), Math.max(a, b)];
      const scores = Float32Array.from(list);
      const plain = [...scores.subarray(first, end)].filter((value) => !Number.isNaN(value));
      expect(new ScorePeaks(scores).highest(first, end)).toBe(Math.max(-1, ...plain));
    }),
  );
});
