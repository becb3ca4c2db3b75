import { PythonSpeechFeatures } from '../../audio/front-ends/python-speech-features.ts';
import { PcmReader, SAMPLE_RATE_HZ } from '../../audio/pcm-reader.ts';
import { FRAME_RATE_HZ, FRAME_SAMPLES } from './speech-level.ts';

export const CEPSTRA = 13;
export const CEPSTRA_PER_FRAME = 4;
/** What the last frame of cepstra reaches beyond its hop. */
const REACH_SAMPLES = 240;

/** Sample that is heard when a frame is seen; may lie outside the sound. */
export const sampleAt = (frame: number, startSec: number): number =>
  Math.round((frame / FRAME_RATE_HZ - startSec) * SAMPLE_RATE_HZ);

/** Cepstra of `frames` frames of the picture from a sample on: 4 × 13 values each, as the active-speaker nets take them. */
export function readCepstra(pcmPath: string, firstSample: number, frames: number): Float32Array {
  const pcm = new PcmReader(pcmPath);
  try {
    const samples = new Int16Array(frames * FRAME_SAMPLES + REACH_SAMPLES);
    pcm.readInt16(firstSample, samples);
    return new PythonSpeechFeatures().mfcc(samples).slice(0, frames * CEPSTRA_PER_FRAME * CEPSTRA);
  } finally {
    pcm.close();
  }
}
