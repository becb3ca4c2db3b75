import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { Stage } from '../../stage.ts';
import { orderedPieces } from '../ordered-pieces.ts';
import { pcmSampleCount } from '../pcm-reader.ts';
import { cepstralFrameCount, cepstralKinds } from './cepstral-frames.ts';
import type { CepstralName } from './cepstral-frames.ts';

/** Two minutes. */
const FRAMES_PER_PIECE = 12_000;

/** Cepstra of node `pcm` every 10 ms. Output: `cepstra.f32`, frames × size. */
function cepstraStage(id: string, kind: CepstralName): Stage<z.ZodObject> {
  return {
    id,
    version: '1',
    label: 'Measuring the sound',
    params: z.object({}),
    models: [],
    async run(context) {
      const pcmPath = context.input('pcm').path('pcm.s16');
      const frames = cepstralFrameCount(cepstralKinds[kind], pcmSampleCount(pcmPath));
      const pieces = Math.ceil(frames / FRAMES_PER_PIECE);
      const file = await open(context.outputPath('cepstra.f32'), 'w');
      try {
        await orderedPieces(
          pieces,
          context.workerCount + 1,
          (piece) =>
            context.shard(`cepstra-${piece}`, () =>
              context.kernel('cepstra', {
                pcmPath,
                kind,
                firstFrame: piece * FRAMES_PER_PIECE,
                endFrame: Math.min(frames, (piece + 1) * FRAMES_PER_PIECE),
              }),
            ),
          async (part, piece) => {
            await file.writeFile(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
            context.progress(piece + 1, pieces);
          },
        );
      } finally {
        await file.close();
      }
    },
  };
}

/** 13 MFCC a frame, for LIUM. */
export const sphinxCepstraStage = cepstraStage('sphinx-mfcc', 'sphinx');
/** 21 LFCC a frame, for ALIZÉ. */
export const lfccStage = cepstraStage('lfcc', 'lfcc');
