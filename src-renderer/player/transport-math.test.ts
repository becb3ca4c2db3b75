import fc from 'fast-check';
import { expect, it } from 'vitest';
import { frameIndexAt } from '#shared/media/frame-table.ts';
import { mediaErrorData } from './media-errors.ts';
import { containedRect, frameStepSec, nextRate, nextShuttle } from './transport-math.ts';

it('climbs and descends the ladder of speeds and stops at its ends', () => {
  expect(nextRate(1, 1)).toBe(1.25);
  expect(nextRate(1.1, -1)).toBe(1);
  expect(nextRate(4, 1)).toBe(4);
  expect(nextRate(0.25, -1)).toBe(0.25);
});

it('turns round at single speed', () => {
  expect([nextShuttle(0, 1), nextShuttle(1, 1), nextShuttle(4, 1), nextShuttle(4, -1), nextShuttle(-1, -1)]).toEqual([
    1, 2, 4, -1, -2,
  ]);
  expect(nextShuttle(1.5, 1)).toBe(2);
});

it('lands inside the frame it steps to, whatever the spacing', () => {
  const tables = fc
    .array(fc.double({ min: 0.002, max: 0.2, noNaN: true }), { minLength: 2, maxLength: 60 })
    .map((steps) => {
      let sec = 0;
      return Float64Array.from(steps, (step) => (sec += step));
    });
  fc.assert(
    fc.property(tables, fc.nat(59), fc.integer({ min: -5, max: 5 }), (times, from, steps) => {
      const start = Math.min(from, times.length - 1);
      const target = Math.min(times.length - 1, Math.max(0, start + steps));
      expect(frameIndexAt(times, frameStepSec(times, times[start]!, steps))).toBe(target);
    }),
  );
});

it('fits a picture whole and centred into any box', () => {
  expect(containedRect({ width: 1600, height: 900 }, { width: 800, height: 800 })).toEqual({
    x: 0,
    y: 175,
    width: 800,
    height: 450,
  });
  expect(containedRect({ width: 0, height: 0 }, { width: 5, height: 6 })).toEqual({ x: 0, y: 0, width: 5, height: 6 });
});

it('gives every media error a way out and names the file', () => {
  for (const code of [1, 2, 3, 4, 99]) {
    const data = mediaErrorData({ code, message: 'why' }, 'a.mkv');
    expect(data).toMatchObject({ file: 'a.mkv', detail: 'why' });
    expect(data.fix).toBeTruthy();
  }
  expect(mediaErrorData(null, 'a.mkv').code).toBe('unsupported');
  expect(mediaErrorData({ code: 4, message: '404: Not Found' }, 'a.mkv').code).toBe('io');
});
