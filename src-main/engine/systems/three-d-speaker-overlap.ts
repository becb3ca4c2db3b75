import { segmentationStage } from '../audio/segmentation/segmentation-stage.ts';
import { overlapRefinementStage } from '../cluster/local-speakers/overlap-refinement-stage.ts';
import { threeDSpeakerClustersStage } from '../cluster/published-clusters.ts';
import { ingestNodes } from '../media-stages.ts';
import type { RecipeNode, SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { segmentTurnsStage } from './segment-turns.ts';
import { speechNodes } from './speech-nodes.ts';
import { embeddedLocalSpeakers, embeddedVoices, netVoices } from './window-recipe.ts';

const windows = { windowSec: 1.5, hopSec: 0.75 };

const recipe = (id: string, nodes: readonly RecipeNode[], maxPauseSec: number): SystemRecipe => ({
  ...catalogueEntry(id),
  nodes: [
    ...ingestNodes,
    ...speechNodes.silero,
    ...nodes,
    { id: 'clusters', stage: threeDSpeakerClustersStage, inputs: ['embeddings'], costPerHour: 10 },
    {
      id: 'segments',
      stage: overlapRefinementStage,
      inputs: ['pcm', 'embeddings', 'clusters', 'local'],
      costPerHour: 2,
    },
    {
      id: 'turns',
      stage: segmentTurnsStage,
      inputs: ['pcm', 'segments'],
      params: { maxPauseSec },
      costPerHour: 0.1,
    },
  ],
  output: 'turns',
});

/** 3D-Speaker with the overlap refinement it offers (spec 4.2). */
export const threeDSpeakerOverlap = recipe(
  '3d-speaker-audio-overlap',
  [
    ...netVoices('campplus-zh-en', windows),
    { id: 'local', stage: segmentationStage, inputs: ['pcm'], costPerHour: 400 },
  ],
  0,
);

/** The same from what comes with Diarist. */
export const threeDSpeakerOverlapSubstitute = recipe(
  '3d-speaker-audio-overlap-substitute',
  [...embeddedVoices(windows), ...embeddedLocalSpeakers],
  0,
);
