import type { Kernel } from '../kernel.ts';
import { cosineTransform, transformInto } from './front-ends/cosine-transform.ts';
import { LogMel, MEL_BANDS, melFrameCount } from './log-mel.ts';
import { PcmReader } from './pcm-reader.ts';

/** Cepstral coefficients kept, from the first; the zeroth is the level, which is no property of a voice. */
export const CEPSTRA = 20;
/** Mel frames of one block: 40 ms. */
export const BLOCK_FRAMES = 4;
/** Blocks a second. */
export const BLOCK_RATE_HZ = 25;
/** Values of a block: mean of each coefficient, mean of its square, mean level (20·log10 of energy). */
export const BLOCK_SIZE = 2 * CEPSTRA + 1;
/** Mel frames worked on at once: 16 s. */
const RUN_FRAMES = 1600;

export interface VoiceCepstraInput {
  pcmPath: string;
  /** Level factor of the whole recording, see `voice-level`. */
  gain: number;
  /** Mel frames of the piece; the first a multiple of 4. */
  firstMel: number;
  endMel: number;
}

/** Cepstra of one piece of a recording, summed up in blocks of 40 ms. Output: blocks × 41. */
export const voiceCepstra: Kernel<VoiceCepstraInput, Float32Array> = async (context, input) => {
  const pcm = new PcmReader(input.pcmPath);
  try {
    const mel = new LogMel();
    const table = cosineTransform(MEL_BANDS, CEPSTRA + 1);
    const end = Math.min(input.endMel, melFrameCount(pcm.totalSamples));
    const out = new Float32Array(Math.ceil((end - input.firstMel) / BLOCK_FRAMES) * BLOCK_SIZE);
    const values = new Float64Array(MEL_BANDS);
    const cepstra = new Float32Array(CEPSTRA + 1);
    for (let first = input.firstMel; first < end; first += RUN_FRAMES) {
      context.checkCancelled();
      const count = Math.min(RUN_FRAMES, end - first);
      const decibels = mel.fromFile(pcm, input.gain, first, count);
      for (let t = 0; t < count; t++) {
        for (let j = 0; j < MEL_BANDS; j++) values[j] = decibels[t * MEL_BANDS + j]!;
        transformInto(table, values, cepstra, 0);
        const at = Math.floor((first - input.firstMel + t) / BLOCK_FRAMES) * BLOCK_SIZE;
        const inBlock = Math.min(BLOCK_FRAMES, end - input.firstMel - (at / BLOCK_SIZE) * BLOCK_FRAMES);
        for (let k = 0; k < CEPSTRA; k++) {
          const value = cepstra[k + 1]!;
          out[at + k]! += value / inBlock;
          out[at + CEPSTRA + k]! += (value * value) / inBlock;
        }
        // The zeroth coefficient of the orthonormal transform is the mean level times the root of the bands.
        out[at + 2 * CEPSTRA]! += cepstra[0]! / Math.sqrt(MEL_BANDS) / inBlock;
      }
    }
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};
