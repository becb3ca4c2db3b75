import { sileroVadStage } from '../audio/silero-vad.ts';
import { speechRegionsStage } from '../audio/speech-regions.ts';
import { voiceTrunkStage } from '../audio/voice-trunk.ts';
import { ingestNodes } from '../media-stages.ts';
import type { SystemRecipe } from '../stage.ts';
import { voicePrintsStage } from './voice-prints.ts';

/**
 * What the speakers of a recording sound like. No system of the catalogue: it finds no turns, it is given them. Its first
 * nodes are those of Diarist audio, whose results it finds done.
 */
export const voicePrintsRecipe: SystemRecipe = {
  id: 'voice-prints',
  label: 'Compare voices',
  version: '1',
  description: 'A vector for the voice of each speaker, to compare with enrolled voices.',
  needsVideo: false,
  nodes: [
    ...ingestNodes,
    { id: 'vad', stage: sileroVadStage, inputs: ['pcm'], costPerHour: 10 },
    { id: 'speech', stage: speechRegionsStage, inputs: ['pcm', 'vad'], costPerHour: 0.1 },
    { id: 'trunk', stage: voiceTrunkStage, inputs: ['pcm'], costPerHour: 22 },
    { id: 'prints', stage: voicePrintsStage, inputs: ['speech', 'trunk'], costPerHour: 0.5 },
  ],
  output: 'prints',
};
