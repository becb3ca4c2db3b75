import { z } from 'zod';
import type { Stage } from '../../stage.ts';
import { orderedPieces } from '../ordered-pieces.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { CHUNK_FRAMES, chunkCount } from './chunk-grid.ts';
import { localGridFile } from './local-grid.ts';

/** Windows of one piece of work, about a second of one core: few enough that a minute of sound keeps every core busy. */
const CHUNKS_PER_PIECE = 10;

/** Id in models/registry.json; a fine-tuned net of the same shape is added under the same name. */
export const SEGMENTATION_MODEL = 'pyannote-segmentation-3';

const params = z.object({
  hopSec: z.number().min(0.5).max(10).default(1).describe('Distance of neighbouring windows of 10 s, seconds'),
});

/** Speakers of each 10 s window of node `pcm`. Output: `local.u8`, sets of bits, windows × 589 frames, with `local.json`. */
export const segmentationStage: Stage<typeof params> = {
  id: 'pyannote-segmentation-3',
  version: '3',
  label: 'Listening for speakers',
  params,
  models: [SEGMENTATION_MODEL],
  async run(context) {
    const pcmPath = context.input('pcm').path('pcm.s16');
    const hopSamples = Math.round(context.params.hopSec * SAMPLE_RATE_HZ);
    const chunks = chunkCount(pcmSampleCount(pcmPath), hopSamples);
    const local = new Uint8Array(chunks * CHUNK_FRAMES);
    const pieces = Math.ceil(chunks / CHUNKS_PER_PIECE);
    const modelPath = context.model(SEGMENTATION_MODEL).path;
    await orderedPieces(
      pieces,
      context.workerCount + 1,
      (piece) =>
        context.shard(`local-${piece}`, () =>
          context.kernel('segmentation', {
            modelPath,
            pcmPath,
            firstChunk: piece * CHUNKS_PER_PIECE,
            endChunk: Math.min(chunks, (piece + 1) * CHUNKS_PER_PIECE),
            hopSamples,
          }),
        ),
      (part, piece) => {
        local.set(part, piece * CHUNKS_PER_PIECE * CHUNK_FRAMES);
        context.progress(piece + 1, pieces);
      },
    );
    await context.writeArray('local.u8', local);
    await context.writeJson(localGridFile, { hopSamples });
  },
};
