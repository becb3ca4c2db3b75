import { z } from 'zod';

export const talkingFile = 'talking.f32';
export const talkingIndexFile = 'talking.json';

/**
 * What `talking.json` holds. `talking.f32` has one float32 for each row of `tracks.f32`: the probability (0..1, calibrated)
 * that this face speaks in that frame of the picture; NaN where the face was not measured. Where the sound comes later than
 * the picture, what it says is heard that much later (`offsetFrames`, `sync.json`).
 */
export const talkingIndexSchema = z.object({
  /** lips: their movement against the sound; lips+net: with an active-speaker net. */
  method: z.enum(['lips', 'lips+net']),
  /** Active-speaker nets, joined by +; null without one. */
  net: z.string().nullable(),
  /** Which fit turned evidence into probabilities (docs/adr/0090). */
  calibration: z.string(),
  /** Frames the sound was found to come later than the picture; 0 = in step or unsure. Lips were compared with what is heard so
   * much later. */
  offsetFrames: z.number().int(),
  perTrack: z.array(
    z.object({
      trackId: z.number().int(),
      /** Rows with a probability. */
      measuredFrames: z.number().int(),
      /** Sum of the probabilities in seconds. */
      talkingSec: z.number(),
      maxProbability: z.number(),
    }),
  ),
});
export type TalkingIndex = z.infer<typeof talkingIndexSchema>;
