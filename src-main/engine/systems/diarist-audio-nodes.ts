import { sileroVadStage } from '../audio/silero-vad.ts';
import { speechRegionsStage } from '../audio/speech-regions.ts';
import { voiceEmbeddingsStage } from '../audio/voice-embeddings.ts';
import { voiceTrunkStage } from '../audio/voice-trunk.ts';
import { speakerClustersStage } from '../cluster/speaker-clusters.ts';
import { speakerSequenceStage } from '../cluster/speaker-sequence.ts';
import type { RecipeNode } from '../stage.ts';
import { speakerTurnsStage } from './speaker-turns.ts';

/** What Diarist audio does with the decoded sound of node `pcm`. */
export const diaristAudioNodes: readonly RecipeNode[] = [
  { id: 'vad', stage: sileroVadStage, inputs: ['pcm'], costPerHour: 10 },
  { id: 'speech', stage: speechRegionsStage, inputs: ['pcm', 'vad'], costPerHour: 0.1 },
  { id: 'trunk', stage: voiceTrunkStage, inputs: ['pcm'], costPerHour: 22 },
  { id: 'embeddings', stage: voiceEmbeddingsStage, inputs: ['speech', 'trunk'], costPerHour: 1 },
  { id: 'clusters', stage: speakerClustersStage, inputs: ['embeddings'], costPerHour: 3 },
  {
    id: 'fine',
    stage: voiceEmbeddingsStage,
    inputs: ['speech', 'trunk'],
    params: { windowSec: 0.75, hopSec: 0.25 },
    costPerHour: 2,
  },
  { id: 'sequence', stage: speakerSequenceStage, inputs: ['fine', 'embeddings', 'clusters'], costPerHour: 0.5 },
  { id: 'turns', stage: speakerTurnsStage, inputs: ['pcm', 'speech', 'vad', 'fine', 'sequence'], costPerHour: 0.1 },
];
