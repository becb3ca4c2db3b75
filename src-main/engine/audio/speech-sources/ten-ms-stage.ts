import { z } from 'zod';
import type { Stage } from '../../stage.ts';
import { orderedPieces } from '../ordered-pieces.ts';
import { pcmSampleCount } from '../pcm-reader.ts';
import { TEN_MS_CHUNK_SAMPLES, tenMsCount } from './ten-ms-kernel.ts';
import type { TenMsInput } from './ten-ms-kernel.ts';

const CHUNKS_PER_PIECE = 12;

/** Speech probability every 10 ms of node `pcm` by a pulled net. Output: `posterior.f32`. */
function tenMsStage(id: string, model: string, kind: TenMsInput['kind']): Stage<z.ZodObject> {
  return {
    id,
    version: '1',
    label: 'Listening for speech',
    params: z.object({}),
    models: [model],
    async run(context) {
      const pcmPath = context.input('pcm').path('pcm.s16');
      const samples = pcmSampleCount(pcmPath);
      const posterior = new Float32Array(tenMsCount(samples));
      const chunks = Math.ceil(samples / TEN_MS_CHUNK_SAMPLES);
      const pieces = Math.ceil(chunks / CHUNKS_PER_PIECE);
      const modelPath = context.model(model).path;
      let at = 0;
      await orderedPieces(
        pieces,
        context.workerCount + 1,
        (piece) =>
          context.shard(`speech-${piece}`, () =>
            context.kernel('ten-ms-speech', {
              modelPath,
              pcmPath,
              kind,
              firstChunk: piece * CHUNKS_PER_PIECE,
              endChunk: Math.min(chunks, (piece + 1) * CHUNKS_PER_PIECE),
            }),
          ),
        (part, piece) => {
          posterior.set(part.subarray(0, posterior.length - at), at);
          at += part.length;
          context.progress(piece + 1, pieces);
        },
      );
      await context.writeArray('posterior.f32', posterior);
    },
  };
}

/** SpeechBrain's CRDNN. */
export const crdnnStage = tenMsStage('crdnn-vad', 'crdnn-vad', 'crdnn');
/** The FSMN of 3D-Speaker and FunASR. */
export const fsmnStage = tenMsStage('fsmn-vad', 'fsmn-vad', 'fsmn');
