import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameIndexAt, isVariableRate, parseFrameTable } from './frame-table.ts';

const grid = (fps: number, count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => i / fps);

test('the frame at a moment is the last that begins at or before it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 2, max: 500 }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: -1, max: 31, noNaN: true }),
      (stepsMs, sec) => {
        let at = 0;
        const times = Float64Array.from(stepsMs, (step) => (at += step) / 1000);
        const index = frameIndexAt(times, sec);
        if (index >= 0) expect(times[index]).toBeLessThanOrEqual(sec + 0.0005);
        if (index + 1 < times.length) expect(times[index + 1]).toBeGreaterThan(sec + 0.0005);
      },
    ),
  );
});

test('a time rounded down to microseconds or milliseconds still names its own frame', () => {
  const times = grid(30_000 / 1001, 3000);
  times.forEach((time, index) => {
    expect(frameIndexAt(times, Math.floor(time * 1e6) / 1e6)).toBe(index);
    expect(frameIndexAt(times, Math.round(time * 1e3) / 1e3)).toBe(index);
  });
  expect(frameIndexAt(times, -0.1)).toBe(-1);
  expect(frameIndexAt(new Float64Array(0), 1)).toBe(-1);
});

test('a steady rate rounded to milliseconds is not variable; a mixture of rates and dropped frames is', () => {
  expect(isVariableRate(grid(30, 300).map((time) => Math.round(time * 1000) / 1000))).toBe(false);
  expect(isVariableRate(Float64Array.from([...grid(30, 100), ...grid(12, 60).map((time) => time + 100 / 30)]))).toBe(
    true,
  );
  expect(isVariableRate(grid(25, 300).filter((_, index) => index % 9 !== 4))).toBe(true);
  expect(isVariableRate(grid(25, 1))).toBe(false);
});

test('a table survives its file; a damaged one is refused', () => {
  const times = grid(25, 100);
  const bytes = new Uint8Array(times.buffer);
  expect(parseFrameTable(bytes)).toEqual(times);
  expect(() => parseFrameTable(bytes.subarray(0, 15))).toThrow('cut off');
  expect(() => parseFrameTable(new Uint8Array(Float64Array.from([0, 2, 1]).buffer))).toThrow('do not rise');
  expect(() => parseFrameTable(new Uint8Array(Float64Array.from([0, Number.NaN]).buffer))).toThrow('do not rise');
});
