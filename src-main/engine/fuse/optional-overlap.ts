import { overlapAmiStage } from '../audio/pyannote-frames.ts';
import type { Stage } from '../stage.ts';

const [model] = overlapAmiStage.models as [string];

/** Node `overlap` where its net is installed; else an empty posterior at no cost. Output: `posterior.f32`. */
export const optionalOverlapStage: Stage<typeof overlapAmiStage.params> = {
  ...overlapAmiStage,
  id: 'optional-overlap',
  models: [],
  optionalModels: [model],
  async run(context) {
    if (context.hasModel(model)) await overlapAmiStage.run(context);
    else await context.writeArray('posterior.f32', new Float32Array(0));
  },
};
