import { speakerCountProbabilitySchema } from '#shared/domain/hypothesis.ts';
import { z } from 'zod';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import type { Stage } from '../stage.ts';
import { rowSize } from './vectors.ts';
import { clusterMethods } from './cluster-windows.ts';
import { SAME_VOICE } from './speaker-search.ts';
import { readDivisions } from './voice-divisions-stage.ts';
import { warnOfTooFew } from './too-few-speakers.ts';

const params = z.object({
  method: z
    .enum(clusterMethods)
    .default('evidence')
    .describe(
      'How voices are grouped: evidence (ours: embedding and cepstra, counts with probabilities), likeness (ours, one limit) or nme-sc (spectral clustering, eigengap)',
    ),
  maxSpeakers: z.number().int().min(1).max(100).default(20).describe('Most speakers the automatic count may find'),
  sameVoice: z
    .number()
    .min(0)
    .max(1)
    .default(SAME_VOICE)
    .describe('Method likeness: likeness from which two groups are one voice; higher finds more speakers'),
  splitMore: z
    .number()
    .min(-10)
    .max(10)
    .default(0)
    .describe('Method evidence: log-odds added to two groups being two voices; above 0 finds more speakers'),
});

/** A most below this was chosen by somebody who knows of it. */
const MANY_SPEAKERS = 10;

export const clustersFile = 'clusters.json';

/** What `clusters.json` holds. */
export const clustersSchema = z.object({
  speakerCount: z.number().int(),
  /** Speaker of each window, from 0 in order of appearance. */
  labels: z.array(z.number().int()),
  /** How probable each number of speakers is by the voices; empty when the method gives none. */
  counts: z.array(speakerCountProbabilitySchema).default([]),
});

/**
 * Who is who: groups the voice windows of node `embeddings` into speakers, their number given by the job (exact or
 * bounded) or estimated: method `evidence` chooses among the divisions of node `divisions`. Outputs: `clusters.json`, `voices.f32` (one unit-length voice per speaker).
 */
export const speakerClustersStage: Stage<typeof params> = {
  id: 'speaker-clusters',
  version: '8',
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
      size: rowSize(embeddings, windows.length),
      startSec: Float64Array.from(windows, (window) => window.startSec),
      endSec: Float64Array.from(windows, (window) => window.endSec),
      minSpeakers: asked?.min ?? 1,
      maxSpeakers: asked?.max ?? context.params.maxSpeakers,
      method: context.params.method,
      sameVoice: context.params.sameVoice,
      splitMore: context.params.splitMore,
      divisions: await readDivisions(context.input('divisions')),
    });
    warnOfTooFew(context, result.speakerCount, windows.length > 0);
    if (!asked && result.speakerCount >= MANY_SPEAKERS && result.speakerCount === context.params.maxSpeakers) {
      context.warn(
        `There may be more than ${result.speakerCount} speakers: no more are looked for. Give their number or a higher most.`,
      );
    }
    await context.writeJson(clustersFile, {
      speakerCount: result.speakerCount,
      labels: [...result.labels],
      counts: asked && asked.min === asked.max ? [] : (result.counts ?? []),
    });
    await context.writeArray('voices.f32', result.voices);
  },
};
