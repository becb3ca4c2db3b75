import { sortformerStage } from '../audio/sortformer/sortformer-stage.ts';
import { ingestNodes } from '../media-stages.ts';
import type { SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { segmentTurnsStage } from './segment-turns.ts';

/** NVIDIA's Sortformer (spec 8.2): up to four speakers, end to end. */
export const sortformer: SystemRecipe = {
  ...catalogueEntry('sortformer'),
  nodes: [
    ...ingestNodes,
    { id: 'segments', stage: sortformerStage, inputs: ['pcm'], costPerHour: 2000 },
    { id: 'turns', stage: segmentTurnsStage, inputs: ['pcm', 'segments'], costPerHour: 0.1 },
  ],
  output: 'turns',
};
