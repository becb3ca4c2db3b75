import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onOwnScale } from './own-scale.ts';

const typical = { talking: 1, silent: 0, variance: 0.25 };
const half = (first: number, second: number, count = 400): Float32Array =>
  Float32Array.from({ length: count }, (_, k) => (k < count / 2 ? first : second));

describe('values on the own scale of a face', () => {
  it('speak for talk of a face that rests otherwise, not of one that moves as much in silence', () => {
    const still = onOwnScale(half(0.8, -0.6), half(1, 0), typical);
    const restless = onOwnScale(half(0.8, 0.75), half(1, 0), typical);
    expect(still[10]).toBeGreaterThan(2);
    expect(still[390]).toBeLessThan(-2);
    expect(Math.abs(restless[10]! - restless[390]!)).toBeLessThan(0.5);
  });

  it('are what is typical of a face of which hardly anything is known', () => {
    const [one] = onOwnScale([1], [0.5], typical);
    expect(one).toBeCloseTo(2, 0);
  });

  it('stay bounded, open where nothing is known, and fall nowhere beyond the mean of talk', () => {
    const number = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(number, fc.constant(NaN)), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 1,
          maxLength: 40,
        }),
        (rows) => {
          const values = rows.map(([value]) => value);
          const said = onOwnScale(
            values,
            rows.map(([, talks]) => talks),
            typical,
          );
          said.forEach((value, at) => {
            expect(Number.isNaN(value)).toBe(Number.isNaN(values[at]!));
            if (!Number.isNaN(value)) expect(Math.abs(value)).toBeLessThanOrEqual(3);
          });
        },
      ),
    );
    const talks = half(1, 0);
    const values = half(0.9, 0.1).map((value, k) => value + 0.3 * Math.sin(k));
    const sure = [...values.keys()].filter((k) => values[k]! > 0.95);
    const said = onOwnScale(values, talks, typical);
    const sorted = sure.sort((a, b) => values[a]! - values[b]!);
    sorted.slice(1).forEach((k, at) => expect(said[k]! - said[sorted[at]!]!).toBeGreaterThan(-1e-9));
  });
});
