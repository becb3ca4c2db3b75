import { RealFft } from '../real-fft.ts';
import { cosineTransform, transformInto } from './cosine-transform.ts';
import { applyFilters, slaneyMelFilters } from './mel-filters.ts';

const FFT = 2048;
const HOP = 512;
const BANDS = 128;
const MIN_POWER = 1e-10;
const TOP_DB = 80;

/** Frames of `samples` samples: one per 512, centred, and one more. */
export const librosaFrameCount = (samples: number): number => 1 + Math.floor(samples / HOP);

/**
 * `librosa.feature.mfcc` with its defaults at 16 kHz (https://librosa.org): frames of 2048 every 512, centred with zero
 * padding, periodic Hann window, 128 area-normalised Slaney mels, decibels no more than 80 below the loudest value of the
 * whole signal, orthonormal DCT-II. Keep one per thread.
 */
export class LibrosaMfcc {
  readonly coefficients: number;
  readonly #cosines: Float64Array;
  readonly #filters = slaneyMelFilters(BANDS, FFT);
  readonly #window = Float64Array.from({ length: FFT }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / FFT));
  readonly #fft = new RealFft(FFT);
  readonly #frame = new Float64Array(FFT);
  readonly #power = new Float64Array(FFT / 2 + 1);

  constructor(coefficients: number) {
    this.coefficients = coefficients;
    this.#cosines = cosineTransform(BANDS, coefficients);
  }

  /**
   * @param samples 16 kHz in [−1, 1]
   * @returns frames × coefficients
   */
  compute(samples: Float32Array): Float32Array {
    const count = librosaFrameCount(samples.length);
    const decibels = new Float64Array(count * BANDS);
    let loudest = -Infinity;
    for (let t = 0; t < count; t++) {
      const start = t * HOP - FFT / 2;
      for (let n = 0; n < FFT; n++) this.#frame[n] = (samples[start + n] ?? 0) * this.#window[n]!;
      this.#fft.power(this.#frame, 0, FFT, this.#power);
      const row = decibels.subarray(t * BANDS, (t + 1) * BANDS);
      applyFilters(this.#filters, this.#power, row);
      for (let j = 0; j < BANDS; j++) {
        row[j] = 10 * Math.log10(Math.max(row[j]!, MIN_POWER));
        loudest = Math.max(loudest, row[j]!);
      }
    }
    const out = new Float32Array(count * this.coefficients);
    for (let t = 0; t < count; t++) {
      const row = decibels.subarray(t * BANDS, (t + 1) * BANDS);
      for (let j = 0; j < BANDS; j++) row[j] = Math.max(row[j]!, loudest - TOP_DB);
      transformInto(this.#cosines, row, out, t * this.coefficients);
    }
    return out;
  }
}
