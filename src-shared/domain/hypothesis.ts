import { z } from 'zod';
import { idSchema, timeSecSchema } from './records.ts';

/** One turn of a system's answer. Immutable once stored. */
export const hypothesisSegmentSchema = z.object({
  startSec: timeSecSchema,
  endSec: timeSecSchema,
  /** The system's own label: `spk00`, `ID_0/3`, or a name from an imported file. */
  speaker: z.string().min(1).max(200),
  confidence: z.number().min(0).max(1).nullable(),
});
export type HypothesisSegment = z.infer<typeof hypothesisSegmentSchema>;

/** What a system saw: face tracks, whose they are, and the cuts. */
export const hypothesisPictureSchema = z.object({
  tracks: z.array(
    z.object({
      startSec: timeSecSchema,
      endSec: timeSecSchema,
      /** A label of the segments; null = nobody's, or somebody's who says nothing. */
      speaker: z.string().min(1).max(200).nullable(),
      /** As `boxesRef` writes it. */
      boxesArtifact: z.string().nullable(),
    }),
  ),
  cutsSec: z.array(timeSecSchema),
});
export type HypothesisPicture = z.infer<typeof hypothesisPictureSchema>;

/** How probable a number of speakers is. */
export const speakerCountProbabilitySchema = z.object({
  count: z.number().int(),
  probability: z.number().min(0).max(1),
});

/** How many speakers an automatic count found, and how sure it is. */
export const speakerCountSchema = z.object({
  /** The number of speakers of the answer. */
  found: z.number().int(),
  /** The fewest and most speakers there are, with a probability of at least 80 %. */
  low: z.number().int(),
  high: z.number().int(),
  /** In order of count, sum 1. */
  probabilities: z.array(speakerCountProbabilitySchema),
});
export type SpeakerCount = z.infer<typeof speakerCountSchema>;

/** What a person corrected in the picture of a file before the system ran; null = as the system finds it. */
export const correctionsSchema = z.object({
  /** First instants of the shots after the first, in any order. */
  cutsSec: z.array(timeSecSchema).nullable(),
  /** > 0: the sound comes later than the picture. */
  soundOffsetSec: z.number().min(-5).max(5).nullable(),
});
export type Corrections = z.infer<typeof correctionsSchema>;

/** What made a hypothesis: enough to make it again. */
export const provenanceSchema = z.object({
  systemId: z.string(),
  systemVersion: z.string(),
  appVersion: z.string(),
  /** Effective parameters, `stage.param` → value. */
  params: z.record(z.string(), z.unknown()),
  models: z.array(z.object({ id: z.string(), sha256: z.string() })),
  stages: z.array(
    z.object({
      id: z.string(),
      version: z.string(),
      /** Cache key (sha256, hex). */
      key: z.string(),
      /** What it took when it was computed, in this job or (`fromCache`) in an earlier one. */
      wallSec: z.number(),
      cpuSec: z.number(),
      fromCache: z.boolean(),
      /** Largest resident size of the engine while it ran. */
      peakRssBytes: z.number().optional(),
    }),
  ),
  decoder: z.string(),
  provider: z.string(),
  /** Only where a person had corrected cuts or the offset of the sound. */
  corrections: correctionsSchema.optional(),
  /** Only where the number of speakers was estimated, by a system that tells how sure it is. */
  speakerCount: speakerCountSchema.optional(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

export const hypothesisInfoSchema = z.object({
  id: idSchema,
  mediaId: idSchema,
  /** Shown in the lane head: `Diarist audio`, `talk.rttm`. */
  label: z.string(),
  origin: z.enum(['machine', 'import']),
  createdMs: z.number(),
  speakerCount: z.number().int(),
  segmentCount: z.number().int(),
  provenance: provenanceSchema.nullable(),
  warnings: z.array(z.string()),
});
export type HypothesisInfo = z.infer<typeof hypothesisInfoSchema>;
