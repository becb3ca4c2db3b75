import type { PcmReader } from './pcm-reader.ts';
import { FFT_BINS, FFT_SIZE, RealFft512 } from './real-fft.ts';

/**
 * Log-mel front end of the project's own voice embedder (models/diarist-voice/card.md): 40 triangular HTK-mel filters
 * over the power spectrum of pre-emphasised, rectangular 25 ms frames every 10 ms, as 20·log10.
 */
export const MEL_BANDS = 40;
export const FRAME_SAMPLES = 400;
export const HOP_SAMPLES = 160;
/** Mel frames a second. */
export const MEL_RATE_HZ = 100;
const ENERGY_FLOOR = 1e-5;
const PRE_EMPHASIS = 0.97;

/** Mel frames of a recording of `totalSamples`; the last one is zero-padded. */
export function melFrameCount(totalSamples: number): number {
  return Math.max(1, 1 + Math.ceil((totalSamples - FRAME_SAMPLES) / HOP_SAMPLES));
}

interface Filter {
  firstBin: number;
  weights: Float64Array;
}

const filters: Filter[] = (() => {
  const melOf = (hz: number) => 2595 * Math.log10(1 + hz / 700);
  const hzOf = (mel: number) => 700 * (10 ** (mel / 2595) - 1);
  const top = melOf(8000);
  const edges = Array.from({ length: MEL_BANDS + 2 }, (_, j) =>
    Math.floor(((FFT_SIZE + 1) * hzOf((top * j) / (MEL_BANDS + 1))) / 16_000),
  );
  return Array.from({ length: MEL_BANDS }, (_, j) => {
    const low = edges[j]!;
    const middle = edges[j + 1]!;
    const high = edges[j + 2]!;
    const weights = new Float64Array(Math.max(0, high - low));
    for (let i = low; i < middle; i++) weights[i - low] = (i - low) / (middle - low);
    for (let i = middle; i < high; i++) weights[i - low] = (high - i) / (high - middle);
    return { firstBin: low, weights };
  });
})();

/** Computes log-mel frames; holds work arrays, so keep one per thread. */
export class LogMel {
  readonly #fft = new RealFft512();
  readonly #power = new Float64Array(FFT_BINS);

  /**
   * Frames of an already pre-emphasised signal: frame t covers samples 160t … 160t+399.
   * @returns `frameCount` × 40 values, dB (20·log10), floor −100
   */
  fromEmphasised(samples: Float32Array, frameCount: number): Float32Array {
    const out = new Float32Array(frameCount * MEL_BANDS);
    const power = this.#power;
    for (let t = 0; t < frameCount; t++) {
      const offset = t * HOP_SAMPLES;
      this.#fft.power(samples, offset, Math.max(0, Math.min(FRAME_SAMPLES, samples.length - offset)), power);
      for (let j = 0; j < MEL_BANDS; j++) {
        const { firstBin, weights } = filters[j]!;
        let energy = 0;
        for (let i = 0; i < weights.length; i++) energy += weights[i]! * power[firstBin + i]!;
        out[t * MEL_BANDS + j] = 20 * Math.log10(Math.max(energy / FFT_SIZE, ENERGY_FLOOR));
      }
    }
    return out;
  }

  /**
   * Frames [first, first + count) of a recording on disk, its level multiplied by `gain`. Equal to the same frames of a
   * run over the whole file.
   */
  fromFile(pcm: PcmReader, gain: number, first: number, count: number): Float32Array {
    const start = first * HOP_SAMPLES;
    const length = (count - 1) * HOP_SAMPLES + FRAME_SAMPLES;
    // One sample before the piece, for the pre-emphasis; before the file there is none.
    const raw = pcm.readFloat(start - 1, length + 1);
    const samples = new Float32Array(length);
    const inFile = Math.min(length, pcm.totalSamples - start);
    for (let i = 0; i < inFile; i++) samples[i] = gain * (raw[i + 1]! - PRE_EMPHASIS * raw[i]!);
    return this.fromEmphasised(samples, count);
  }
}

/** y[0] = x[0], y[n] = x[n] − 0.97·x[n−1]. */
export function preEmphasise(samples: Float32Array): Float32Array {
  const out = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) out[i] = samples[i]! - (i > 0 ? PRE_EMPHASIS * samples[i - 1]! : 0);
  return out;
}
