import { AppError } from '#shared/api/errors.ts';

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EIO: 'the disk reports an error',
  ENOTDIR: 'a part of its path is a file',
  EMFILE: 'too many files are open',
};

/** Do something with the cache folder; what the disk refuses becomes a sentence with a way out. */
export async function asDiskError<T>(cacheDir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const code = error instanceof Error && !(error instanceof AppError) ? (error as NodeJS.ErrnoException).code : null;
    const cause = typeof code === 'string' ? causes[code] : undefined;
    if (!cause) throw error;
    throw new AppError('io', `The cache folder cannot be used: ${cause}.`, {
      file: cacheDir,
      fix: 'Free space or choose another cache folder; the job then goes on where it stopped.',
      detail: (error as Error).message,
    });
  }
}
