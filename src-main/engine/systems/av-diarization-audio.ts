import { avDiarizationClustersStage } from '../cluster/published-clusters.ts';
import { speechNodes } from './speech-nodes.ts';
import { embeddedVoices, netVoices, windowRecipe } from './window-recipe.ts';

/** Windows of 2 s every 0.2 s (spec 1.9), inside the speech alone: outside of it no label is given anyway. */
const windows = { windowSec: 2, hopSec: 0.2 };

/** The audio side of av-diarization as of 2020: WebRTC and ResNetSE34V2. */
export const avDiarizationOriginal = windowRecipe(
  'av-diarization-audio-2020',
  speechNodes.webrtc,
  netVoices('resnetse34v2', windows),
  avDiarizationClustersStage,
);

/** The same as it is now: Silero and ECAPA. */
export const avDiarizationNew = windowRecipe(
  'av-diarization-audio',
  speechNodes.silero,
  netVoices('ecapa-voxceleb', windows),
  avDiarizationClustersStage,
);

/** Either on the voice embedding that comes with Diarist. */
export const avDiarizationOriginalSubstitute = windowRecipe(
  'av-diarization-audio-2020-substitute',
  speechNodes.webrtc,
  embeddedVoices(windows),
  avDiarizationClustersStage,
);
export const avDiarizationNewSubstitute = windowRecipe(
  'av-diarization-audio-substitute',
  speechNodes.silero,
  embeddedVoices(windows),
  avDiarizationClustersStage,
);
