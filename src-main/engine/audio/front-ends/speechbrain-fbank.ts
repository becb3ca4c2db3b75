import { applyFilters, speechBrainMelFilters } from './mel-filters.ts';

const FRAME = 400;
const HOP = 160;
const BINS = FRAME / 2 + 1;
const MIN_POWER = 1e-10;
const TOP_DB = 80;

/** Frames of `samples` samples, centred. */
export const speechBrainFrameCount = (samples: number): number => 1 + Math.floor(samples / HOP);

/**
 * Filter banks as SpeechBrain's `Fbank` makes them (https://github.com/speechbrain/speechbrain, processing/features): frames of
 * 400 every 160, centred with zero padding, periodic Hamming window, power spectrum of 400, symmetric triangles over 0 to
 * 8 kHz, decibels no more than 80 below the loudest value of the signal. Keep one per thread.
 */
export class SpeechBrainFbank {
  readonly bands: number;
  readonly #filters;
  readonly #window = Float64Array.from({ length: FRAME }, (_, n) => 0.54 - 0.46 * Math.cos((2 * Math.PI * n) / FRAME));
  readonly #cosine = Float64Array.from({ length: FRAME }, (_, n) => Math.cos((2 * Math.PI * n) / FRAME));
  readonly #sine = Float64Array.from({ length: FRAME }, (_, n) => Math.sin((2 * Math.PI * n) / FRAME));
  readonly #even = new Float64Array(BINS);
  readonly #odd = new Float64Array(BINS);
  readonly #power = new Float64Array(BINS);

  constructor(bands: number) {
    this.bands = bands;
    this.#filters = speechBrainMelFilters(bands, FRAME);
  }

  /**
   * @param samples 16 kHz in [−1, 1]
   * @returns frames × bands, dB
   */
  compute(samples: Float32Array): Float32Array {
    const count = speechBrainFrameCount(samples.length);
    const rows = new Float64Array(count * this.bands);
    let loudest = -Infinity;
    for (let t = 0; t < count; t++) {
      this.#powerOf(samples, t * HOP - FRAME / 2);
      const row = rows.subarray(t * this.bands, (t + 1) * this.bands);
      applyFilters(this.#filters, this.#power, row);
      for (let j = 0; j < this.bands; j++) {
        row[j] = 10 * Math.log10(Math.max(row[j]!, MIN_POWER));
        loudest = Math.max(loudest, row[j]!);
      }
    }
    return Float32Array.from(rows, (value) => Math.max(value, loudest - TOP_DB));
  }

  /** The length is no power of two: a plain transform, folded in half, since the signal is real. */
  #powerOf(samples: Float32Array, start: number): void {
    const at = (n: number): number => (samples[start + n] ?? 0) * this.#window[n]!;
    const half = FRAME / 2;
    this.#even[0] = at(0);
    this.#even[half] = at(half);
    for (let n = 1; n < half; n++) {
      const [a, b] = [at(n), at(FRAME - n)];
      this.#even[n] = a + b;
      this.#odd[n] = a - b;
    }
    for (let k = 0; k < BINS; k++) {
      let re = 0;
      let im = 0;
      for (let n = 0, turn = 0; n <= half; n++) {
        re += this.#even[n]! * this.#cosine[turn]!;
        im += this.#odd[n]! * this.#sine[turn]!;
        turn += k;
        if (turn >= FRAME) turn -= FRAME;
      }
      this.#power[k] = re * re + im * im;
    }
  }
}
