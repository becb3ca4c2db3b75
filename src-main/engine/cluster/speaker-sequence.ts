import { z } from 'zod';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import type { Stage } from '../stage.ts';
import { rowSize } from './vectors.ts';
import { clustersSchema } from './speaker-clusters.ts';

/** What `sequence.json` holds, one entry per window of node `fine`. */
export const sequenceSchema = z.object({
  labels: z.array(z.number().int()),
  confidence: z.array(z.number()),
  /** How like each window is to its speaker's voice, over what is usual; absent where it was not measured. */
  likeness: z.array(z.number()).optional(),
  /** Probability that the number of speakers is right; absent where nobody knows. */
  countProbability: z.number().optional(),
});

/**
 * Where speakers change, finer than the windows they were found with: the short windows of node `fine` against the
 * voices of node `clusters`. Output: `sequence.json`.
 */
export const speakerSequenceStage: Stage<z.ZodObject> = {
  id: 'speaker-sequence',
  version: '3',
  label: 'Placing turns',
  params: z.object({}),
  models: [],
  async run(context) {
    const { windows } = await context.input('fine').readJson('windows.json', windowsSchema);
    const coarse = (await context.input('embeddings').readJson('windows.json', windowsSchema)).windows;
    const clusters = await context.input('clusters').readJson('clusters.json', clustersSchema);
    const embeddings = await context.input('fine').readFloat32('embeddings.f32');
    const { labels, confidence, likeness } = await context.kernel('speaker-sequence', {
      embeddings,
      voices: await context.input('clusters').readFloat32('voices.f32'),
      size: rowSize(embeddings, windows.length),
      startSec: Float64Array.from(windows, (window) => window.startSec),
      endSec: Float64Array.from(windows, (window) => window.endSec),
      found: {
        labels: Int32Array.from(clusters.labels),
        startSec: Float64Array.from(coarse, (window) => window.startSec),
        endSec: Float64Array.from(coarse, (window) => window.endSec),
      },
    });
    const found = clusters.counts.find((one) => one.count === clusters.speakerCount);
    await context.writeJson('sequence.json', {
      labels: [...labels],
      confidence: [...confidence],
      likeness: [...likeness],
      ...(found && { countProbability: found.probability }),
    });
  },
};
