import { overlapRegionsStage } from '../audio/posterior-regions.ts';
import { overlapAmiStage } from '../audio/pyannote-frames.ts';
import { sileroVadStage } from '../audio/silero-vad.ts';
import { speechRegionsStage } from '../audio/speech-regions.ts';
import { voiceCepstraStage } from '../audio/voice-cepstra.ts';
import { voiceEmbeddingsStage } from '../audio/voice-embeddings.ts';
import { voiceTrunkStage } from '../audio/voice-trunk.ts';
import { speakerClustersStage } from '../cluster/speaker-clusters.ts';
import { voiceDivisionsStage } from '../cluster/voice-divisions-stage.ts';
import { speakerSequenceStage } from '../cluster/speaker-sequence.ts';
import type { RecipeNode } from '../stage.ts';
import { overlappingTurnsStage, speakerTurnsStage } from './speaker-turns.ts';

/** From the decoded sound of node `pcm` to the speaker of each short window. */
export const untilSequence: readonly RecipeNode[] = [
  { id: 'vad', stage: sileroVadStage, inputs: ['pcm'], costPerHour: 10 },
  // Lower than published: chosen on composed conversations, where it halves what is missed of far voices (ADR 0045).
  {
    id: 'speech',
    stage: speechRegionsStage,
    inputs: ['pcm', 'vad'],
    params: { onset: 0.2, offset: 0.1 },
    costPerHour: 0.1,
  },
  { id: 'trunk', stage: voiceTrunkStage, inputs: ['pcm'], costPerHour: 22 },
  { id: 'embeddings', stage: voiceEmbeddingsStage, inputs: ['speech', 'trunk'], costPerHour: 1 },
  { id: 'cepstra', stage: voiceCepstraStage, inputs: ['pcm'], costPerHour: 8 },
  { id: 'divisions', stage: voiceDivisionsStage, inputs: ['embeddings', 'cepstra'], costPerHour: 5 },
  { id: 'clusters', stage: speakerClustersStage, inputs: ['embeddings', 'divisions'], costPerHour: 0.2 },
  {
    id: 'fine',
    stage: voiceEmbeddingsStage,
    inputs: ['speech', 'trunk'],
    params: { windowSec: 0.75, hopSec: 0.25 },
    costPerHour: 2,
  },
  { id: 'sequence', stage: speakerSequenceStage, inputs: ['fine', 'embeddings', 'clusters'], costPerHour: 0.5 },
];
/** Chosen on composed conversations (ADR 0045): 0.1 s on each side where speech is heard with 0.75 on the average. */
export const DOUBT_PAD_SEC = 0.5;
const turnParams = { doubtPadSec: DOUBT_PAD_SEC };
const turnInputs = ['pcm', 'speech', 'vad', 'fine', 'sequence'];

/** What Diarist audio does with the decoded sound of node `pcm`. */
export const diaristAudioNodes: readonly RecipeNode[] = [
  ...untilSequence,
  { id: 'turns', stage: speakerTurnsStage, inputs: turnInputs, params: turnParams, costPerHour: 0.1 },
];

/** The same with second speakers where the overlap net hears two. */
export const diaristAudioOverlapNodes: readonly RecipeNode[] = [
  ...untilSequence,
  { id: 'overlap', stage: overlapAmiStage, inputs: ['pcm'], costPerHour: 160 },
  { id: 'overlaps', stage: overlapRegionsStage, inputs: ['pcm', 'overlap'], costPerHour: 0.1 },
  {
    id: 'turns',
    stage: overlappingTurnsStage,
    inputs: [...turnInputs, 'clusters', 'overlaps'],
    params: turnParams,
    costPerHour: 0.1,
  },
];
