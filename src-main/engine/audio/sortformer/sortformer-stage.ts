import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { hysteresisRegions, sortformerRules } from '#shared/signal/hysteresis.ts';
import type { HysteresisRules } from '#shared/signal/hysteresis.ts';
import type { LabelledSpan } from '../../cluster/labelled-spans.ts';
import type { Stage } from '../../stage.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { SORTFORMER_SPEAKERS } from './sortformer-kernel.ts';

/** Longer recordings need more memory than computers have: attention grows with the square of the length. */
const MAX_SEC = 900;
const FRAME_SEC = 0.08;

const params = z.object({
  post: z
    .enum(['dihard3', 'callhome'])
    .default('dihard3')
    .describe('Published thresholds and least durations: dihard3 or callhome'),
});

/** Sortformer on node `pcm`. Outputs: `posterior.f32` (frames of 80 ms × 4), `segments.json`. */
export const sortformerStage: Stage<typeof params> = {
  id: 'sortformer',
  version: '1',
  label: 'Listening for speakers',
  params,
  models: ['sortformer-4spk-v1'],
  async run(context) {
    const pcmPath = context.input('pcm').path('pcm.s16');
    const durationSec = pcmSampleCount(pcmPath) / SAMPLE_RATE_HZ;
    if (durationSec > MAX_SEC) {
      throw new AppError('unsupported', `Sortformer takes ${MAX_SEC / 60} minutes at once, this is longer.`, {
        fix: 'Choose a part of the recording, or another system.',
      });
    }
    const posterior = await context.kernel('sortformer', {
      modelPath: context.model('sortformer-4spk-v1').path,
      pcmPath,
    });
    const segments = posteriorSpans(posterior, SORTFORMER_SPEAKERS, durationSec, sortformerRules[context.params.post]);
    if (segments.length === 0) context.warn('No speech was found in this recording.');
    await context.writeArray('posterior.f32', posterior);
    await context.writeJson('segments.json', { segments });
  },
};

/** Stretches of each speaker of a matrix of posteriors; their confidence is the mean posterior inside. */
export function posteriorSpans(
  posterior: Float32Array,
  speakers: number,
  durationSec: number,
  rules: HysteresisRules,
): LabelledSpan[] {
  const frames = posterior.length / speakers;
  return Array.from({ length: speakers }, (_, label) => {
    const column = Float64Array.from({ length: frames }, (_unused, t) => posterior[t * speakers + label]!);
    return hysteresisRegions(column, FRAME_SEC, durationSec, rules).map(({ startSec, endSec }): LabelledSpan => {
      const first = Math.floor(startSec / FRAME_SEC + 1e-6);
      const part = column.subarray(first, Math.max(first + 1, Math.ceil(endSec / FRAME_SEC - 1e-6)));
      const mean = part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
      return { startSec, endSec, label, confidence: Math.max(0, Math.min(1, mean)) };
    });
  })
    .flat()
    .sort((a, b) => a.startSec - b.startSec || a.label - b.label);
}
