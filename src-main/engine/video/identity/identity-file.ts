import { z } from 'zod';

export const identitiesFile = 'identities.json';
export const identitiesSchema = z.object({
  /** Id of the net that told the faces apart. */
  net: z.string(),
  identities: z.array(
    z.object({
      /** From 0, in the order of their first tracks. */
      id: z.number().int(),
      /** Rising. */
      trackIds: z.array(z.number().int()),
      /** Faces that were compared. */
      faceCount: z.number().int(),
    }),
  ),
  /** By track id; null for a track without a face that could be compared. */
  trackIdentity: z.array(z.number().int().nullable()),
  /** By track id, 0..1; 0 where there is no identity. */
  confidence: z.array(z.number()),
});
export type Identities = z.infer<typeof identitiesSchema>;
