import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  clockTime,
  exactTime,
  fallbackReason,
  fileSize,
  parseTime,
  percent,
  providerName,
  roughTime,
} from './format.ts';

test('a time that is shown can be typed back, to the millisecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 360_000_000 }), (ms) => {
      expect(parseTime(exactTime(ms / 1000))).toBeCloseTo(ms / 1000, 6);
    }),
  );
});

test('rounding carries over: no 60th second', () => {
  expect(exactTime(59.9996)).toBe('0:01:00.000');
  expect(clockTime(3599.99)).toBe('59:59');
  expect(clockTime(3600)).toBe('1:00:00');
});

test.each([
  ['4:17', 257],
  ['12,5', 12.5],
  ['1:00:00', 3600],
  ['90', 90],
])('%s is understood', (text, sec) => {
  expect(parseTime(text)).toBe(sec);
});

test.each(['', 'abc', '1:2:3:4', '-5', '1:'])('“%s” is no time', (text) => {
  expect(parseTime(text)).toBeNull();
});

test('sizes, shares and guesses are short', () => {
  expect(fileSize(999)).toBe('999 B');
  expect(fileSize(2_013_000)).toBe('2.0 MB');
  expect(percent(0.624)).toBe('62 %');
  expect(roughTime(3)).toBe('a few seconds');
  expect(roughTime(130)).toBe('about 2 min');
});

test('where nets run is told by its name, and why not elsewhere', () => {
  expect(providerName('cpu (no GPU adapter)')).toBe('CPU');
  expect(providerName('dml')).toBe('DirectML');
  expect(fallbackReason('cpu (webgpu refused: no adapter)')).toBe('webgpu refused: no adapter');
  expect(fallbackReason('cuda')).toBeNull();
});
