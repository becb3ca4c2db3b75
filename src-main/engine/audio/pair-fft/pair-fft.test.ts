import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RealFft } from '../real-fft.ts';
import { seededRandom } from '../testing/synthetic-pcm.ts';
import { PairFft } from './pair-fft.ts';

const SOUND_SAMPLES = 6000;

it.each([
  [512, 400],
  [512, 512],
  [512, 2],
  [2048, 2048],
])('gives both frames what RealFft gives each, bit for bit: size %i, frames of %i', (size, frameSamples) => {
  const pair = new PairFft(size, frameSamples, SOUND_SAMPLES);
  const plain = new RealFft(size);
  const random = seededRandom(size + frameSamples);
  for (let n = 0; n < SOUND_SAMPLES; n++) pair.sound[n] = random() * 10 ** (4 * random());
  const bins = size / 2 + 1;
  const want = new Float64Array(bins);
  const place = fc.integer({ min: 0, max: SOUND_SAMPLES - frameSamples });
  fc.assert(
    fc.property(place, place, (first, second) => {
      pair.transform(first, second);
      for (const [frame, start] of [first, second].entries()) {
        plain.power(pair.sound, start, frameSamples, want);
        expect(Array.from({ length: bins }, (_, k) => pair.power[2 * k + frame])).toEqual([...want]);
      }
    }),
    { numRuns: 20 },
  );
});

it('reaches the last sample it has room for, and not beyond', () => {
  const pair = new PairFft(512, 512, SOUND_SAMPLES);
  pair.sound[SOUND_SAMPLES - 1] = 3;
  pair.transform(SOUND_SAMPLES - 512, 0);
  expect(pair.power[0]).toBeCloseTo(9, 9);
  expect(pair.power[1]).toBe(0);
  expect(pair.power).toHaveLength(2 * 257);
});

it('refuses sizes it cannot do', () => {
  expect(() => new PairFft(1024, 400, SOUND_SAMPLES)).toThrow(RangeError);
  expect(() => new PairFft(8, 8, SOUND_SAMPLES)).toThrow(RangeError);
  expect(() => new PairFft(512, 401, SOUND_SAMPLES)).toThrow(RangeError);
  expect(() => new PairFft(512, 514, SOUND_SAMPLES)).toThrow(RangeError);
  expect(() => new PairFft(512, 400, 399)).toThrow(RangeError);
});
