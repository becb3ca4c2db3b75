import { PairFft } from '../pair-fft/pair-fft.ts';
import { applyFiltersToPair, kaldiMelFilters } from './mel-filters.ts';

export interface KaldiFbankOptions {
  /** Mel bands, 80 for the speaker nets. */
  bands: number;
  window: 'povey' | 'hamming';
  /** Multiplies the samples: 32768 for nets trained on int16 values. */
  scale: number;
}

const FRAME = 400;
const HOP = 160;
const FFT = 512;
const LOW_HZ = 20;
const HIGH_HZ = 8000;
const PRE_EMPHASIS = 0.97;
/** Smallest energy before the logarithm: the rounding step of float32. */
const FLOOR = 2 ** -23;

/** Frames of `samples` samples; only whole frames count (Kaldi's snip-edges). */
export const kaldiFrameCount = (samples: number): number =>
  samples < FRAME ? 0 : 1 + Math.floor((samples - FRAME) / HOP);

/**
 * Log-mel filter banks as Kaldi's compute-fbank-feats makes them without dither (https://kaldi-asr.org,
 * feat/feature-fbank): 25 ms frames every 10 ms, each without its mean, pre-emphasised by 0.97 within the frame, windowed,
 * power spectrum of 512, triangles over mel from 20 Hz to 8 kHz, natural logarithm. Keep one per thread.
 */
export class KaldiFbank {
  readonly bands: number;
  readonly #scale: number;
  readonly #window: Float64Array;
  readonly #filters;
  readonly #fft = new PairFft(FFT, FRAME, 2 * FRAME);
  /** Of two frames side by side. */
  readonly #energies: Float64Array;

  constructor(options: KaldiFbankOptions) {
    this.bands = options.bands;
    this.#scale = options.scale;
    this.#filters = kaldiMelFilters(options.bands, LOW_HZ, HIGH_HZ, FFT);
    this.#energies = new Float64Array(2 * options.bands);
    this.#window = Float64Array.from({ length: FRAME }, (_, n) => {
      const turn = Math.cos((2 * Math.PI * n) / (FRAME - 1));
      return options.window === 'povey' ? (0.5 - 0.5 * turn) ** 0.85 : 0.54 - 0.46 * turn;
    });
  }

  /**
   * @param samples 16 kHz in [−1, 1]
   * @returns frames × bands
   */
  compute(samples: Float32Array): Float32Array {
    const count = kaldiFrameCount(samples.length);
    const out = new Float32Array(count * this.bands);
    const energies = this.#energies;
    for (let t = 0; t < count; t += 2) {
      // The last one of an odd number has no partner but itself.
      const frames = Math.min(2, count - t);
      for (let k = 0; k < frames; k++) this.#prepare(samples, (t + k) * HOP, k * FRAME);
      this.#fft.transform(0, (frames - 1) * FRAME);
      applyFiltersToPair(this.#filters, this.#fft.power, energies);
      for (let k = 0; k < frames; k++) {
        const offset = (t + k) * this.bands;
        for (let j = 0; j < this.bands; j++) out[offset + j] = Math.log(Math.max(energies[2 * j + k]!, FLOOR));
      }
    }
    return out;
  }

  /** One frame without its mean, pre-emphasised and windowed, into the transform's memory at `offset`. */
  #prepare(samples: Float32Array, start: number, offset: number): void {
    const { sound } = this.#fft;
    let mean = 0;
    for (let n = 0; n < FRAME; n++) mean += samples[start + n]!;
    mean /= FRAME;
    let before = this.#scale * (samples[start]! - mean);
    for (let n = 0; n < FRAME; n++) {
      const value = this.#scale * (samples[start + n]! - mean);
      sound[offset + n] = (value - PRE_EMPHASIS * before) * this.#window[n]!;
      before = value;
    }
  }
}

/** Takes each band's mean over all frames away, in place: what the speaker nets expect of a chunk. */
export function subtractMean(features: Float32Array, bands: number): Float32Array {
  const count = features.length / bands;
  for (let j = 0; j < bands; j++) {
    let mean = 0;
    for (let t = 0; t < count; t++) mean += features[t * bands + j]!;
    mean /= count;
    for (let t = 0; t < count; t++) features[t * bands + j]! -= mean;
  }
  return features;
}
