import { Tensor } from 'onnxruntime-node';
import { AppError } from '#shared/api/errors.ts';
import type { Kernel } from '../../kernel.ts';
import { PcmReader } from '../pcm-reader.ts';
import { NemoMel, nemoFrameCount } from './nemo-mel.ts';

/** Speakers the net tells apart. */
export const SORTFORMER_SPEAKERS = 4;

export interface SortformerInput {
  modelPath: string;
  pcmPath: string;
}

/**
 * Sortformer over the whole recording in one run, which cannot be interrupted. Output: frames of 80 ms × 4 probabilities.
 * @throws AppError `bad-input` for a net of another shape
 */
export const sortformer: Kernel<SortformerInput, Float32Array> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const pcm = new PcmReader(input.pcmPath);
  let features: Float32Array;
  try {
    features = new NemoMel().compute(pcm.readFloat(0, pcm.totalSamples));
  } finally {
    pcm.close();
  }
  const frames = nemoFrameCount(pcm.totalSamples);
  if (frames === 0) return { output: new Float32Array(0) };
  context.checkCancelled();
  const feeds: Record<string, Tensor> = {
    [session.inputNames[0]!]: new Tensor('float32', features, [1, features.length / frames, frames]),
  };
  // Exports of NeMo take the number of frames as well.
  const length = session.inputNames[1];
  if (length !== undefined) feeds[length] = new Tensor('int64', BigInt64Array.of(BigInt(frames)), [1]);
  const result = await session.run(feeds);
  const { data, dims } = result[session.outputNames[0]!]!;
  if (dims[dims.length - 1] !== SORTFORMER_SPEAKERS) {
    throw new AppError('bad-input', `The net gives ${dims.join(' × ')} values, not frames × 4.`, {
      file: input.modelPath,
      fix: 'Use an export of nvidia/diar_sortformer_4spk-v1.',
    });
  }
  const output = Float32Array.from(data as Float32Array);
  return { output, transfer: [output.buffer] };
};
