import { z } from 'zod';
import { SAMPLE_RATE_HZ } from '../audio/pcm-reader.ts';
import { VAD_STEP_SAMPLES } from '../audio/silero-kernel.ts';
import { speechSchema } from '../audio/speech-regions.ts';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import { sequenceSchema } from '../cluster/speaker-sequence.ts';
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

/** Of what node `pcm` says of itself: where in the file's own time the first sample lies. */
const startSchema = z.object({ startSec: z.number() });

/**
 * The answer of an audio system: turns from the labels of node `sequence`, with a confidence each. Output:
 * `hypothesis.json`.
 */
export const speakerTurnsStage: Stage<typeof params> = {
  id: 'speaker-turns',
  version: '3',
  label: 'Writing turns',
  params,
  models: [],
  async run(context) {
    const { durationSec } = await context.input('speech').readJson('speech.json', speechSchema);
    const { windows } = await context.input('fine').readJson('windows.json', windowsSchema);
    const sequence = await context.input('sequence').readJson('sequence.json', sequenceSchema);
    const probabilities = await context.input('vad').readFloat32('vad.f32');
    const { startSec } = await context.input('pcm').readJson('decoded.json', startSchema);
    const segments = turnsFromWindows(
      windows.map((window, i) => ({
        ...window,
        label: sequence.labels[i]!,
        confidence: sequence.confidence[i]!,
      })),
      {
        maxPauseSec: context.params.maxPauseSec,
        startSec,
        durationSec,
        vad: { probabilities, stepSec: VAD_STEP_SAMPLES / SAMPLE_RATE_HZ },
      },
    );
    await context.writeJson('hypothesis.json', { segments });
  },
};
