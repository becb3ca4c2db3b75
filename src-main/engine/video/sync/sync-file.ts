import { z } from 'zod';

export const syncFile = 'sync.json';
/** In M3SD's shape, a row per face track; offsets are counted as SyncNet does: > 0 = the sound comes earlier. */
export const offsetsFile = 'offsets.csv';

const offset = z.object({
  /** Seconds the sound comes later than the picture; null = unsure. */
  offsetSec: z.number().nullable(),
  /** Peak over second peak of the agreement (lips), or median less least distance (SyncNet); 0 = nothing to judge by. */
  confidence: z.number(),
});

/** What `sync.json` holds. */
export const syncSchema = offset.extend({
  method: z.enum(['lips', 'syncnet', 'person']),
  /** In the order of `shots.json`. */
  shots: z.array(offset.extend({ shot: z.number().int() })),
  /** Best offset of each face track, sure or not. */
  tracks: z.array(
    z.object({
      trackId: z.number().int(),
      /** Frames the sound comes later than the picture. */
      offsetFrames: z.number(),
      confidence: z.number(),
      /** M3SD's gate: within 5 frames with a confidence of 1 or more. */
      passesGate: z.boolean(),
    }),
  ),
});
export type AvSync = z.infer<typeof syncSchema>;
