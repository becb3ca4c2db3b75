import type { StageContext } from '../stage.ts';
import { identitiesFile, identitiesSchema } from '../video/identity/identity-file.ts';
import { syncFile, syncSchema } from '../video/sync/sync-file.ts';
import { talkingFile, talkingIndexFile, talkingIndexSchema } from '../video/talking/talking-file.ts';
import { trackIndexFile, trackIndexSchema } from '../video/tracking/track-file.ts';
import type { TalkingTrack } from './face-evidence.ts';

/** What nodes `face-tracks`, `identities`, `talking` and `av-sync` found, as the fusion takes it. */
export interface PictureEvidence {
  frameRateHz: number;
  tracks: TalkingTrack[];
  /** A probability per row of the tracks, NaN = not measured. */
  talking: Float32Array;
  /** By how much the sound comes later than the picture, as far as the probabilities do not know it already. */
  offsetSec: number;
}

export async function readPictureEvidence(context: Pick<StageContext<unknown>, 'input'>): Promise<PictureEvidence> {
  const { frameRateHz, tracks } = await context.input('face-tracks').readJson(trackIndexFile, trackIndexSchema);
  const { trackIdentity } = await context.input('identities').readJson(identitiesFile, identitiesSchema);
  const { offsetFrames } = await context.input('talking').readJson(talkingIndexFile, talkingIndexSchema);
  const { offsetSec } = await context.input('av-sync').readJson(syncFile, syncSchema);
  return {
    frameRateHz,
    tracks: tracks.map(({ id, firstFrame, frameCount, firstRow }, k) => ({
      ...{ id, firstFrame, frameCount, firstRow },
      identity: trackIdentity[k] ?? null,
    })),
    talking: await context.input('talking').readFloat32(talkingFile),
    offsetSec: offsetSec === null || offsetFrames !== 0 ? 0 : offsetSec,
  };
}
