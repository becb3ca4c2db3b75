import { Tensor } from 'onnxruntime-node';
import type { Kernel } from '../kernel.ts';
import { PcmReader } from './pcm-reader.ts';

/** Samples of one window of the pyannote v1 nets: what they were trained on. */
export const CHUNK_SAMPLES = 32_000;
/** Distance of windows: each moment is heard in two of them. */
export const CHUNK_HOP_SAMPLES = 16_000;
/** Samples of one value that is kept: 20 ms. */
export const POSTERIOR_STEP_SAMPLES = 320;
/** Frame k of a window is centred on its sample 27k + 162. */
const FRAME_STEP = 27;
const FRAME_CENTRE = 162;
/** Shorter recordings are padded to this: the first layer needs some samples. */
const MIN_SAMPLES = 8000;
/** Windows of one net run, about 100 ms of one core. */
const BATCH = 2;

/** Windows of a recording. */
export const chunkCount = (samples: number): number =>
  samples === 0 ? 0 : Math.max(1, Math.ceil((samples - CHUNK_SAMPLES) / CHUNK_HOP_SAMPLES) + 1);

/** Values of a recording. */
export const posteriorCount = (samples: number): number => Math.ceil(samples / POSTERIOR_STEP_SAMPLES);

/** First sample of a window; the last one ends with the recording, so that no silence is put before the net. */
export const chunkStart = (chunk: number, samples: number): number =>
  Math.max(0, Math.min(chunk * CHUNK_HOP_SAMPLES, samples - CHUNK_SAMPLES));

export interface PyannoteFramesInput {
  modelPath: string;
  pcmPath: string;
  /** Windows [first, end) of the recording. */
  firstChunk: number;
  endChunk: number;
}

/** First value a group of windows can say something about. */
export const firstPosterior = (chunk: number, samples: number): number =>
  Math.floor(chunkStart(chunk, samples) / POSTERIOR_STEP_SAMPLES);

/**
 * Posterior of a pyannote v1 net (speech, overlap, speaker change; https://github.com/pyannote/pyannote-audio-hub) for a
 * group of windows, gathered in steps of 20 ms. Output: sums, then counts, of the steps from `firstPosterior` on.
 */
export const pyannoteFrames: Kernel<PyannoteFramesInput, Float32Array> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const pcm = new PcmReader(input.pcmPath);
  try {
    const total = pcm.totalSamples;
    const firstStep = firstPosterior(input.firstChunk, total);
    const lastStart = chunkStart(input.endChunk - 1, total);
    const steps =
      Math.min(posteriorCount(total), Math.ceil((lastStart + CHUNK_SAMPLES) / POSTERIOR_STEP_SAMPLES)) - firstStep;
    const out = new Float32Array(2 * steps);
    const length = Math.max(MIN_SAMPLES, Math.min(CHUNK_SAMPLES, total));
    for (let chunk = input.firstChunk; chunk < input.endChunk; chunk += BATCH) {
      context.checkCancelled();
      const count = Math.min(BATCH, input.endChunk - chunk);
      const sound = new Float32Array(count * length);
      for (let k = 0; k < count; k++) sound.set(pcm.readFloat(chunkStart(chunk + k, total), length), k * length);
      const result = await session.run({
        [session.inputNames[0]!]: new Tensor('float32', sound, [count, 1, length]),
      });
      const { data, dims } = result[session.outputNames[0]!]!;
      const frames = dims[1]!;
      for (let k = 0; k < count; k++) {
        const start = chunkStart(chunk + k, total);
        for (let f = 0; f < frames; f++) {
          const step = Math.floor((start + FRAME_STEP * f + FRAME_CENTRE) / POSTERIOR_STEP_SAMPLES) - firstStep;
          if (step >= steps) break;
          out[step]! += (data as Float32Array)[k * frames + f]!;
          out[steps + step]! += 1;
        }
      }
    }
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};
