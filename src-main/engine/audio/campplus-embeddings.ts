import { z } from 'zod';
import type { Stage } from '../stage.ts';
import { orderedPieces } from './ordered-pieces.ts';
import { SAMPLE_RATE_HZ } from './pcm-reader.ts';
import { speechSchema } from './speech-regions.ts';
import { layWindows } from './voice-windows.ts';
import { VOICE_SIZE } from './voice-windows-kernel.ts';

const WINDOWS_PER_PIECE = 64;

const params = z.object({
  windowSec: z.number().min(0.2).max(10).default(1.5).describe('Length of a voice window, seconds'),
  hopSec: z.number().min(0.1).max(10).default(0.75).describe('Distance of neighbouring windows, seconds'),
});

/**
 * Voice embeddings by CAM++, window by window, in the speech of node `speech`. Outputs as `voice-embeddings`:
 * `windows.json`, `embeddings.f32`.
 */
export const campplusEmbeddingsStage: Stage<typeof params> = {
  id: 'campplus-embeddings',
  version: '1',
  label: 'Telling voices apart',
  params,
  models: ['campplus-zh-en'],
  async run(context) {
    const { regions } = await context.input('speech').readJson('speech.json', speechSchema);
    const windows = layWindows(regions, context.params.windowSec, context.params.hopSec);
    const ranges = Int32Array.from(
      windows.flatMap(({ startSec, endSec }) => [startSec, endSec]),
      (sec) => Math.round(sec * SAMPLE_RATE_HZ),
    );
    const embeddings = new Float32Array(windows.length * VOICE_SIZE);
    const pieces = Math.ceil(windows.length / WINDOWS_PER_PIECE);
    const modelPath = context.model('campplus-zh-en').path;
    const pcmPath = context.input('pcm').path('pcm.s16');
    await orderedPieces(
      pieces,
      context.workerCount + 1,
      (piece) =>
        context.shard(`voices-${piece}`, () =>
          context.kernel('fbank-windows', {
            modelPath,
            pcmPath,
            ranges: ranges.slice(2 * piece * WINDOWS_PER_PIECE, 2 * (piece + 1) * WINDOWS_PER_PIECE),
            size: VOICE_SIZE,
          }),
        ),
      (result, piece) => {
        embeddings.set(result, piece * WINDOWS_PER_PIECE * VOICE_SIZE);
        context.progress(piece + 1, pieces);
      },
    );
    await context.writeJson('windows.json', { windows });
    await context.writeArray('embeddings.f32', embeddings);
  },
};
