import { applyFilters, slaneyMelFilters } from '../front-ends/mel-filters.ts';
import { FFT_BINS, FFT_SIZE, RealFft } from '../real-fft.ts';

const BANDS = 80;
const HOP = 160;
const WINDOW = 400;
const PRE_EMPHASIS = 0.97;
/** Added before the logarithm. */
const GUARD = 2 ** -24;
/** Added to the deviation. */
const EPSILON = 1e-5;

/** Frames of `samples` samples. */
export const nemoFrameCount = (samples: number): number => Math.floor(samples / HOP);

/**
 * The input of NeMo's nets (https://github.com/NVIDIA/NeMo, AudioToMelSpectrogramPreprocessor): pre-emphasis 0.97, symmetric
 * Hann window of 25 ms in the middle of 512 samples every 10 ms, centred with zeros, power, 80 Slaney mels of unit area,
 * logarithm, each band to mean 0 and deviation 1 over the recording. Keep one per thread.
 */
export class NemoMel {
  readonly bands = BANDS;
  readonly #filters = slaneyMelFilters(BANDS, FFT_SIZE);
  readonly #fft = new RealFft(FFT_SIZE);
  readonly #window = Float64Array.from(
    { length: WINDOW },
    (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / (WINDOW - 1)),
  );

  /**
   * @param samples 16 kHz in [−1, 1]
   * @returns bands × frames
   */
  compute(samples: Float32Array): Float32Array {
    const count = nemoFrameCount(samples.length);
    const out = new Float32Array(BANDS * count);
    const frame = new Float64Array(WINDOW);
    const power = new Float64Array(FFT_BINS);
    const energies = new Float64Array(BANDS);
    for (let t = 0; t < count; t++) {
      // The window lies in the middle of the transform, whose place in it does not change the power.
      const start = t * HOP - WINDOW / 2;
      for (let n = 0; n < WINDOW; n++) {
        const at = start + n;
        const value = (samples[at] ?? 0) - (at > 0 ? PRE_EMPHASIS * (samples[at - 1] ?? 0) : 0);
        frame[n] = at >= 0 && at < samples.length ? value * this.#window[n]! : 0;
      }
      this.#fft.power(frame, 0, WINDOW, power);
      applyFilters(this.#filters, power, energies);
      for (let j = 0; j < BANDS; j++) out[j * count + t] = Math.log(energies[j]! + GUARD);
    }
    for (let j = 0; j < BANDS; j++) normalise(out.subarray(j * count, (j + 1) * count));
    return out;
  }
}

function normalise(row: Float32Array): void {
  let mean = 0;
  for (const value of row) mean += value / row.length;
  let square = 0;
  for (const value of row) square += (value - mean) ** 2;
  const deviation = Math.sqrt(square / Math.max(1, row.length - 1)) + EPSILON;
  for (let t = 0; t < row.length; t++) row[t] = (row[t]! - mean) / deviation;
}
