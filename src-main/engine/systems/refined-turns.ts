import { z } from 'zod';
import { hypothesisSegmentSchema } from '#shared/domain/hypothesis.ts';
import { changePoints } from '../audio/change-points.ts';
import { PcmReader } from '../audio/pcm-reader.ts';
import { POSTERIOR_STEP_SEC } from '../audio/pyannote-frames.ts';
import { quietestMoment, refinedBorders } from '../audio/turn-borders.ts';
import type { Stage } from '../stage.ts';

const params = z.object({
  changeAbove: z
    .number()
    .min(0)
    .max(1)
    .default(0.146)
    .describe('A change of speaker is a peak of the posterior above this'),
});
const schema = z.object({ segments: z.array(hypothesisSegmentSchema) });
const startSchema = z.object({ startSec: z.number() });

/**
 * The turns of node `turns` with their borders where the speaker changes, see {@link refinedBorders}: by the posterior of
 * node `changes` if that net is installed, else by quiet. Output: `hypothesis.json`.
 */
export const refinedTurnsStage: Stage<typeof params> = {
  id: 'refined-turns',
  version: '1',
  label: 'Placing borders',
  params,
  models: [],
  async run(context) {
    const { segments } = await context.input('turns').readJson('hypothesis.json', schema);
    const { startSec } = await context.input('pcm').readJson('decoded.json', startSchema);
    const posterior = await context.input('changes').readFloat32('posterior.f32');
    const changes = changePoints(posterior, POSTERIOR_STEP_SEC, context.params.changeAbove, 0.1);
    const pcm = new PcmReader(context.input('pcm').path('pcm.s16'));
    try {
      const refined = refinedBorders(
        segments,
        changes.map((sec) => sec + startSec),
        (fromSec, toSec, sec) => startSec + quietestMoment(pcm, fromSec - startSec, toSec - startSec, sec - startSec),
      );
      await context.writeJson('hypothesis.json', { segments: refined });
    } finally {
      pcm.close();
    }
  },
};
