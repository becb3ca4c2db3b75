import { AppError } from '#shared/api/errors.ts';
import { diskCause } from '#runtime/disk-cause.ts';
import { liesIn } from '#runtime/lies-in.ts';

/** Do something with the cache folder; what the disk refuses becomes a sentence with a way out. */
export async function asDiskError<T>(cacheDir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const cause = error instanceof AppError || isMissingElsewhere(error, cacheDir) ? null : diskCause(error);
    if (!cause) throw error;
    throw new AppError('io', `The cache folder cannot be used: ${cause}.`, {
      file: cacheDir,
      fix: 'Free space or choose another cache folder; the job then goes on where it stopped.',
      detail: (error as Error).message,
    });
  }
}

/** A file that is gone says something of the cache folder only where it belongs there. */
function isMissingElsewhere(error: unknown, cacheDir: string): boolean {
  const { code, path: file } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT') return false;
  return file === undefined || (file !== cacheDir && !liesIn(file, cacheDir) && !liesIn(cacheDir, file));
}
