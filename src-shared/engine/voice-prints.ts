import { z } from 'zod';

/** A stretch of somebody's speech, seconds. */
export const voiceSpanSchema = z.object({
  speaker: z.string().min(1).max(200),
  startSec: z.number().min(0),
  endSec: z.number().min(0),
});
export type VoiceSpan = z.infer<typeof voiceSpanSchema>;

/** The nets a voice is heard through; vectors of other nets, or of other weights, cannot be compared. */
export const voicePrintModels = ['diarist-voice-trunk', 'diarist-voice-head'] as const;

export const voicePrintsFile = 'prints.json';
export const voicePrintsSchema = z.object({
  /** Hashes of the nets: vectors of other nets cannot be compared. */
  model: z.string(),
  /** Speakers with enough speech of their own. */
  prints: z.array(
    z.object({
      speaker: z.string(),
      /** Speech in which nobody else talks. */
      speechSec: z.number(),
      /** Unit length. */
      vector: z.array(z.number()),
    }),
  ),
});
export type VoicePrints = z.infer<typeof voicePrintsSchema>;
