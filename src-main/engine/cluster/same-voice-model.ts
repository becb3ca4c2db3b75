import type { SameVoiceModel } from './speaker-path.ts';

/**
 * Fitted by `npm run bench -- fit-voices` on composed conversations, for version 1 of the
 * embedding in models/diarist-voice; fits to version 2 were no better (docs/adr/0044). Order: `pairFeatures` and `stopFeatures`, then the constant.
 */
export const SAME_VOICE_MODEL: SameVoiceModel = {
  pair: [6.94, 0.753, 0.791, 1.3, 3.52, -2.77, 4.9, -7.2],
  stop: [1.46, -0.822, -1.63, -0.249, -0.891, 2.45],
};

/** The same with the cepstra in the place of the embedding, and no second cue. */
export const CEPSTRAL_MODEL: SameVoiceModel = {
  pair: [1.26, 1.55, 0, 0, 1.84, 1.16, 5.76, -3.42],
  stop: [1.07, -4.21, -0.668, -0.198, -1.09, 4.01],
};
