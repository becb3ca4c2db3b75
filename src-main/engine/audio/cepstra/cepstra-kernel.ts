import type { Kernel } from '../../kernel.ts';
import { PcmReader } from '../pcm-reader.ts';
import { CEPSTRAL_HOP_SAMPLES, CepstralFrames, cepstralKinds } from './cepstral-frames.ts';
import type { CepstralName } from './cepstral-frames.ts';

/** About 30 ms of work. */
const FRAMES_PER_BLOCK = 1000;

export interface CepstraInput {
  pcmPath: string;
  kind: CepstralName;
  /** Frames [first, end) of the recording. */
  firstFrame: number;
  endFrame: number;
}

/** Cepstra of a stretch of the recording, frames × size. */
export const cepstra: Kernel<CepstraInput, Float32Array> = async (context, input) => {
  const frames = new CepstralFrames(cepstralKinds[input.kind]);
  const out = new Float32Array((input.endFrame - input.firstFrame) * frames.size);
  const pcm = new PcmReader(input.pcmPath);
  try {
    for (let first = input.firstFrame; first < input.endFrame; first += FRAMES_PER_BLOCK) {
      context.checkCancelled();
      const count = Math.min(FRAMES_PER_BLOCK, input.endFrame - first);
      const samples = (count - 1) * CEPSTRAL_HOP_SAMPLES + frames.kind.frameSamples;
      const block = frames.compute(pcm.readFloat(first * CEPSTRAL_HOP_SAMPLES, samples));
      out.set(block, (first - input.firstFrame) * frames.size);
    }
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};
