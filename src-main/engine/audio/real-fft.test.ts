import { expect, it } from 'vitest';
import { FFT_BINS, FFT_SIZE, RealFft } from './real-fft.ts';
import { seededRandom } from './testing/synthetic-pcm.ts';

it.each([512, 400, 1, 0])('equals the discrete Fourier sum for %i samples', (length) => {
  const random = seededRandom(length);
  const samples = Float32Array.from({ length: 600 }, () => random());
  const offset = 31;
  const power = new Float64Array(FFT_BINS);
  new RealFft(FFT_SIZE).power(samples, offset, length, power);
  for (let k = 0; k < FFT_BINS; k++) {
    let re = 0;
    let im = 0;
    for (let n = 0; n < length; n++) {
      const angle = (-2 * Math.PI * k * n) / FFT_SIZE;
      re += samples[offset + n]! * Math.cos(angle);
      im += samples[offset + n]! * Math.sin(angle);
    }
    expect(power[k]).toBeCloseTo(re * re + im * im, 6);
  }
});

it('knows the size the MFCC of longer frames need', () => {
  const random = seededRandom(3);
  const samples = Float64Array.from({ length: 2048 }, () => random());
  const power = new Float64Array(1025);
  new RealFft(2048).power(samples, 0, 2048, power);
  // Parseval: the energy in time is that of all bins.
  const energy = samples.reduce((sum, value) => sum + value * value, 0);
  const bins = power.reduce((sum, value, k) => sum + (k === 0 || k === 1024 ? value : 2 * value), 0);
  expect(bins / 2048).toBeCloseTo(energy, 6);
  for (const k of [0, 1, 77, 512, 1024]) {
    let re = 0;
    let im = 0;
    samples.forEach((value, n) => {
      re += value * Math.cos((-2 * Math.PI * k * n) / 2048);
      im += value * Math.sin((-2 * Math.PI * k * n) / 2048);
    });
    expect(power[k]).toBeCloseTo(re * re + im * im, 6);
  }
});
it('refuses sizes it cannot do', () => {
  expect(() => new RealFft(1024)).toThrow(RangeError);
});
