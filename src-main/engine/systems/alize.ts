import { lfccStage } from '../audio/cepstra/cepstra-stage.ts';
import { alizeStage } from '../cluster/alize/alize-stage.ts';
import { ingestNodes } from '../media-stages.ts';
import type { SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { segmentTurnsStage } from './segment-turns.ts';
import { speechNodes } from './speech-nodes.ts';

/**
 * ALIZÉ's LIA_SpkSeg (spec 9b): turn detection, evolutive HMM, resegmentation. WebRTC stands for its acoustic classes, whose
 * models do not come with Diarist.
 */
export const alize: SystemRecipe = {
  ...catalogueEntry('alize'),
  nodes: [
    ...ingestNodes,
    ...speechNodes.webrtc,
    { id: 'cepstra', stage: lfccStage, inputs: ['pcm'], costPerHour: 4 },
    { id: 'segments', stage: alizeStage, inputs: ['speech', 'cepstra'], costPerHour: 120 },
    { id: 'turns', stage: segmentTurnsStage, inputs: ['pcm', 'segments'], costPerHour: 0.1 },
  ],
  output: 'turns',
};
