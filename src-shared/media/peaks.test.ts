import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../api/errors.ts';
import { chooseLevel, encodePeaks, parsePeaks, peakColumns, PeaksBuilder, type PeakPyramid } from './peaks.ts';

const build = (pieces: readonly Int16Array[]): PeakPyramid => {
  const builder = new PeaksBuilder(16_000);
  for (const piece of pieces) builder.push(piece);
  return builder.finish();
};
const pcm = fc.int16Array({ minLength: 0, maxLength: 3000 });

test('the pyramid does not depend on how the samples were cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(pcm, { maxLength: 6 }), (pieces) => {
      const whole = Int16Array.from(pieces.flatMap((piece) => [...piece]));
      expect(build(pieces)).toEqual(build([whole]));
    }),
  );
});

test('every bucket of every level holds the extremes of its samples', () => {
  const samples = Int16Array.from({ length: 150_000 }, (_, i) =>
    Math.round(20_000 * Math.sin(i / 7) * Math.sin(i / 9e3)),
  );
  const pyramid = build([samples]);
  expect(pyramid.totalSamples).toBe(samples.length);
  expect(pyramid.levels.length).toBeGreaterThan(1);
  for (const level of pyramid.levels) {
    expect(level.bucketCount).toBe(Math.ceil(samples.length / level.samplesPerBucket));
    for (let bucket = 0; bucket < level.bucketCount; bucket++) {
      const part = samples.subarray(bucket * level.samplesPerBucket, (bucket + 1) * level.samplesPerBucket);
      expect(Math.abs(level.values[2 * bucket]! * 256 - part.reduce((a, b) => Math.min(a, b)))).toBeLessThanOrEqual(
        128,
      );
      expect(Math.abs(level.values[2 * bucket + 1]! * 256 - part.reduce((a, b) => Math.max(a, b)))).toBeLessThanOrEqual(
        128,
      );
    }
  }
});

test('full scale does not wrap around and silence is 0', () => {
  expect([...build([new Int16Array(64).fill(32_767)]).levels[0]!.values]).toEqual([127, 127]);
  expect([...build([new Int16Array(64).fill(-32_768)]).levels[0]!.values]).toEqual([-128, -128]);
  expect([...build([new Int16Array(65)]).levels[0]!.values]).toEqual([0, 0, 0, 0]);
});

test('parse gives back what encode wrote, also at an odd offset of a larger buffer', () => {
  fc.assert(
    fc.property(fc.array(pcm, { maxLength: 4 }), fc.nat(9), (pieces, offset) => {
      const pyramid = build(pieces);
      const bytes = encodePeaks(pyramid);
      const shifted = new Uint8Array(bytes.length + offset);
      shifted.set(bytes, offset);
      expect(parsePeaks(shifted.subarray(offset))).toEqual(pyramid);
    }),
  );
});

test('damaged bytes end in an AppError or in a pyramid that lies within the bytes, never in anything else', () => {
  const good = encodePeaks(build([new Int16Array(40_000).fill(1000)]));
  const tryParse = (bytes: Uint8Array): void => {
    try {
      const pyramid = parsePeaks(bytes);
      expect(pyramid.levels.reduce((sum, level) => sum + level.values.length, 0)).toBeLessThan(bytes.length);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), tryParse));
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, keep) => {
      const bytes = good.slice(0, Math.max(keep, at));
      bytes[at] = value;
      tryParse(bytes);
      tryParse(good.slice(0, keep));
    }),
  );
  expect(() => parsePeaks(good.slice(0, -1))).toThrow('cut off');
  const newer = good.slice();
  newer[4] = 9;
  expect(() => parsePeaks(newer)).toThrow('format 9');
});

test('the level chosen has at least a bucket per pixel, and no finer one is needed', () => {
  const pyramid = build([new Int16Array(16_000 * 600)]);
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 5000, noNaN: true }), (pixelsPerSec) => {
      const index = chooseLevel(pyramid, pixelsPerSec);
      const perPixel = (level: number): number => 16_000 / pixelsPerSec / pyramid.levels[level]!.samplesPerBucket;
      if (index > 0) expect(perPixel(index)).toBeGreaterThanOrEqual(1);
      if (index + 1 < pyramid.levels.length) expect(perPixel(index + 1)).toBeLessThan(1);
    }),
  );
});

test('columns find a click at its place at any zoom and are 0 outside the recording', () => {
  const samples = new Int16Array(16_000 * 60);
  samples.fill(30_000, 16_000 * 30, 16_000 * 30 + 16);
  const pyramid = build([samples]);
  for (const [start, end, count] of [
    [0, 60, 600],
    [29, 31, 800],
    [29.99, 30.01, 100],
    [-60, 120, 90],
  ] as const) {
    const columns = peakColumns(pyramid, start, end, count);
    const width = (end - start) / count;
    const hit = Array.from({ length: count }, (_, i) => i).filter((i) => columns[2 * i + 1]! > 100);
    expect(hit.length).toBeGreaterThan(0);
    // A bucket may reach one bucket of the chosen level beyond the click.
    for (const column of hit)
      expect(Math.abs(start + (column + 0.5) * width - 30)).toBeLessThanOrEqual(1.5 * width + 0.004);
  }
  expect([...peakColumns(pyramid, 100, 101, 4)]).toEqual(new Array(8).fill(0));
  expect([...peakColumns(pyramid, 5, 5, 2)]).toEqual([0, 0, 0, 0]);
});

test('a recording of no length has one empty level', () => {
  const pyramid = build([]);
  expect(pyramid.levels).toHaveLength(1);
  expect(parsePeaks(encodePeaks(pyramid))).toEqual(pyramid);
});
