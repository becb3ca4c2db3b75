import { z } from 'zod';
import { localGridFile, localGridSchema } from '../../audio/segmentation/local-grid.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../../audio/pcm-reader.ts';
import type { Stage } from '../../stage.ts';
import { warnOfTooFew } from '../too-few-speakers.ts';
import type { LocalSpeakersInput } from './local-speakers-kernel.ts';

const params = z.object({
  exclusive: z
    .boolean()
    .default(false)
    .describe('One speaker at a time, as transcripts are aligned with: true or false'),
  maxSpeakers: z.number().int().min(1).max(100).default(20).describe('Most speakers the automatic count may find'),
});

/**
 * Speakers of the recording from the local ones of node `local` and their voices in node `voices`. Output: `segments.json`.
 */
function localSpeakersStage(id: string, method: LocalSpeakersInput['method']): Stage<typeof params> {
  return {
    id,
    version: '1',
    label: 'Grouping voices',
    params,
    models: [],
    usesSpeakers: true,
    async run(context) {
      const durationSec = pcmSampleCount(context.input('pcm').path('pcm.s16')) / SAMPLE_RATE_HZ;
      const { exclusive, maxSpeakers } = context.params;
      const { hopSamples } = await context.input('local').readJson(localGridFile, localGridSchema);
      const { spans, count } = await context.kernel('local-speakers', {
        localPath: context.input('local').path('local.u8'),
        hopSamples,
        embeddings: await context.input('voices').readFloat32('embeddings.f32'),
        method,
        speakers: context.job.speakers ?? { min: 1, max: maxSpeakers },
        exclusive,
        durationSec,
      });
      if (count === 0) {
        context.warn(
          durationSec > 0 ? 'No speech was found in this recording.' : 'This recording holds no sound at all.',
        );
      }
      warnOfTooFew(context, count, count > 0);
      await context.writeJson('segments.json', { segments: spans });
    },
  };
}

export const pyannote31Stage = localSpeakersStage('pyannote-3.1-clusters', 'pyannote-3.1');
export const community1Stage = localSpeakersStage('community-1-clusters', 'community-1');
