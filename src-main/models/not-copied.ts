import { AppError } from '#shared/api/errors.ts';
import { diskCause } from '#runtime/disk-cause.ts';

/** A model file that could not be copied to its place, in words where the disk is the cause. */
export const notCopied = (error: unknown, file: string, fix: string): AppError =>
  new AppError('io', `The model could not be copied: ${diskCause(error) ?? (error as Error).message}.`, {
    file,
    fix,
    detail: String(error),
  });
