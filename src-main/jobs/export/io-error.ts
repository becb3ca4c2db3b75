import { AppError } from '#shared/api/errors.ts';

const causes: Record<string, { what: string; fix: string }> = {
  ENOSPC: { what: 'the disk is full', fix: 'Free some space or choose another folder, then export again.' },
  EDQUOT: { what: 'the disk quota is used up', fix: 'Free some space or choose another folder, then export again.' },
  EACCES: { what: 'writing there is not allowed', fix: 'Choose a folder you may write to.' },
  EPERM: { what: 'writing there is not allowed', fix: 'Choose a folder you may write to.' },
  EROFS: { what: 'the disk is read-only', fix: 'Choose a folder you may write to.' },
  ENOTDIR: { what: 'part of the path is a file', fix: 'Choose another folder.' },
  ENAMETOOLONG: { what: 'the name is too long', fix: 'Choose a folder with a shorter path.' },
};

/** A failed write as an error for a person; errors that are one already pass. */
export function exportError(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof AppError || typeof code !== 'string') return error;
  const cause = Object.hasOwn(causes, code) ? causes[code] : undefined;
  return new AppError(
    'io',
    `${file} could not be written: ${cause?.what ?? (error as Error).message}; nothing was exported.`,
    {
      file,
      fix: cause?.fix ?? 'Choose another folder and export again.',
      detail: String(error),
    },
  );
}
