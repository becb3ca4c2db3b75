import { z } from 'zod';
import type { Stage } from '../stage.ts';
import { orderedPieces } from './ordered-pieces.ts';
import { pcmSampleCount } from './pcm-reader.ts';
import { vadStepCount } from './silero-kernel.ts';

/** Steps of a lane: 30.72 s. Lanes and groups depend on the file alone. */
const LANE_STEPS = 960;
/** 2 s: beyond it the probabilities of a lane no longer depend on where it started. */
const WARM_UP_STEPS = 64;
const LANES = 16;

/**
 * Speech probability of every 32 ms by Silero VAD v6. Input `pcm`; output `vad.f32` (one float per 512 samples).
 * Thresholds are not applied here: see `speech-regions`.
 */
export const sileroVadStage: Stage<z.ZodObject> = {
  id: 'silero-vad',
  version: '1',
  label: 'Listening for speech',
  params: z.object({}),
  models: ['silero-vad-v6'],
  artifacts: { vad: 'vad.f32' },
  async run(context) {
    const pcmPath = context.input('pcm').path('pcm.s16');
    const total = vadStepCount(pcmSampleCount(pcmPath));
    const groupSteps = LANE_STEPS * LANES;
    const groups = Math.ceil(total / groupSteps);
    const probabilities = new Float32Array(total);
    const modelPath = context.model('silero-vad-v6').path;
    await orderedPieces(
      groups,
      context.workerCount,
      (group) =>
        context.shard(`vad-${group}`, () =>
          context.kernel('silero-vad', {
            modelPath,
            pcmPath,
            firstStep: group * groupSteps,
            laneSteps: LANE_STEPS,
            lanes: Math.min(LANES, Math.ceil((total - group * groupSteps) / LANE_STEPS)),
            warmUpSteps: WARM_UP_STEPS,
          }),
        ),
      (piece, group) => {
        probabilities.set(piece, group * groupSteps);
        context.progress(group + 1, groups);
      },
    );
    await context.writeArray('vad.f32', probabilities);
  },
};
