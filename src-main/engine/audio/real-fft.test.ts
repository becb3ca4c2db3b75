import { expect, it } from 'vitest';
import { FFT_BINS, FFT_SIZE, RealFft512 } from './real-fft.ts';
import { seededRandom } from './testing/synthetic-pcm.ts';

it.each([512, 400, 1, 0])('equals the discrete Fourier sum for %i samples', (length) => {
  const random = seededRandom(length);
  const samples = Float32Array.from({ length: 600 }, () => random());
  const offset = 31;
  const power = new Float64Array(FFT_BINS);
  new RealFft512().power(samples, offset, length, power);
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
