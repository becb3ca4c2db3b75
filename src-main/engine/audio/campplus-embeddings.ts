import { voiceNetStages } from './voice-nets/voice-net-embeddings.ts';

/** Voice embeddings by CAM++, window by window, in the speech of node `speech`. */
export const campplusEmbeddingsStage = voiceNetStages.get('campplus-zh-en')!;
