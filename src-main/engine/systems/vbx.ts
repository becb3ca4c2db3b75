import { vbxClustersStage } from '../cluster/published-clusters.ts';
import { speechNodes } from './speech-nodes.ts';
import { netVoices, windowRecipe } from './window-recipe.ts';

/** VBx (spec 8) with its published settings, on WeSpeaker's ResNet34-LM in place of BUT's ResNet101, without PLDA. */
export const vbx = windowRecipe(
  'vbx',
  speechNodes.silero,
  netVoices('wespeaker-resnet34-lm', { windowSec: 1.44, hopSec: 0.24 }),
  vbxClustersStage,
);
