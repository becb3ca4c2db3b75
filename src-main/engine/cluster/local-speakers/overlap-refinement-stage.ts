import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../../audio/pcm-reader.ts';
import { CHUNK_FRAMES, frameCountOf } from '../../audio/segmentation/chunk-grid.ts';
import { localGridFile, localGridSchema } from '../../audio/segmentation/local-grid.ts';
import { windowsSchema } from '../../audio/voice-embeddings.ts';
import type { Stage } from '../../stage.ts';
import { clustersSchema } from '../speaker-clusters.ts';
import { spansOf } from './local-speakers-kernel.ts';
import { frameLabels, refineOverlap } from './overlap-refinement.ts';

/**
 * Second speakers where the local speakers of node `local` overlap, see {@link refineOverlap}, for the windows of node
 * `embeddings` as node `clusters` labelled them. Output: `segments.json`.
 */
export const overlapRefinementStage: Stage<z.ZodObject> = {
  id: 'overlap-refinement',
  version: '1',
  label: 'Finding overlap',
  params: z.object({}),
  models: [],
  async run(context) {
    const { windows } = await context.input('embeddings').readJson('windows.json', windowsSchema);
    const { labels, speakerCount } = await context.input('clusters').readJson('clusters.json', clustersSchema);
    const { hopSamples } = await context.input('local').readJson(localGridFile, localGridSchema);
    const local = new Uint8Array(await readFile(context.input('local').path('local.u8')));
    const durationSec = pcmSampleCount(context.input('pcm').path('pcm.s16')) / SAMPLE_RATE_HZ;
    const frames = frameLabels(
      windows.map((window, i) => ({ ...window, label: labels[i]! })),
      frameCountOf(local.length / CHUNK_FRAMES, hopSamples),
    );
    const { active, sums } = refineOverlap(local, frames, speakerCount, hopSamples);
    await context.writeJson('segments.json', { segments: spansOf(active, sums, speakerCount, durationSec) });
  },
};
