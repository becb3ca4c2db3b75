import { campplusEmbeddingsStage } from '../audio/campplus-embeddings.ts';
import { sileroVadStage } from '../audio/silero-vad.ts';
import { speechRegionsStage } from '../audio/speech-regions.ts';
import { voiceEmbeddingsStage } from '../audio/voice-embeddings.ts';
import { voiceTrunkStage } from '../audio/voice-trunk.ts';
import { threeDSpeakerClustersStage, vbxClustersStage, windowSequenceStage } from '../cluster/published-clusters.ts';
import { ingestNodes } from '../media-stages.ts';
import type { RecipeNode, SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { windowTurnsStage } from './speaker-turns.ts';

const speech: readonly RecipeNode[] = [
  { id: 'vad', stage: sileroVadStage, inputs: ['pcm'], costPerHour: 10 },
  { id: 'speech', stage: speechRegionsStage, inputs: ['pcm', 'vad'], costPerHour: 0.1 },
];

/** The voice embedding that comes with Diarist, where a system's own is not to be had. */
const embedded = (params: Record<string, unknown>): readonly RecipeNode[] => [
  { id: 'trunk', stage: voiceTrunkStage, inputs: ['pcm'], costPerHour: 22 },
  { id: 'embeddings', stage: voiceEmbeddingsStage, inputs: ['speech', 'trunk'], params, costPerHour: 2 },
];

/** Turns by the windows the speakers were found with; pauses are not bridged: these systems do not. */
const turns: readonly RecipeNode[] = [
  { id: 'sequence', stage: windowSequenceStage, inputs: ['embeddings', 'clusters'], costPerHour: 0.2 },
  {
    id: 'turns',
    stage: windowTurnsStage,
    inputs: ['pcm', 'speech', 'vad', 'embeddings', 'sequence'],
    params: { maxPauseSec: 0 },
    costPerHour: 0.1,
  },
];

const recipe = (id: string, nodes: readonly RecipeNode[]): SystemRecipe => ({
  ...catalogueEntry(id),
  nodes: [...ingestNodes, ...speech, ...nodes, ...turns],
  output: 'turns',
});

const clusters = (stage: RecipeNode['stage']): RecipeNode => ({
  id: 'clusters',
  stage,
  inputs: ['embeddings'],
  costPerHour: 10,
});

/** 3D-Speaker, audio only, with CAM++ (spec 4.1); Silero stands for its FSMN voice activity detection. */
export const threeDSpeakerAudio = recipe('3d-speaker-audio', [
  { id: 'embeddings', stage: campplusEmbeddingsStage, inputs: ['pcm', 'speech'], costPerHour: 600 },
  clusters(threeDSpeakerClustersStage),
]);

/** The same on the embedding that comes with Diarist. */
export const threeDSpeakerSubstitute = recipe('3d-speaker-audio-substitute', [
  ...embedded({ windowSec: 1.5, hopSec: 0.75 }),
  clusters(threeDSpeakerClustersStage),
]);

/** VBx (spec 8) on the embedding that comes with Diarist, without PLDA. */
export const vbxSubstitute = recipe('vbx-substitute', [
  ...embedded({ windowSec: 1.44, hopSec: 0.24 }),
  clusters(vbxClustersStage),
]);
