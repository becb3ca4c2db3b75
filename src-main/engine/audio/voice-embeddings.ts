import { z } from 'zod';
import type { Stage } from '../stage.ts';
import { statSync } from 'node:fs';
import { orderedPieces } from './ordered-pieces.ts';
import { speechSchema } from './speech-regions.ts';
import { TRUNK_RATE_HZ, TRUNK_SIZE } from './voice-trunk-kernel.ts';
import { layWindows } from './voice-windows.ts';
import { VOICE_SIZE } from './voice-windows-kernel.ts';

const WINDOWS_PER_PIECE = 512;

const params = z.object({
  windowSec: z.number().min(0.2).max(10).default(1.5).describe('Length of a voice window, seconds'),
  hopSec: z.number().min(0.1).max(10).default(0.75).describe('Distance of neighbouring windows, seconds'),
});

/** What `windows.json` holds: the window of each embedding, in order of time. */
export const windowsSchema = z.object({
  windows: z.array(z.object({ startSec: z.number(), endSec: z.number(), region: z.number().int() })),
});

/**
 * One unit-length voice embedding per window inside the speech of node `speech`, pooled from the frames of node `trunk`.
 * Outputs: `windows.json`, `embeddings.f32` (windows × 192).
 */
export const voiceEmbeddingsStage: Stage<typeof params> = {
  id: 'voice-embeddings',
  version: '1',
  label: 'Telling voices apart',
  params,
  models: ['diarist-voice-head'],
  async run(context) {
    const { regions } = await context.input('speech').readJson('speech.json', speechSchema);
    const windows = layWindows(regions, context.params.windowSec, context.params.hopSec);
    const framesPath = context.input('trunk').path('frames.f32');
    const frameCount = Math.floor(statSync(framesPath).size / (TRUNK_SIZE * 4));
    const ranges = new Int32Array(windows.length * 2);
    windows.forEach(({ startSec, endSec }, k) => {
      const first = Math.max(0, Math.min(frameCount - 1, Math.floor(startSec * TRUNK_RATE_HZ)));
      ranges[2 * k] = first;
      ranges[2 * k + 1] = Math.max(first + 1, Math.min(frameCount, Math.floor(endSec * TRUNK_RATE_HZ)));
    });
    const embeddings = new Float32Array(windows.length * VOICE_SIZE);
    const pieces = Math.ceil(windows.length / WINDOWS_PER_PIECE);
    const modelPath = context.model('diarist-voice-head').path;
    await orderedPieces(
      pieces,
      context.workerCount + 1,
      (piece) =>
        context.kernel('voice-windows', {
          modelPath,
          framesPath,
          ranges: ranges.slice(2 * piece * WINDOWS_PER_PIECE, 2 * (piece + 1) * WINDOWS_PER_PIECE),
        }),
      (result, piece) => {
        embeddings.set(result, piece * WINDOWS_PER_PIECE * VOICE_SIZE);
        context.progress(piece + 1, pieces);
      },
    );
    await context.writeJson('windows.json', { windows });
    await context.writeArray('embeddings.f32', embeddings);
  },
};
