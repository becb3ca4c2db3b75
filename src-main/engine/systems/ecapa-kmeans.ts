import { kmeansClustersStage } from '../cluster/published-clusters.ts';
import { speechNodes } from './speech-nodes.ts';
import { embeddedVoices, netVoices, windowRecipe } from './window-recipe.ts';

const windows = { windowSec: 1.5, hopSec: 0.75 };

/** SpeechBrain's ECAPA and k-means with a known number of speakers. */
export const ecapaKmeans = windowRecipe(
  'ecapa-kmeans',
  speechNodes.silero,
  netVoices('ecapa-voxceleb', windows),
  kmeansClustersStage,
);
export const ecapaKmeansSubstitute = windowRecipe(
  'ecapa-kmeans-substitute',
  speechNodes.silero,
  embeddedVoices(windows),
  kmeansClustersStage,
);
