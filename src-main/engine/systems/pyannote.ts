import { embeddedChunkVoicesStage, netChunkVoicesStage } from '../audio/segmentation/chunk-voices-stage.ts';
import { segmentationStage } from '../audio/segmentation/segmentation-stage.ts';
import { voiceEmbeddingsStage } from '../audio/voice-embeddings.ts';
import { voiceTrunkStage } from '../audio/voice-trunk.ts';
import { community1Stage, pyannote31Stage } from '../cluster/local-speakers/local-speakers-stage.ts';
import { ingestNodes } from '../media-stages.ts';
import type { RecipeNode, SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { segmentTurnsStage } from './segment-turns.ts';
import { speechNodes } from './speech-nodes.ts';
import { embeddedLocalSpeakers } from './window-recipe.ts';

/** Speakers of 10 s windows and their voices, as published (spec 7). */
const published: readonly RecipeNode[] = [
  { id: 'local', stage: segmentationStage, inputs: ['pcm'], costPerHour: 400 },
  {
    id: 'voices',
    stage: netChunkVoicesStage('wespeaker-resnet34-lm'),
    inputs: ['pcm', 'local'],
    costPerHour: 3000,
  },
];

/** The same from what comes with Diarist. */
const substitute: readonly RecipeNode[] = [
  ...speechNodes.silero,
  { id: 'trunk', stage: voiceTrunkStage, inputs: ['pcm'], costPerHour: 22 },
  { id: 'embeddings', stage: voiceEmbeddingsStage, inputs: ['speech', 'trunk'], costPerHour: 1 },
  ...embeddedLocalSpeakers,
  { id: 'voices', stage: embeddedChunkVoicesStage, inputs: ['local', 'trunk'], costPerHour: 20 },
];

/** Silero ends speech at every pause, as segmentation-3.0 does not. */
const SUBSTITUTE_PAUSE_SEC = 0.5;

const recipe = (
  id: string,
  nodes: readonly RecipeNode[],
  clusters: RecipeNode['stage'],
  maxPauseSec = 0,
): SystemRecipe => ({
  ...catalogueEntry(id),
  nodes: [
    ...ingestNodes,
    ...nodes,
    { id: 'segments', stage: clusters, inputs: ['pcm', 'local', 'voices'], costPerHour: 20 },
    { id: 'turns', stage: segmentTurnsStage, inputs: ['pcm', 'segments'], params: { maxPauseSec }, costPerHour: 0.1 },
  ],
  output: 'turns',
});

export const pyannote31 = recipe('pyannote-3.1', published, pyannote31Stage);
export const pyannote31Substitute = recipe(
  'pyannote-3.1-substitute',
  substitute,
  pyannote31Stage,
  SUBSTITUTE_PAUSE_SEC,
);
export const community1 = recipe('community-1', published, community1Stage);
export const community1Substitute = recipe('community-1-substitute', substitute, community1Stage, SUBSTITUTE_PAUSE_SEC);
