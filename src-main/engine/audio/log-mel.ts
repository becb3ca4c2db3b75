import { applyFilters, binMelFilters } from './front-ends/mel-filters.ts';
import type { PcmReader } from './pcm-reader.ts';
import { FFT_BINS, FFT_SIZE, RealFft } from './real-fft.ts';

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

const filters = binMelFilters(MEL_BANDS);

/** Computes log-mel frames; holds work arrays, so keep one per thread. */
export class LogMel {
  readonly #fft = new RealFft(FFT_SIZE);
  readonly #power = new Float64Array(FFT_BINS);
  readonly #energies = new Float64Array(MEL_BANDS);

  /**
   * Frames of an already pre-emphasised signal: frame t covers samples 160t … 160t+399.
   * @returns `frameCount` × 40 values, dB (20·log10), floor −100
   */
  fromEmphasised(samples: Float32Array, frameCount: number): Float32Array {
    const out = new Float32Array(frameCount * MEL_BANDS);
    const power = this.#power;
    const energies = this.#energies;
    for (let t = 0; t < frameCount; t++) {
      const offset = t * HOP_SAMPLES;
      this.#fft.power(samples, offset, Math.max(0, Math.min(FRAME_SAMPLES, samples.length - offset)), power);
      applyFilters(filters, power, energies);
      for (let j = 0; j < MEL_BANDS; j++) {
        out[t * MEL_BANDS + j] = 20 * Math.log10(Math.max(energies[j]! / FFT_SIZE, ENERGY_FLOOR));
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
