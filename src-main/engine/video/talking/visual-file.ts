import { z } from 'zod';

/**
 * What an active-speaker net sees of the faces, row by row as in `tracks.f32`; NaN where it did not look. Without such a net
 * both files are missing, and `visual.json` says `net: null`.
 */
export const visualFile = 'visual.f32';
export const visualIndexFile = 'visual.json';

export const visualIndexSchema = z.object({
  /** null: no active-speaker net is installed, or none was wanted. */
  net: z.string().nullable(),
  /** Values per row; 0 without a net. */
  dims: z.number().int(),
  measuredRows: z.number().int(),
});
export type VisualIndex = z.infer<typeof visualIndexSchema>;
