import { voiceEmbeddingsStage } from '../audio/voice-embeddings.ts';
import { voiceTrunkStage } from '../audio/voice-trunk.ts';
import { threeDSpeakerClustersStage, windowSequenceStage } from '../cluster/published-clusters.ts';
import { threeDSpeakerAvStage } from '../fuse/three-d-speaker-av-stage.ts';
import { ingestNodes } from '../media-stages.ts';
import type { SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { faceFindingNodes, faceReadingNodes } from './face-nodes.ts';
import { speechNodes } from './speech-nodes.ts';

/** 3D-Speaker with picture and sound (spec 4.3) on substitute nets. */
export const threeDSpeakerAv: SystemRecipe = {
  ...catalogueEntry('3d-speaker-av-substitute'),
  nodes: [
    ...ingestNodes,
    ...faceFindingNodes.map((node) => (node.id === 'face-tracks' ? { ...node, params: { maxGapFrames: 10 } } : node)),
    ...speechNodes.silero,
    { id: 'trunk', stage: voiceTrunkStage, inputs: ['pcm'], costPerHour: 22 },
    { id: 'embeddings', stage: voiceEmbeddingsStage, inputs: ['speech', 'trunk'], costPerHour: 2 },
    { id: 'clusters', stage: threeDSpeakerClustersStage, inputs: ['embeddings'], costPerHour: 10 },
    { id: 'sequence', stage: windowSequenceStage, inputs: ['embeddings', 'clusters'], costPerHour: 0.2 },
    ...faceReadingNodes,
    {
      id: 'av-turns',
      stage: threeDSpeakerAvStage,
      inputs: [
        ...['pcm', 'vad', 'speech', 'embeddings', 'sequence'],
        ...['face-tracks', 'identities', 'talking', 'av-sync'],
      ],
      costPerHour: 1,
    },
  ],
  output: 'av-turns',
};
