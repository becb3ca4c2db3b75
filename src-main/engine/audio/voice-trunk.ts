import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { Stage } from '../stage.ts';
import { melFrameCount } from './log-mel.ts';
import { orderedPieces } from './ordered-pieces.ts';
import { pcmSampleCount } from './pcm-reader.ts';
import { shardFrames } from './shard-frames.ts';

/** Most mel frames of one shard: 96 s, about half a second of one core, 2.5 MB. */
const MOST_FRAMES = 9600;

/**
 * The embedder's convolution trunk, once over the whole recording. Input `pcm`; output `frames.f32`, 25 frames a second
 * of 256 values, from which `voice-embeddings` pools any window.
 */
export const voiceTrunkStage: Stage<z.ZodObject> = {
  id: 'voice-trunk',
  version: '2',
  label: 'Hearing voices',
  params: z.object({}),
  models: ['diarist-voice-trunk'],
  async run(context) {
    const pcmPath = context.input('pcm').path('pcm.s16');
    const totalSamples = pcmSampleCount(pcmPath);
    const total = totalSamples === 0 ? 0 : melFrameCount(totalSamples);
    const gain = total === 0 ? 1 : await context.kernel('voice-level', { pcmPath });
    const frames = shardFrames(total, MOST_FRAMES);
    const shards = Math.ceil(total / frames);
    const modelPath = context.model('diarist-voice-trunk').path;
    const file = await open(context.outputPath('frames.f32'), 'w');
    try {
      await orderedPieces(
        shards,
        // One more than there are workers: the next piece waits while the last one is written.
        context.workerCount + 1,
        (shard) =>
          context.shard(`trunk-${shard}`, () =>
            context.kernel('voice-trunk', {
              modelPath,
              pcmPath,
              gain,
              firstMel: shard * frames,
              endMel: Math.min(total, (shard + 1) * frames),
            }),
          ),
        async (values, shard) => {
          await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
          context.progress(shard + 1, shards);
        },
      );
    } finally {
      await file.close();
    }
  },
};
