import type { SystemRecipe } from '../stage.ts';
import { trackIndexFile, trackIndexSchema } from '../video/tracking/track-file.ts';

/**
 * The default rule (docs/adr/0141): the audio-visual recipe for media with a picture, until its node `face-tracks` has found
 * no face; then, and for media without picture, the recipe of sound.
 */
export const automatic = (seen: SystemRecipe, heard: SystemRecipe): SystemRecipe => ({
  ...seen,
  needsVideo: false,
  otherwise: {
    recipe: heard,
    after: 'face-tracks',
    applies: async (files) => (await files.readJson(trackIndexFile, trackIndexSchema)).tracks.length === 0,
  },
});
