import { z } from 'zod';

/** Weights of SyncNet that can be used; their parts are `<id>-visual` and `<id>-audio`. */
export const syncNets = [
  { id: 'syncnet-v2', metric: 'euclidean' },
  { id: 'syncnet-av-diarization', metric: 'cosine' },
] as const;

/**
 * Distances of SyncNet, `SYNC_SHIFTS` for each row of `tracks.f32`: of the five frames from the row's on to the sound moved
 * by −15 … 15 frames; NaN where the net did not look. Missing without the net.
 */
export const syncNetFile = 'syncnet.f32';
export const syncNetIndexFile = 'syncnet.json';
export const syncNetIndexSchema = z.object({
  /** null: not installed, or not wanted. */
  net: z.string().nullable(),
  metric: z.enum(['euclidean', 'cosine']).nullable(),
});
export type SyncNetIndex = z.infer<typeof syncNetIndexSchema>;
