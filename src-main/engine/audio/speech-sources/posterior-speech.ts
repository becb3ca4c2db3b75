import { z } from 'zod';
import type { Stage } from '../../stage.ts';
import { crdnnRules, hysteresisRegions, pyannoteRules } from '../hysteresis.ts';
import type { HysteresisRules } from '../hysteresis.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { POSTERIOR_STEP_SEC } from '../pyannote-frames.ts';
import { vadStepCount } from '../silero-kernel.ts';
import { resampledVad } from './vad-grid.ts';
import { writeSpeech } from './write-speech.ts';

const paramsWith = (rules: HysteresisRules) =>
  z.object({
    onset: z.number().min(0).max(1).default(rules.onset).describe('Speech starts above this posterior'),
    offset: z.number().min(0).max(1).default(rules.offset).describe('Speech ends below this posterior'),
    fillGapSec: z.number().min(0).max(5).default(rules.fillGapSec).describe('Gaps up to this are filled, seconds'),
    dropShortSec: z
      .number()
      .min(0)
      .max(5)
      .default(rules.dropShortSec)
      .describe('Stretches up to this are dropped, seconds'),
    meanAtLeast: z
      .number()
      .min(0)
      .max(1)
      .default(rules.meanAtLeast)
      .describe('Stretches whose mean posterior is below this are dropped'),
  });

/**
 * Speech regions from the posterior of node `sad` by two thresholds. Output: `speech.json`.
 * @param stepSec seconds of one value of the posterior
 */
function posteriorSpeechStage(
  id: string,
  rules: HysteresisRules,
  stepSec: number,
): Stage<ReturnType<typeof paramsWith>> {
  return {
    id,
    version: '1',
    label: 'Finding speech',
    params: paramsWith(rules),
    models: [],
    async run(context) {
      const posterior = await context.input('sad').readFloat32('posterior.f32');
      const durationSec = pcmSampleCount(context.input('pcm').path('pcm.s16')) / SAMPLE_RATE_HZ;
      const regions = hysteresisRegions(posterior, stepSec, durationSec, {
        ...rules,
        ...context.params,
        offset: Math.min(context.params.onset, context.params.offset),
      });
      await writeSpeech(context, regions);
    },
  };
}

/** The posterior of node `sad` as `vad.f32`, 32 ms a value. */
function posteriorVadStage(id: string, stepSec: number): Stage<z.ZodObject> {
  return {
    id,
    version: '1',
    label: 'Listening for speech',
    params: z.object({}),
    models: [],
    artifacts: { vad: 'vad.f32' },
    async run(context) {
      const posterior = await context.input('sad').readFloat32('posterior.f32');
      const steps = vadStepCount(pcmSampleCount(context.input('pcm').path('pcm.s16')));
      await context.writeArray('vad.f32', resampledVad(posterior, stepSec, steps));
    },
  };
}

/** Threshold published with pyannote's speech net trained on DIHARD. */
const PYANNOTE_DIHARD_THRESHOLD = 0.539;
/** Frames of CRDNN and FSMN. */
const TEN_MS_SEC = 0.01;

export const pyannoteVadStage = posteriorVadStage('pyannote-vad', POSTERIOR_STEP_SEC);
export const pyannoteSpeechRegionsStage = posteriorSpeechStage(
  'pyannote-speech-regions',
  pyannoteRules(PYANNOTE_DIHARD_THRESHOLD),
  POSTERIOR_STEP_SEC,
);
export const tenMsVadStage = posteriorVadStage('ten-ms-vad', TEN_MS_SEC);
export const crdnnSpeechStage = posteriorSpeechStage('crdnn-speech', crdnnRules, TEN_MS_SEC);

/** FSMN as FunASR sets it: speech is 0.6 more probable than silence, 0.8 s of silence end it, it starts 0.2 s early. */
const fsmnRules: HysteresisRules = {
  onset: 0.8,
  offset: 0.8,
  padOnsetSec: 0.2,
  padOffsetSec: 0.1,
  fillGapSec: 0.5,
  dropShortSec: 0.45,
  meanAtLeast: 0,
};
export const fsmnSpeechStage = posteriorSpeechStage('fsmn-speech', fsmnRules, TEN_MS_SEC);
