import { avTurnsStage } from '../fuse/av-turns-stage.ts';
import { optionalOverlapStage } from '../fuse/optional-overlap.ts';
import { ingestNodes } from '../media-stages.ts';
import type { SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { untilSequence } from './diarist-audio-nodes.ts';
import { faceFindingNodes, faceReadingNodes } from './face-nodes.ts';

/** Diarist AV: faces that are seen to talk anchor the voices of Diarist audio (docs/adr/0140). */
export const diaristAv: SystemRecipe = {
  ...catalogueEntry('diarist-av'),
  nodes: [
    ...ingestNodes,
    ...faceFindingNodes,
    ...untilSequence,
    ...faceReadingNodes,
    { id: 'overlap', stage: optionalOverlapStage, inputs: ['pcm'], costPerHour: 160 },
    {
      id: 'av-turns',
      stage: avTurnsStage,
      inputs: [
        ...['pcm', 'vad', 'speech', 'embeddings', 'fine', 'sequence', 'overlap'],
        ...['face-tracks', 'identities', 'talking', 'av-sync'],
      ],
      costPerHour: 20,
    },
  ],
  output: 'av-turns',
};
