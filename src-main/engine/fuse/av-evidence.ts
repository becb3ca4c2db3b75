import { z } from 'zod';
import { avEvidenceSchema as shownEvidenceSchema } from '#shared/evidence/face-schemas.ts';

export const avEvidenceFile = 'av.json';

/**
 * What `av.json` holds (artifact `avEvidence`): why an audio-visual system gave each turn to its speaker. What the window
 * reads of it, and more. Times are seconds of the file; a track whose face never speaks has no speaker; turns are those of
 * `hypothesis.json` in their order; `voiceMargin` is the mean cosine of the voice to its speaker less that to the next one.
 */
export const avEvidenceSchema = shownEvidenceSchema.extend({
  speakers: z.array(
    z.object({
      label: z.string(),
      /** Person of node `identities`, a further number where voices split one; null for somebody never seen to speak. */
      identity: z.number().int().nullable(),
      onScreenSec: z.number().min(0),
      offScreenSec: z.number().min(0),
    }),
  ),
  /**
   * Where sound alone and picture alone agree and the joint answer is another (consistency rule of MISP-M3SD): to be looked
   * at first.
   */
  review: z.array(z.object({ startSec: z.number(), endSec: z.number(), speaker: z.string(), agreed: z.string() })),
});
export type AvEvidence = z.infer<typeof avEvidenceSchema>;
