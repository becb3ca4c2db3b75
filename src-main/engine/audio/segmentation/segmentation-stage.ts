import { z } from 'zod';
import type { Stage } from '../../stage.ts';
import { orderedPieces } from '../ordered-pieces.ts';
import { pcmSampleCount } from '../pcm-reader.ts';
import { CHUNK_FRAMES, chunkCount } from './chunk-grid.ts';

const CHUNKS_PER_PIECE = 60;

/** Id in models/registry.json; a fine-tuned net of the same shape is added under the same name. */
export const SEGMENTATION_MODEL = 'pyannote-segmentation-3';

/** Speakers of each 10 s window of node `pcm`. Output: `local.u8`, sets of bits, windows × 589 frames. */
export const segmentationStage: Stage<z.ZodObject> = {
  id: 'pyannote-segmentation-3',
  version: '1',
  label: 'Listening for speakers',
  params: z.object({}),
  models: [SEGMENTATION_MODEL],
  async run(context) {
    const pcmPath = context.input('pcm').path('pcm.s16');
    const chunks = chunkCount(pcmSampleCount(pcmPath));
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
          }),
        ),
      (part, piece) => {
        local.set(part, piece * CHUNKS_PER_PIECE * CHUNK_FRAMES);
        context.progress(piece + 1, pieces);
      },
    );
    await context.writeArray('local.u8', local);
  },
};
