import { z } from 'zod';
import { SAMPLE_RATE_HZ } from '../audio/pcm-reader.ts';
import { VAD_STEP_SAMPLES } from '../audio/silero-kernel.ts';
import { speechSchema } from '../audio/speech-regions.ts';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import { clustersSchema } from '../cluster/speaker-clusters.ts';
import type { Stage } from '../stage.ts';
import { turnsFromWindows } from './turns.ts';

const params = z.object({
  maxPauseSec: z
    .number()
    .min(0)
    .max(5)
    .default(0.5)
    .describe('Pauses of one speaker up to this long stay inside the turn, seconds'),
});

/**
 * The answer of an audio system: turns from the labels of node `clusters`, with a confidence each. Output:
 * `hypothesis.json`.
 */
export const speakerTurnsStage: Stage<typeof params> = {
  id: 'speaker-turns',
  version: '1',
  label: 'Writing turns',
  params,
  models: [],
  async run(context) {
    const { durationSec } = await context.input('speech').readJson('speech.json', speechSchema);
    const { windows } = await context.input('embeddings').readJson('windows.json', windowsSchema);
    const clusters = await context.input('clusters').readJson('clusters.json', clustersSchema);
    const probabilities = await context.input('vad').readFloat32('vad.f32');
    const segments = turnsFromWindows(
      windows.map((window, i) => ({
        ...window,
        label: clusters.labels[i]!,
        confidence: clusters.confidence[i]!,
      })),
      {
        maxPauseSec: context.params.maxPauseSec,
        durationSec,
        vad: { probabilities, stepSec: VAD_STEP_SAMPLES / SAMPLE_RATE_HZ },
      },
    );
    await context.writeJson('hypothesis.json', { segments });
  },
};
