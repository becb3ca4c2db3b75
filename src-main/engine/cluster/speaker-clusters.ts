import { z } from 'zod';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import { VOICE_SIZE } from '../audio/voice-windows-kernel.ts';
import type { Stage } from '../stage.ts';

const params = z.object({
  maxSpeakers: z.number().int().min(1).max(100).default(20).describe('Most speakers the automatic count may find'),
});

/** What `clusters.json` holds. */
export const clustersSchema = z.object({
  speakerCount: z.number().int(),
  /** Speaker of each window, from 0 in order of appearance. */
  labels: z.array(z.number().int()),
  /** Posterior of that speaker, 0..1. */
  confidence: z.array(z.number()),
});

/**
 * Who is who: groups the voice windows of node `embeddings` into speakers, their number given by the job (exact or
 * bounded) or estimated. Output: `clusters.json`.
 */
export const speakerClustersStage: Stage<typeof params> = {
  id: 'speaker-clusters',
  version: '1',
  label: 'Grouping voices',
  params,
  models: [],
  usesSpeakers: true,
  async run(context) {
    const { windows } = await context.input('embeddings').readJson('windows.json', windowsSchema);
    const embeddings = await context.input('embeddings').readFloat32('embeddings.f32');
    const asked = context.job.speakers;
    const result = await context.kernel('cluster-voices', {
      embeddings,
      size: VOICE_SIZE,
      startSec: Float64Array.from(windows, (window) => window.startSec),
      endSec: Float64Array.from(windows, (window) => window.endSec),
      region: Int32Array.from(windows, (window) => window.region),
      minSpeakers: asked?.min ?? 1,
      maxSpeakers: asked?.max ?? context.params.maxSpeakers,
    });
    if (asked && windows.length > 0 && result.speakerCount < asked.min) {
      context.warn(
        `${asked.min} speakers were asked for, but the speech found is only enough to tell ${result.speakerCount} apart.`,
      );
    }
    await context.writeJson('clusters.json', {
      speakerCount: result.speakerCount,
      labels: [...result.labels],
      confidence: [...result.confidence],
    });
  },
};
