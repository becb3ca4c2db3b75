import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import type { Stage, StageFiles } from '../stage.ts';
import type { VoiceDivisions } from './voice-divisions.ts';

const params = z.object({
  maxSpeakers: z.number().int().min(1).max(100).default(20).describe('Most speakers that divisions are made for'),
});

const divisionsSchema = z.object({
  counts: z.array(z.number().int()),
  goOn: z.array(z.number()),
  support: z.array(z.number()).optional(),
});

/**
 * Divisions of the windows of node `embeddings` into ever fewer groups, by voice and the cepstra of node `cepstra`. They do
 * not depend on the number of speakers that is asked for, so that another number is a matter of choosing. Outputs:
 * `divisions.json`, `divisions.i32` (group of each window, divisions × windows).
 */
export const voiceDivisionsStage: Stage<typeof params> = {
  id: 'voice-divisions',
  version: '4',
  label: 'Comparing voices',
  params,
  models: [],
  async run(context) {
    const { windows } = await context.input('embeddings').readJson('windows.json', windowsSchema);
    const embeddings = await context.input('embeddings').readFloat32('embeddings.f32');
    const { counts, labels, goOn, support } = await context.kernel('divide-voices', {
      embeddings,
      size: windows.length > 0 ? embeddings.length / windows.length : 1,
      startSec: Float64Array.from(windows, (window) => window.startSec),
      endSec: Float64Array.from(windows, (window) => window.endSec),
      cepstraPath: context.input('cepstra').path('cepstra.f32'),
      maxSpeakers: context.params.maxSpeakers,
    });
    await context.writeJson('divisions.json', {
      counts: [...counts],
      goOn: [...goOn],
      ...(support && { support: [...support] }),
    });
    await context.writeArray('divisions.i32', labels);
  },
};

export async function readDivisions(files: StageFiles): Promise<VoiceDivisions> {
  const { counts, goOn, support } = await files.readJson('divisions.json', divisionsSchema);
  const bytes = await readFile(files.path('divisions.i32'));
  const labels = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return {
    counts: Int32Array.from(counts),
    labels,
    goOn: Float32Array.from(goOn),
    ...(support && { support: Float32Array.from(support) }),
  };
}
