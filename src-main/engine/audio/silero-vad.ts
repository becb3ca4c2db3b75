import { z } from 'zod';
import type { Stage } from '../stage.ts';
import { orderedPieces } from './ordered-pieces.ts';
import { pcmSampleCount } from './pcm-reader.ts';
import { vadStepCount } from './silero-kernel.ts';

/** Steps of a lane: 30.72 s. Lanes and groups depend on the file alone. */
const LANE_STEPS = 960;
/** 2 s: beyond it the probabilities of a lane no longer depend on where it started. */
const WARM_UP_STEPS = 64;
/** Most lanes of one group: more are hardly cheaper per lane. */
const MAX_LANES = 8;

/**
 * How a recording of `steps` is cut: an even number of equal groups, so that two workers end together. It depends on the
 * length alone, so that the result does not depend on workers or on where a killed job went on.
 */
export function vadGroups(steps: number): { firstStep: number; lanes: number }[] {
  const lanes = Math.ceil(steps / LANE_STEPS);
  const wanted = Math.min(lanes, 2 * Math.ceil(lanes / (2 * MAX_LANES)));
  const perGroup = Math.ceil(lanes / Math.max(1, wanted));
  return Array.from({ length: Math.ceil(lanes / Math.max(1, perGroup)) }, (_, group) => ({
    firstStep: group * perGroup * LANE_STEPS,
    lanes: Math.min(perGroup, lanes - group * perGroup),
  }));
}

/**
 * Speech probability of every 32 ms by Silero VAD v6. Input `pcm`; output `vad.f32` (one float per 512 samples).
 * Thresholds are not applied here: see `speech-regions`.
 */
export const sileroVadStage: Stage<z.ZodObject> = {
  id: 'silero-vad',
  version: '4',
  label: 'Listening for speech',
  params: z.object({}),
  models: ['silero-vad-v6'],
  artifacts: { vad: 'vad.f32' },
  async run(context) {
    const pcmPath = context.input('pcm').path('pcm.s16');
    const total = vadStepCount(pcmSampleCount(pcmPath));
    const groups = vadGroups(total);
    const probabilities = new Float32Array(total);
    const modelPath = context.model('silero-vad-v6').path;
    await orderedPieces(
      groups.length,
      context.workerCount,
      (group) =>
        context.shard(`vad-${group}`, () =>
          context.kernel('silero-vad', {
            modelPath,
            pcmPath,
            ...groups[group]!,
            laneSteps: LANE_STEPS,
            warmUpSteps: WARM_UP_STEPS,
          }),
        ),
      (piece, group) => {
        probabilities.set(piece, groups[group]!.firstStep);
        context.progress(group + 1, groups.length);
      },
    );
    await context.writeArray('vad.f32', probabilities);
  },
};
