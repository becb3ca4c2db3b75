import { z } from 'zod';
import { boxSketchSchema } from './box-sketch.ts';
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

const seenSpanSchema = z.object({
  startSec: timeSecSchema,
  endSec: timeSecSchema,
  /** Where the face is, a sketch for each machine track that shows it. */
  boxes: z.array(boxSketchSchema),
});

/** Face tracks as a person left them, told by time and place, so that they hold for tracks of another detector as well. */
export const faceCorrectionsSchema = z.object({
  /** Those that a person made or named: split, merged, cut, given to somebody. */
  tracks: z.array(
    seenSpanSchema.extend({
      /** Id of the speaker whose face it is, by word of a person: faces of one id are one person, of two ids two. */
      person: idSchema.nullable(),
    }),
  ),
  /** Deleted by a person. */
  removed: z.array(seenSpanSchema),
});
export type FaceCorrections = z.infer<typeof faceCorrectionsSchema>;

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
      /** The boxes themselves, roughly: they tell the face in later runs. */
      boxes: boxSketchSchema.optional(),
      /** Only where a person's correction made it: its place in `faces.given.tracks`. */
      correction: z.number().int().optional(),
    }),
  ),
  cutsSec: z.array(timeSecSchema),
  /** Only where a person had corrected face tracks. */
  faces: z
    .object({
      given: faceCorrectionsSchema,
      /** Places in `given.tracks` of faces that were not seen in this run. */
      missing: z.array(z.number().int()),
    })
    .optional(),
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
  /** Absent: as the system follows them. */
  faces: faceCorrectionsSchema.optional(),
});
export type Corrections = z.infer<typeof correctionsSchema>;

/** The same for a person to read: faces are counted, `faces` of the picture holds them. */
export const correctionsNoteSchema = correctionsSchema.omit({ faces: true }).extend({
  faces: z
    .object({
      tracks: z.number().int(),
      removed: z.number().int(),
      named: z.number().int(),
      /** Corrected tracks whose face this run did not find. */
      missing: z.number().int(),
    })
    .optional(),
});
export type CorrectionsNote = z.infer<typeof correctionsNoteSchema>;

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
  /** Only where a person had corrected cuts, faces or the offset of the sound. */
  corrections: correctionsNoteSchema.optional(),
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
