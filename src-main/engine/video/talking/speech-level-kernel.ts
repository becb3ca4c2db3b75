import { PcmReader } from '../../audio/pcm-reader.ts';
import type { Kernel } from '../../kernel.ts';
import { speechLevel } from './speech-level.ts';

export interface SpeechLevelInput {
  pcmPath: string;
  /** Where the sound starts on the picture's clock. */
  startSec: number;
  /** Frames of the picture from t = 0. */
  frameCount: number;
}

/** Loudness of the sound by frame of the picture, see `speechLevel`. */
export const speechLevelKernel: Kernel<SpeechLevelInput, Float32Array> = async (context, input) => {
  const pcm = new PcmReader(input.pcmPath);
  try {
    const output = speechLevel(pcm, input.startSec, input.frameCount, () => context.checkCancelled());
    return { output, transfer: [output.buffer as ArrayBuffer] };
  } finally {
    pcm.close();
  }
};
