import { AppError } from '#shared/api/errors.ts';
import { diskCause } from '#runtime/disk-cause.ts';

const fixes: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space or choose another folder, then export again.',
  EDQUOT: 'Free some space or choose another folder, then export again.',
  EACCES: 'Choose a folder you may write to.',
  EPERM: 'Choose a folder you may write to.',
  EROFS: 'Choose a folder you may write to.',
  ENAMETOOLONG: 'Choose a folder with a shorter path.',
};

/** A failed write as an error for a person; errors that are one already pass. */
export function exportError(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof AppError || typeof code !== 'string') return error;
  const cause = diskCause(error) ?? (error as Error).message;
  return new AppError('io', `${file} could not be written: ${cause}; nothing was exported.`, {
    file,
    fix: (Object.hasOwn(fixes, code) ? fixes[code] : undefined) ?? 'Choose another folder and export again.',
    detail: String(error),
  });
}
