import { z } from 'zod';
import type { Stage } from '../stage.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from './pcm-reader.ts';
import { VAD_STEP_SAMPLES } from './silero-kernel.ts';
import { speechRegions } from './vad-timestamps.ts';

const params = z.object({
  onset: z.number().min(0).max(1).default(0.5).describe('Speech starts at or above this probability'),
  offset: z.number().min(0).max(1).default(0.35).describe('Speech may end below this probability'),
  minSpeechSec: z.number().min(0).max(10).default(0.25).describe('Shorter stretches of speech are dropped, seconds'),
  minSilenceSec: z.number().min(0).max(10).default(0.1).describe('Shorter pauses do not end a stretch, seconds'),
  padSec: z.number().min(0).max(1).default(0.03).describe('Added on each side of a stretch, seconds'),
});

/** What `speech.json` holds. */
export const speechSchema = z.object({
  durationSec: z.number(),
  regions: z.array(z.object({ startSec: z.number(), endSec: z.number() })),
});

/** Speech regions from the probabilities of node `vad` (published thresholds of Silero). Output: `speech.json`. */
export const speechRegionsStage: Stage<typeof params> = {
  id: 'speech-regions',
  version: '1',
  label: 'Finding speech',
  params,
  models: [],
  async run(context) {
    const probabilities = await context.input('vad').readFloat32('vad.f32');
    const durationSec = pcmSampleCount(context.input('pcm').path('pcm.s16')) / SAMPLE_RATE_HZ;
    const regions = speechRegions(probabilities, VAD_STEP_SAMPLES / SAMPLE_RATE_HZ, durationSec, {
      ...context.params,
      // A threshold pair the wrong way round would never end a stretch.
      offset: Math.min(context.params.offset, context.params.onset),
    });
    if (regions.length === 0) {
      context.warn(
        durationSec > 0 ? 'No speech was found in this recording.' : 'This recording holds no sound at all.',
      );
    }
    await context.writeJson('speech.json', { durationSec, regions });
  },
};
