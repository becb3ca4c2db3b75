import { SAMPLE_RATE_HZ } from '../pcm-reader.ts';

/** Windows of 10 s, as published every second (https://github.com/pyannote/pyannote-audio, segmentation-3.0). */
export const CHUNK_SAMPLES = 10 * SAMPLE_RATE_HZ;
export const CHUNK_HOP_SAMPLES = SAMPLE_RATE_HZ;
/** Frames of a window, their distance and what each of them hears. */
export const CHUNK_FRAMES = 589;
export const FRAME_STEP_SAMPLES = 270;
export const FRAME_REACH_SAMPLES = 991;
/** Speakers told apart inside one window. */
export const LOCAL_SPEAKERS = 3;

export const FRAME_STEP_SEC = FRAME_STEP_SAMPLES / SAMPLE_RATE_HZ;

/** Windows of a recording; the last one is padded with silence if the recording ends inside it. */
export function chunkCount(samples: number, hopSamples = CHUNK_HOP_SAMPLES): number {
  if (samples <= 0) return 0;
  if (samples <= CHUNK_SAMPLES) return 1;
  return 1 + Math.ceil((samples - CHUNK_SAMPLES) / hopSamples);
}

/** Frame of the recording that the first frame of a window is (never halfway between two). */
export const firstFrameOf = (chunk: number, hopSamples = CHUNK_HOP_SAMPLES): number =>
  Math.round((chunk * hopSamples) / FRAME_STEP_SAMPLES);

/** Frames of a recording of so many windows. */
export const frameCountOf = (chunks: number, hopSamples = CHUNK_HOP_SAMPLES): number =>
  chunks === 0 ? 0 : firstFrameOf(chunks - 1, hopSamples) + CHUNK_FRAMES;

/** Middle of a frame, seconds. */
export const frameMiddleSec = (frame: number): number =>
  (frame * FRAME_STEP_SAMPLES + FRAME_REACH_SAMPLES / 2) / SAMPLE_RATE_HZ;
