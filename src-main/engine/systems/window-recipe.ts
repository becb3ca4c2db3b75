import { optionalOverlapStage } from '../audio/pyannote-frames.ts';
import { localByVoiceStage } from '../audio/segmentation/local-by-voice-stage.ts';
import { voiceEmbeddingsStage } from '../audio/voice-embeddings.ts';
import { voiceNets } from '../audio/voice-nets/voice-net.ts';
import { voiceNetStages } from '../audio/voice-nets/voice-net-embeddings.ts';
import { voiceTrunkStage } from '../audio/voice-trunk.ts';
import { windowSequenceStage } from '../cluster/published-clusters.ts';
import { ingestNodes } from '../media-stages.ts';
import type { RecipeNode, SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { windowTurnsStage } from './speaker-turns.ts';

/** Voices of windows by a pulled net. */
export function netVoices(modelId: string, params: { windowSec: number; hopSec: number }): readonly RecipeNode[] {
  const { costPerHour } = voiceNets.find((net) => net.modelId === modelId)!;
  return [{ id: 'embeddings', stage: voiceNetStages.get(modelId)!, inputs: ['pcm', 'speech'], params, costPerHour }];
}

/** Voices of windows by what comes with Diarist. */
export const embeddedVoices = (params: { windowSec: number; hopSec: number }): readonly RecipeNode[] => [
  { id: 'trunk', stage: voiceTrunkStage, inputs: ['pcm'], costPerHour: 22 },
  { id: 'embeddings', stage: voiceEmbeddingsStage, inputs: ['speech', 'trunk'], params, costPerHour: 2 },
];

/** Who of the windows' speakers is active when, and with whom together: in the place of a segmentation net. */
export const embeddedLocalSpeakers: readonly RecipeNode[] = [
  {
    id: 'fine',
    stage: voiceEmbeddingsStage,
    inputs: ['speech', 'trunk'],
    params: { windowSec: 0.75, hopSec: 0.25 },
    costPerHour: 2,
  },
  { id: 'overlap', stage: optionalOverlapStage, inputs: ['pcm'], costPerHour: 160 },
  {
    id: 'local',
    stage: localByVoiceStage,
    inputs: ['pcm', 'speech', 'embeddings', 'fine', 'overlap'],
    costPerHour: 2,
  },
];

/** A system that groups windows of speech and places turns by the same windows. */
export const windowRecipe = (
  id: string,
  speech: readonly RecipeNode[],
  voices: readonly RecipeNode[],
  clusters: RecipeNode['stage'],
): SystemRecipe => ({
  ...catalogueEntry(id),
  nodes: [
    ...ingestNodes,
    ...speech,
    ...voices,
    { id: 'clusters', stage: clusters, inputs: ['embeddings'], costPerHour: 10 },
    { id: 'sequence', stage: windowSequenceStage, inputs: ['embeddings', 'clusters'], costPerHour: 0.2 },
    {
      id: 'turns',
      stage: windowTurnsStage,
      inputs: ['pcm', 'speech', 'vad', 'embeddings', 'sequence'],
      params: { maxPauseSec: 0 },
      costPerHour: 0.1,
    },
  ],
  output: 'turns',
});
