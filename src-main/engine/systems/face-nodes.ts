import { blazeFaceStage } from '../video/face-detect/face-detect-stage.ts';
import { identitiesStage } from '../video/identity/identities-stage.ts';
import { shotsStage } from '../video/shots/shots-stage.ts';
import { avSyncStage } from '../video/sync/av-sync-stage.ts';
import { talkingStage, talkingWithOverlapStage } from '../video/talking/talking-stage.ts';
import { optionalOverlapStage } from '../fuse/optional-overlap.ts';
import { faceTracksStage } from '../video/tracking/face-tracks-stage.ts';
import { faceViewsStage } from '../video/views/face-views-stage.ts';
import type { RecipeNode } from '../stage.ts';

/** The first look at the picture: cuts, faces and their tracks. Needs nothing of the sound. */
export const faceFindingNodes: readonly RecipeNode[] = [
  { id: 'face-detect', stage: blazeFaceStage, inputs: [], costPerHour: 250 },
  { id: 'shots', stage: shotsStage, inputs: ['face-detect'], costPerHour: 1 },
  { id: 'face-tracks', stage: faceTracksStage, inputs: ['face-detect', 'shots'], costPerHour: 1 },
];

/** The second look, where a face is and somebody speaks: who it is, whether the lips go with the sound. */
export const faceReadingNodes: readonly RecipeNode[] = [
  { id: 'face-views', stage: faceViewsStage, inputs: ['pcm', 'face-tracks', 'shots', 'speech'], costPerHour: 600 },
  { id: 'identities', stage: identitiesStage, inputs: ['face-tracks', 'face-views'], costPerHour: 1 },
  {
    id: 'talking',
    stage: talkingStage,
    inputs: ['pcm', 'vad', 'speech', 'face-tracks', 'face-views'],
    costPerHour: 20,
  },
  {
    id: 'av-sync',
    stage: avSyncStage,
    inputs: ['pcm', 'speech', 'face-tracks', 'face-views', 'shots'],
    costPerHour: 5,
  },
];

/** The same, where who talks is also told by two voices that are heard at once, if their net is installed. */
export const faceReadingNodesWithOverlap: readonly RecipeNode[] = [
  { id: 'overlap', stage: optionalOverlapStage, inputs: ['pcm'], costPerHour: 160 },
  ...faceReadingNodes.map((node) =>
    node.id === 'talking' ? { ...node, stage: talkingWithOverlapStage, inputs: [...node.inputs, 'overlap'] } : node,
  ),
];
