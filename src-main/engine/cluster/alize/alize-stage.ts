import { z } from 'zod';
import { CEPSTRAL_HOP_SEC, cepstralKinds, cepstralSize } from '../../audio/cepstra/cepstral-frames.ts';
import { speechSchema } from '../../audio/speech-regions.ts';
import type { Stage } from '../../stage.ts';
import { warnOfTooFew } from '../too-few-speakers.ts';
import { ehmmRules } from './evolutive-hmm.ts';
import { turnDetectionRules } from './turn-detection.ts';

const params = z.object({
  alpha: z
    .number()
    .min(0)
    .max(10)
    .default(turnDetectionRules.alpha)
    .describe('A change of turn stands out by so many standard deviations'),
  selectionSec: z.number().min(0.6).max(60).default(6).describe('Speech that a new speaker is started from, seconds'),
  speakerSec: z.number().min(0.6).max(60).default(6).describe('Speech that a new speaker must keep, seconds'),
  resegmentationSec: z
    .number()
    .min(0)
    .max(60)
    .default(8)
    .describe('Speakers with less speech than this give way at the end, seconds'),
  components: z.number().int().min(1).max(64).default(ehmmRules.components).describe('Gaussians of a speaker'),
  gamma: z
    .number()
    .min(1)
    .max(1000)
    .default(ehmmRules.gamma)
    .describe('Staying with a speaker is so many times as likely as going to a certain other one'),
  maxSpeakers: z.number().int().min(1).max(100).default(40).describe('Most speakers the automatic count may find'),
});

/**
 * LIA_SpkSeg of ALIZÉ (https://github.com/ALIZE-Speaker-Recognition/LIA_RAL) on the cepstra of node `cepstra` in the
 * speech of node `speech`. Output: `segments.json`.
 */
export const alizeStage: Stage<typeof params> = {
  id: 'alize',
  version: '1',
  label: 'Grouping voices',
  params,
  models: [],
  usesSpeakers: true,
  async run(context) {
    const { regions } = await context.input('speech').readJson('speech.json', speechSchema);
    const { alpha, selectionSec, speakerSec, resegmentationSec, components, gamma, maxSpeakers } = context.params;
    const framesOf = (seconds: number): number => Math.round(seconds / CEPSTRAL_HOP_SEC);
    const { spans, count } = await context.kernel('alize', {
      cepstraPath: context.input('cepstra').path('cepstra.f32'),
      size: cepstralSize(cepstralKinds.lfcc),
      hopSec: CEPSTRAL_HOP_SEC,
      regions,
      speakers: context.job.speakers ?? { min: 1, max: maxSpeakers },
      turns: { ...turnDetectionRules, alpha },
      rules: {
        ...ehmmRules,
        components,
        gamma,
        selectionFrames: framesOf(selectionSec),
        speakerFrames: framesOf(speakerSec),
        resegmentationFrames: framesOf(resegmentationSec),
      },
    });
    warnOfTooFew(context, count, regions.length > 0);
    await context.writeJson('segments.json', { segments: spans });
  },
};
