import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import { identifyFile, statMatches } from '#media/identity.ts';
import type { Store } from '#store/store.ts';

/**
 * The file of the project, sure to be the one that was added. A copy or a touch gives a file another time stamp: its
 * content is then hashed again and the stamp renewed.
 * @throws AppError `not-found` when it is gone, `conflict` when its content is another
 */
export async function freshIdentity(store: Store, mediaId: string): Promise<MediaItem> {
  const media = await store.getMedia(mediaId);
  if (await statMatches(media.identity, media.path)) return media;
  const identity = await identifyFile(media.path);
  if (identity.hash === media.identity.hash) return store.updateMedia(mediaId, { identity });
  throw new AppError(
    'conflict',
    `${JSON.stringify(path.basename(media.path))} has other content than when it was added.`,
    {
      file: media.path,
      fix: 'Put the original back, or remove the file from the project and add it again.',
    },
  );
}
