import { applyFiltersToPair, binMelFilters } from './front-ends/mel-filters.ts';
import { PairFft } from './pair-fft/pair-fft.ts';
import type { PcmReader } from './pcm-reader.ts';
import { FFT_SIZE } from './real-fft.ts';

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

/** Frames worked on at once: what lies in memory then stays near the processor. */
const BLOCK_FRAMES = 64;
const BLOCK_SAMPLES = (BLOCK_FRAMES - 1) * HOP_SAMPLES + FRAME_SAMPLES;
const INT16_SCALE = 32_768;

/** Computes log-mel frames; holds work arrays, so keep one per thread. */
export class LogMel {
  readonly #fft = new PairFft(FFT_SIZE, FRAME_SAMPLES, BLOCK_SAMPLES);
  readonly #energies = new Float64Array(2 * MEL_BANDS);
  /** One sample before the block, for the pre-emphasis. */
  readonly #raw = new Int16Array(BLOCK_SAMPLES + 1);

  /**
   * Frames of an already pre-emphasised signal: frame t covers samples 160t … 160t+399.
   * @returns `frameCount` × 40 values, dB (20·log10), floor −100
   */
  fromEmphasised(samples: Float32Array, frameCount: number): Float32Array {
    return this.#inBlocks(frameCount, (firstFrame) => {
      const part = samples.subarray(firstFrame * HOP_SAMPLES, firstFrame * HOP_SAMPLES + BLOCK_SAMPLES);
      this.#fft.sound.set(part);
      this.#fft.sound.fill(0, part.length);
    });
  }

  /**
   * Frames [first, first + count) of a recording on disk, its level multiplied by `gain`. Equal to the same frames of a
   * run over the whole file.
   */
  fromFile(pcm: PcmReader, gain: number, first: number, count: number): Float32Array {
    const { sound } = this.#fft;
    const raw = this.#raw;
    return this.#inBlocks(count, (blockFrame) => {
      const start = (first + blockFrame) * HOP_SAMPLES;
      // Before the file there is nothing; behind it not even the echo of its last sample.
      pcm.readInt16(start - 1, raw);
      const inFile = Math.max(0, Math.min(BLOCK_SAMPLES, pcm.totalSamples - start));
      for (let i = 0; i < inFile; i++) {
        const value = raw[i + 1]! / INT16_SCALE - PRE_EMPHASIS * (raw[i]! / INT16_SCALE);
        sound[i] = Math.fround(gain * value);
      }
      sound.fill(0, inFile);
    });
  }

  /** @param fill puts the sound from a frame on into the transform's memory */
  #inBlocks(frameCount: number, fill: (firstFrame: number) => void): Float32Array {
    const out = new Float32Array(frameCount * MEL_BANDS);
    for (let firstFrame = 0; firstFrame < frameCount; firstFrame += BLOCK_FRAMES) {
      fill(firstFrame);
      const frames = Math.min(BLOCK_FRAMES, frameCount - firstFrame);
      for (let t = 0; t < frames; t += 2) {
        const second = Math.min(t + 1, frames - 1);
        this.#fft.transform(t * HOP_SAMPLES, second * HOP_SAMPLES);
        applyFiltersToPair(filters, this.#fft.power, this.#energies);
        this.#write(out, (firstFrame + t) * MEL_BANDS, 0);
        if (second > t) this.#write(out, (firstFrame + second) * MEL_BANDS, 1);
      }
    }
    return out;
  }

  #write(out: Float32Array, offset: number, frame: 0 | 1): void {
    const energies = this.#energies;
    for (let j = 0; j < MEL_BANDS; j++) {
      out[offset + j] = 20 * Math.log10(Math.max(energies[2 * j + frame]! / FFT_SIZE, ENERGY_FLOOR));
    }
  }
}

/** y[0] = x[0], y[n] = x[n] − 0.97·x[n−1]. */
export function preEmphasise(samples: Float32Array): Float32Array {
  const out = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) out[i] = samples[i]! - (i > 0 ? PRE_EMPHASIS * samples[i - 1]! : 0);
  return out;
}
