import { z } from 'zod';
import { CEPSTRAL_HOP_SEC, cepstralKinds, cepstralSize } from '../../audio/cepstra/cepstral-frames.ts';
import { speechSchema } from '../../audio/speech-regions.ts';
import type { Stage } from '../../stage.ts';
import { warnOfTooFew } from '../too-few-speakers.ts';
import { CLR_THRESHOLD } from './clr-clustering.ts';

const params = z.object({
  windowSec: z
    .number()
    .min(0.5)
    .max(10)
    .default(2.5)
    .describe('Length of the two windows whose difference shows a change, and least distance of changes, seconds'),
  linearLambda: z.number().min(0).max(20).default(2).describe('Penalty of the BIC that joins neighbours'),
  hierarchicalLambda: z
    .number()
    .min(0)
    .max(20)
    .default(3)
    .describe('Penalty of the BIC that joins all segments; higher finds fewer speakers'),
  clustering: z
    .enum(['bic', 'clr', 'ce', 'ilp'])
    .default('bic')
    .describe('What follows the BIC: nothing, clr (cross likelihood), ce (cross entropy) or ilp (linear program)'),
  clrThreshold: z
    .number()
    .min(0)
    .max(10)
    .default(CLR_THRESHOLD)
    .describe('Cross likelihood below which two clusters are one speaker'),
  maxSpeakers: z.number().int().min(1).max(100).default(100).describe('Most speakers the automatic count may find'),
});

/**
 * LIUM SpkDiarization (https://projets-lium.univ-lemans.fr/spkdiarization) on the cepstra of node `cepstra` in the speech
 * of node `speech`. Output: `segments.json`.
 */
export const liumStage: Stage<typeof params> = {
  id: 'lium',
  version: '2',
  label: 'Grouping voices',
  params,
  models: [],
  usesSpeakers: true,
  async run(context) {
    const { regions } = await context.input('speech').readJson('speech.json', speechSchema);
    const { windowSec, maxSpeakers, ...rules } = context.params;
    const asked = context.job.speakers;
    const { spans, count } = await context.kernel('lium', {
      cepstraPath: context.input('cepstra').path('cepstra.f32'),
      size: cepstralSize(cepstralKinds.sphinx),
      hopSec: CEPSTRAL_HOP_SEC,
      regions,
      speakers: asked ?? { min: 1, max: maxSpeakers },
      rules: { ...rules, windowFrames: Math.round(windowSec / CEPSTRAL_HOP_SEC) },
    });
    warnOfTooFew(context, count, regions.length > 0);
    await context.writeJson('segments.json', { segments: spans });
  },
};
