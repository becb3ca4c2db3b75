import { z } from 'zod';
import type { Stage } from '../stage.ts';
import { hysteresisRegions, pyannoteRules } from './hysteresis.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from './pcm-reader.ts';
import { POSTERIOR_STEP_SEC } from './pyannote-frames.ts';

const published = pyannoteRules(0.4009569122662475);

const params = z.object({
  onset: z.number().min(0).max(1).default(published.onset).describe('A region starts above this posterior'),
  offset: z.number().min(0).max(1).default(published.offset).describe('A region ends below this posterior'),
  fillGapSec: z.number().min(0).max(5).default(published.fillGapSec).describe('Gaps up to this are filled, seconds'),
  dropShortSec: z
    .number()
    .min(0)
    .max(5)
    .default(published.dropShortSec)
    .describe('Regions up to this are dropped, seconds'),
});

/** What `regions.json` holds. */
export const regionsSchema = z.object({
  regions: z.array(z.object({ startSec: z.number(), endSec: z.number() })),
});

/** Regions of overlapped speech from the posterior of node `overlap`. Output: `regions.json`. */
export const overlapRegionsStage: Stage<typeof params> = {
  id: 'overlap-regions',
  version: '1',
  label: 'Finding overlap',
  params,
  models: [],
  async run(context) {
    const posterior = await context.input('overlap').readFloat32('posterior.f32');
    const durationSec = pcmSampleCount(context.input('pcm').path('pcm.s16')) / SAMPLE_RATE_HZ;
    const regions = hysteresisRegions(posterior, POSTERIOR_STEP_SEC, durationSec, {
      ...published,
      ...context.params,
      offset: Math.min(context.params.onset, context.params.offset),
    });
    await context.writeJson('regions.json', { regions });
  },
};
