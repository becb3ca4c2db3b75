import { sphinxCepstraStage } from '../audio/cepstra/cepstra-stage.ts';
import { liumStage } from '../cluster/lium/lium-stage.ts';
import { ingestNodes } from '../media-stages.ts';
import type { SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { segmentTurnsStage } from './segment-turns.ts';
import { speechNodes } from './speech-nodes.ts';

/**
 * LIUM SpkDiarization (spec 9): its stages that need no trained model, in its order. WebRTC stands for the Gaussian mixtures
 * of its speech filter; its cutting of long segments is left out, since it changes no label.
 */
export const lium: SystemRecipe = {
  ...catalogueEntry('lium'),
  nodes: [
    ...ingestNodes,
    ...speechNodes.webrtc,
    { id: 'cepstra', stage: sphinxCepstraStage, inputs: ['pcm'], costPerHour: 4 },
    { id: 'segments', stage: liumStage, inputs: ['speech', 'cepstra'], costPerHour: 20 },
    { id: 'turns', stage: segmentTurnsStage, inputs: ['pcm', 'segments'], costPerHour: 0.1 },
  ],
  output: 'turns',
};
