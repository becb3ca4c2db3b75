import { voiceEmbeddingsStage } from '../audio/voice-embeddings.ts';
import { voiceTrunkStage } from '../audio/voice-trunk.ts';
import { avDiarizationStage } from '../fuse/av-diarization-stage.ts';
import { ingestNodes } from '../media-stages.ts';
import type { RecipeNode, SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { faceFindingNodes, faceReadingNodes } from './face-nodes.ts';
import { speechNodes } from './speech-nodes.ts';

/** Published values of the first steps where they differ from the stages' own (av-diarization, steps 2 to 4 and 7). */
const published: Readonly<Record<string, Record<string, unknown>>> = {
  shots: { detector: 'content', threshold: 27, flashRule: 'merge', minShotFrames: 15 },
  'face-tracks': { minTrackFrames: 50, maxGapFrames: 25, minFacePx: 40 },
  identities: { method: 'median' },
};
const withPublished = (nodes: readonly RecipeNode[]): RecipeNode[] =>
  nodes.map((node) => (published[node.id] ? { ...node, params: published[node.id]! } : node));

const recipe = (id: string, speech: readonly RecipeNode[]): SystemRecipe => ({
  ...catalogueEntry(id),
  nodes: [
    ...ingestNodes,
    ...withPublished(faceFindingNodes),
    ...speech,
    { id: 'trunk', stage: voiceTrunkStage, inputs: ['pcm'], costPerHour: 22 },
    {
      id: 'embeddings',
      stage: voiceEmbeddingsStage,
      inputs: ['speech', 'trunk'],
      params: { windowSec: 2, hopSec: 0.2 },
      costPerHour: 4,
    },
    ...withPublished(faceReadingNodes),
    {
      id: 'av-turns',
      stage: avDiarizationStage,
      inputs: ['pcm', 'speech', 'embeddings', 'face-tracks', 'identities', 'talking', 'av-sync'],
      costPerHour: 5,
    },
  ],
  output: 'av-turns',
});

/** As published in 2020: WebRTC finds speech. */
export const conversation2020 = recipe('av-diarization-2020-substitute', speechNodes.webrtc);
/** The newer preset: Silero finds speech. */
export const conversationNew = recipe('av-diarization-substitute', speechNodes.silero);
