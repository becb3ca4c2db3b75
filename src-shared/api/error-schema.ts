import { z } from 'zod';
import { errorCodes } from './errors.ts';
import type { AppErrorData } from './errors.ts';

/** Checks errors that come from another process; apart from them, because worker threads throw and never check. */
export const appErrorSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  file: z.string().optional(),
  fix: z.string().optional(),
  detail: z.string().optional(),
}) satisfies z.ZodType<AppErrorData>;
