import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { Stage } from '../stage.ts';
import { melFrameCount } from './log-mel.ts';
import { orderedPieces } from './ordered-pieces.ts';
import { pcmSampleCount } from './pcm-reader.ts';
import { shardFrames } from './shard-frames.ts';

/** Most mel frames of one shard: 192 s, a third of a second of one core, 0.8 MB. */
const MOST_FRAMES = 19_200;

/**
 * Cepstra of the whole recording in blocks of 40 ms: the second cue of who speaks, beside the embedding. Input `pcm`;
 * output `cepstra.f32`, 25 blocks a second (see `voice-cepstra-kernel`).
 */
export const voiceCepstraStage: Stage<z.ZodObject> = {
  id: 'voice-cepstra',
  version: '2',
  label: 'Measuring the sound of voices',
  params: z.object({}),
  models: [],
  async run(context) {
    const pcmPath = context.input('pcm').path('pcm.s16');
    const totalSamples = pcmSampleCount(pcmPath);
    const total = totalSamples === 0 ? 0 : melFrameCount(totalSamples);
    const gain = total === 0 ? 1 : await context.kernel('voice-level', { pcmPath });
    const frames = shardFrames(total, MOST_FRAMES);
    const shards = Math.ceil(total / frames);
    const file = await open(context.outputPath('cepstra.f32'), 'w');
    try {
      await orderedPieces(
        shards,
        context.workerCount + 1,
        (shard) =>
          context.shard(`cepstra-${shard}`, () =>
            context.kernel('voice-cepstra', {
              pcmPath,
              gain,
              firstMel: shard * frames,
              endMel: Math.min(total, (shard + 1) * frames),
            }),
          ),
        async (blocks, shard) => {
          await file.writeFile(new Uint8Array(blocks.buffer, blocks.byteOffset, blocks.byteLength));
          context.progress(shard + 1, shards);
        },
      );
    } finally {
      await file.close();
    }
  },
};
