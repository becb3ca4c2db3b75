import type { Kernel } from '../kernel.ts';
import { PcmReader } from './pcm-reader.ts';
import { levelGain } from './voice-level.ts';

/** Level factor of a whole recording, on a worker thread. */
export const voiceLevel: Kernel<{ pcmPath: string }, number> = async (context, input) => {
  const pcm = new PcmReader(input.pcmPath);
  try {
    return { output: levelGain(pcm, () => context.checkCancelled()) };
  } finally {
    pcm.close();
  }
};
