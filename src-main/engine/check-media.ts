import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { EngineJob } from '#shared/engine/protocol.ts';
import { statMatches } from '#media/identity.ts';

/**
 * Is the file still the one that was identified? Size and time stamp are compared, not the content.
 * @throws AppError `not-found` when it is gone, `conflict` when it was changed or replaced
 */
export async function checkMedia(media: EngineJob['media']): Promise<void> {
  if (await statMatches(media.identity, media.path)) return;
  const name = JSON.stringify(path.basename(media.path));
  const there = await stat(media.path).then(
    (info) => info.isFile(),
    () => false,
  );
  if (!there) {
    throw new AppError('not-found', `${name} is no longer where it was.`, {
      file: media.path,
      fix: 'Connect its disk again, or relink the file.',
    });
  }
  throw new AppError('conflict', `${name} was changed or replaced since it was added.`, {
    file: media.path,
    fix: 'Wait until nothing writes to the file, then run it again.',
  });
}
