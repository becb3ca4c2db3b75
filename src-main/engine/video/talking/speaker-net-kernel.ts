import { Tensor } from 'onnxruntime-node';
import type { Kernel } from '../../kernel.ts';
import { VISUAL_DIMS } from './speaker-nets.ts';
import { CEPSTRA, CEPSTRA_PER_FRAME, readCepstra } from './cepstra-input.ts';
import { FRAME_RATE_HZ } from './speech-level.ts';

/** The published nets listen and look in pieces of so many seconds; the mean of all counts. */
const CHUNK_SEC = [1, 2, 3, 4, 5, 6];
/** Frames of the running mean over the result. */
const SMOOTH_FRAMES = 5;

export interface SpeakerNetInput {
  readonly audioPath: string;
  readonly backendPath: string;
  readonly pcmPath: string;
  /** Sample that is heard when the first frame is seen. */
  readonly firstSample: number;
  /** What the visual part saw of consecutive frames of a face, `VISUAL_DIMS` values each. */
  readonly visual: Float32Array<ArrayBuffer>;
}

/**
 * Log odds, as the net gives them, that a face speaks, for each frame: sound and sight over pieces of 1 to 6 s, averaged and
 * smoothed over 5 frames as the authors do. The sound is encoded once for all pieces.
 */
export const speakerNet: Kernel<SpeakerNetInput, Float32Array> = async (context, input) => {
  const audioNet = await context.session(input.audioPath);
  const backend = await context.session(input.backendPath);
  const count = input.visual.length / VISUAL_DIMS;
  const cepstra = readCepstra(input.pcmPath, input.firstSample, count);
  const heard = await audioNet.run({
    [audioNet.inputNames[0]!]: new Tensor('float32', cepstra, [1, count * CEPSTRA_PER_FRAME, CEPSTRA]),
  });
  const audio = heard[audioNet.outputNames[0]!]!.data as Float32Array;
  const sum = new Float64Array(count);
  for (const seconds of CHUNK_SEC) {
    const length = seconds * FRAME_RATE_HZ;
    for (let from = 0; from < count; from += length) {
      context.checkCancelled();
      const to = Math.min(count, from + length);
      const part = (values: Float32Array): Tensor =>
        new Tensor('float32', values.slice(from * VISUAL_DIMS, to * VISUAL_DIMS), [1, to - from, VISUAL_DIMS]);
      const outputs = await backend.run({ audio_embed: part(audio), visual_embed: part(input.visual) });
      const logits = outputs['logit']!.data as Float32Array;
      for (let k = from; k < to; k++) sum[k]! += logits[k - from]! / CHUNK_SEC.length;
    }
  }
  const output = runningMean(sum, SMOOTH_FRAMES);
  return { output, transfer: [output.buffer] };
};

/** Mean over `width` steps about each; fewer at the ends. */
function runningMean(values: Float64Array, width: number): Float32Array<ArrayBuffer> {
  const half = (width - 1) / 2;
  return Float32Array.from({ length: values.length }, (_, at) => {
    const from = Math.max(0, at - half);
    const to = Math.min(values.length, at + half + 1);
    let sum = 0;
    for (let k = from; k < to; k++) sum += values[k]!;
    return sum / (to - from);
  });
}
