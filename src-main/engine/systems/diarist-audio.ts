import { ingestNodes } from '../media-stages.ts';
import type { SystemRecipe } from '../stage.ts';
import { catalogueEntry } from './catalogue-entry.ts';
import { diaristAudioNodes, diaristAudioOverlapNodes } from './diarist-audio-nodes.ts';

/** Diarist audio: Silero speech, the project's own voice embedding, clustering with an estimated speaker count. */
export const diaristAudio: SystemRecipe = {
  ...catalogueEntry('diarist-audio'),
  nodes: [...ingestNodes, ...diaristAudioNodes],
  output: 'turns',
};

/** Diarist audio with a second speaker where pyannote's overlap net hears two. */
export const diaristAudioOverlap: SystemRecipe = {
  ...catalogueEntry('diarist-audio-overlap'),
  nodes: [...ingestNodes, ...diaristAudioOverlapNodes],
  output: 'turns',
};
