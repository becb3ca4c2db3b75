import { z } from 'zod';

/** What `segments.json` holds: stretches of speakers in seconds from the start of the sound, in order of time. */
export const segmentsSchema = z.object({
  segments: z.array(
    z.object({
      startSec: z.number(),
      endSec: z.number(),
      label: z.number().int(),
      confidence: z.number().min(0).max(1),
    }),
  ),
});
