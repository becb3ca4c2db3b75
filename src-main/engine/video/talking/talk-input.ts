import { z } from 'zod';
import { speechSchema } from '../../audio/speech-regions.ts';
import { VAD_STEP_SAMPLES } from '../../audio/silero-kernel.ts';
import { SAMPLE_RATE_HZ } from '../../audio/pcm-reader.ts';
import { decodedFile } from '../../media-stages.ts';
import type { StageContext } from '../../stage.ts';
import { lipsFile } from '../lips/lip-file.ts';
import { trackIndexFile, trackIndexSchema, type TrackIndex } from '../tracking/track-file.ts';
import { FRAME_RATE_HZ, speechByFrame } from './speech-level.ts';

/** Where the sound starts on the picture's clock: above 0 when only a part of the file is worked on. */
const soundStartSchema = z.object({ startSec: z.number() });

/** What lips are compared with, and the faces they belong to. */
export interface FacesAndSound {
  readonly tracks: TrackIndex['tracks'];
  /** All of `lips.f32`. */
  readonly lips: Float32Array;
  /** By frame of the picture from t = 0, as far as there are faces. */
  readonly level: Float32Array;
  readonly startSec: number;
  readonly frameCount: number;
}

/** Inputs `pcm`, `face-tracks` and `face-views` of a stage; loudness is measured on a worker thread. */
export async function readFacesAndSound(context: StageContext<unknown>): Promise<FacesAndSound> {
  const { tracks } = await context.input('face-tracks').readJson(trackIndexFile, trackIndexSchema);
  const lips = await context.input('face-views').readFloat32(lipsFile);
  const pcm = context.input('pcm');
  const { startSec } = await pcm.readJson(decodedFile, soundStartSchema);
  const frameCount = tracks.reduce((most, track) => Math.max(most, track.firstFrame + track.frameCount), 0);
  const level = await context.kernel('speech-level', { pcmPath: pcm.path('pcm.s16'), startSec, frameCount });
  return { tracks, lips, level, startSec, frameCount };
}

/** Probability of speech by frame of the picture, from input `vad`. */
export async function readSpeech(
  context: StageContext<unknown>,
  { startSec, frameCount }: FacesAndSound,
): Promise<Float32Array> {
  const probabilities = await context.input('vad').readFloat32('vad.f32');
  return speechByFrame(probabilities, VAD_STEP_SAMPLES / SAMPLE_RATE_HZ, startSec, frameCount);
}

/** 1 in the frames that lie in regions of input `speech`, else 0. */
export async function readSpeechRegions(
  context: StageContext<unknown>,
  { startSec, frameCount }: FacesAndSound,
): Promise<Float32Array> {
  const { regions } = await context.input('speech').readJson('speech.json', speechSchema);
  const speech = new Float32Array(frameCount);
  for (const region of regions) {
    const from = Math.round((startSec + region.startSec) * FRAME_RATE_HZ);
    const to = Math.round((startSec + region.endSec) * FRAME_RATE_HZ);
    if (to > 0 && from < frameCount) speech.fill(1, Math.max(0, from), to);
  }
  return speech;
}
