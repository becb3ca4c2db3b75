import { z } from 'zod';

/** Name of the artifact in a job's result. */
export const frameArtifact = 'frameConfidence';

/**
 * How probable it is, frame by frame, that the speaker of a turn is heard. Frame k lies from k to k + 1 steps of the file's own
 * time; it belongs to a turn when its middle does.
 */
export const frameConfidenceSchema = z.object({
  stepSec: z.number().positive(),
  turns: z.array(
    z.object({
      speaker: z.string(),
      firstFrame: z.number().int().min(0),
      /** 0..1, one for each frame from `firstFrame` on. */
      confidence: z.array(z.number().min(0).max(1)),
      /** Probability of speech there, 0..1, whoever speaks. */
      speech: z.array(z.number().min(0).max(1)),
    }),
  ),
});
export type FrameConfidence = z.output<typeof frameConfidenceSchema>;
