import { avTurnsStage } from '../fuse/av-turns-stage.ts';
import { ingestNodes } from '../media-stages.ts';
import type { SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { untilSequence } from './diarist-audio-nodes.ts';
import { faceFindingNodes, faceReadingNodesWithOverlap } from './face-nodes.ts';

/** Diarist AV: faces that are seen to talk anchor the voices of Diarist audio (docs/adr/0140). */
export const diaristAv: SystemRecipe = {
  ...catalogueEntry('diarist-av'),
  nodes: [
    ...ingestNodes,
    ...faceFindingNodes,
    ...untilSequence,
    ...faceReadingNodesWithOverlap,
    {
      id: 'av-turns',
      stage: avTurnsStage,
      inputs: [
        ...['pcm', 'vad', 'speech', 'embeddings', 'fine', 'sequence'],
        ...['face-tracks', 'identities', 'talking', 'av-sync'],
      ],
      costPerHour: 20,
    },
  ],
  output: 'av-turns',
};
