import { RealFft } from '../real-fft.ts';
import { applyFilters, torchMelFilters } from './mel-filters.ts';

const FFT = 512;
const WINDOW = 400;
const HOP = 160;
const PRE_EMPHASIS = 0.97;
const FLOOR = 1e-6;
const NORM_EPSILON = 1e-5;

/** Frames of `samples` samples, centred. */
export const torchFrameCount = (samples: number): number => 1 + Math.floor(samples / HOP);

/**
 * The input of ResNetSE34V2 (https://github.com/clovaai/voxceleb_trainer): pre-emphasis 0.97 with the second sample before
 * the first, torchaudio's MelSpectrogram (FFT 512, periodic Hamming window of 400 in its middle, hop 160, centred with
 * mirrored borders, power, HTK mels), log(x + 1e-6), then each band to mean 0 and variance 1 over time. Keep one per
 * thread.
 */
export class TorchaudioMel {
  readonly bands: number;
  readonly #filters;
  readonly #fft = new RealFft(FFT);
  readonly #frame = new Float64Array(FFT);
  readonly #power = new Float64Array(FFT / 2 + 1);
  readonly #window = Float64Array.from(
    { length: WINDOW },
    (_, n) => 0.54 - 0.46 * Math.cos((2 * Math.PI * n) / WINDOW),
  );

  constructor(bands: number) {
    this.bands = bands;
    this.#filters = torchMelFilters(bands, FFT);
  }

  /**
   * @param samples 16 kHz in [−1, 1], more than 256 of them: fewer cannot be mirrored
   * @returns bands × frames
   * @throws RangeError for a signal too short
   */
  compute(samples: Float32Array): Float32Array {
    const total = samples.length;
    if (total <= FFT / 2) throw new RangeError(`a mel spectrum needs more than ${FFT / 2} samples`);
    const count = torchFrameCount(total);
    const rows = new Float64Array(count * this.bands);
    const emphasised = (at: number): number => {
      const n = at < 0 ? -at : at >= total ? 2 * (total - 1) - at : at;
      return samples[n]! - PRE_EMPHASIS * samples[n === 0 ? 1 : n - 1]!;
    };
    const first = (FFT - WINDOW) / 2;
    for (let t = 0; t < count; t++) {
      const start = t * HOP - FFT / 2 + first;
      for (let n = 0; n < WINDOW; n++) this.#frame[first + n] = emphasised(start + n) * this.#window[n]!;
      this.#fft.power(this.#frame, 0, FFT, this.#power);
      applyFilters(this.#filters, this.#power, rows.subarray(t * this.bands, (t + 1) * this.bands));
    }
    const out = new Float32Array(rows.length);
    for (let j = 0; j < this.bands; j++) {
      let mean = 0;
      for (let t = 0; t < count; t++) {
        const value = Math.log(rows[t * this.bands + j]! + FLOOR);
        rows[t * this.bands + j] = value;
        mean += value / count;
      }
      let variance = 0;
      for (let t = 0; t < count; t++) variance += (rows[t * this.bands + j]! - mean) ** 2 / count;
      const scale = 1 / Math.sqrt(variance + NORM_EPSILON);
      for (let t = 0; t < count; t++) out[j * count + t] = (rows[t * this.bands + j]! - mean) * scale;
    }
    return out;
  }
}
