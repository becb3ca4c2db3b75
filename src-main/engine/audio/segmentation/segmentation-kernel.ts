import { Tensor } from 'onnxruntime-node';
import { AppError } from '#shared/api/errors.ts';
import type { Kernel } from '../../kernel.ts';
import { PcmReader } from '../pcm-reader.ts';
import { CHUNK_FRAMES, CHUNK_SAMPLES } from './chunk-grid.ts';
import { decodePowerset, POWERSET_OF_THREE } from './powerset.ts';

export interface SegmentationInput {
  modelPath: string;
  pcmPath: string;
  /** Windows [first, end) of the recording. */
  firstChunk: number;
  endChunk: number;
  hopSamples: number;
}

/**
 * Speakers of each window by segmentation-3.0, window by window (one takes about 100 ms). Output: sets of bits, windows ×
 * frames, as numbers.
 * @throws AppError `bad-input` for a net of another shape
 */
export const segmentation: Kernel<SegmentationInput, Float32Array> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const out = new Float32Array((input.endChunk - input.firstChunk) * CHUNK_FRAMES);
  const pcm = new PcmReader(input.pcmPath);
  try {
    for (let chunk = input.firstChunk; chunk < input.endChunk; chunk++) {
      context.checkCancelled();
      const sound = pcm.readFloat(chunk * input.hopSamples, CHUNK_SAMPLES);
      const result = await session.run({
        [session.inputNames[0]!]: new Tensor('float32', sound, [1, 1, CHUNK_SAMPLES]),
      });
      const { data, dims } = result[session.outputNames[0]!]!;
      if (dims[1] !== CHUNK_FRAMES || dims[2] !== POWERSET_OF_THREE.length) {
        throw new AppError('bad-input', `The net gives ${dims.join(' × ')} values for 10 s, not 1 × 589 × 7.`, {
          file: input.modelPath,
          fix: 'Use an export of pyannote/segmentation-3.0, or a net fine-tuned from it with the same classes.',
        });
      }
      out.set(decodePowerset(data as Float32Array), (chunk - input.firstChunk) * CHUNK_FRAMES);
    }
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};
