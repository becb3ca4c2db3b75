import { z } from 'zod';

/**
 * The curated layer of one media file is a flat set of records. Every change is a {@link RecordsDiff}; undo applies the
 * reversed diff (the design of tldraw's store). Whatever an edit can name is a record and lives in the project file.
 *
 * Times are seconds as float64 from t = 0, the earliest presentation time of the file. Edits snap to 1 ms.
 */

/** Opaque, stable for life. Assigned by the host; never reused. */
export const idSchema = z.string().min(1).max(64);

/** Seconds from t = 0; finite and not negative. */
export const timeSecSchema = z.number().min(0).max(360_000);

/** Who made a record: a system's run, a person, or a file that was imported. */
export const originSchema = z.enum(['machine', 'human', 'import']);
export type Origin = z.infer<typeof originSchema>;

export const reviewStateSchema = z.enum(['unreviewed', 'accepted', 'doubtful']);
export type ReviewState = z.infer<typeof reviewStateSchema>;

export const speakerSchema = z.object({
  kind: z.literal('speaker'),
  id: idSchema,
  /** As shown and exported; trimmed, 1–200 characters, unique per file. */
  name: z.string().min(1).max(200),
  /** Index into the speaker palette; a speaker keeps it for life, through merges and re-runs. */
  colour: z.number().int().min(0).max(9999),
  /** Lane order; also the digit that assigns it (0 → key 1). */
  order: z.number(),
  origin: originSchema,
});
export type Speaker = z.infer<typeof speakerSchema>;

export const segmentSchema = z.object({
  kind: z.literal('segment'),
  id: idSchema,
  speakerId: idSchema,
  startSec: timeSecSchema,
  endSec: timeSecSchema,
  /** 0..1 from evidence; null when nobody knows (human, most imports). */
  confidence: z.number().min(0).max(1).nullable(),
  review: reviewStateSchema,
  origin: originSchema,
  /** The hypothesis it came from; null when a person made it. */
  hypothesisId: idSchema.nullable(),
});
export type Segment = z.infer<typeof segmentSchema>;

/** A face followed through one shot. Boxes are a bulk array in the cache, named by `boxesArtifact`. */
export const faceTrackSchema = z.object({
  kind: z.literal('track'),
  id: idSchema,
  startSec: timeSecSchema,
  endSec: timeSecSchema,
  speakerId: idSchema.nullable(),
  boxesArtifact: z.string().nullable(),
  origin: originSchema,
});
export type FaceTrack = z.infer<typeof faceTrackSchema>;

/** A shot boundary: the first instant of the new shot. */
export const cutSchema = z.object({
  kind: z.literal('cut'),
  id: idSchema,
  timeSec: timeSecSchema,
  origin: originSchema,
});
export type Cut = z.infer<typeof cutSchema>;

/**
 * How the sound lies against the picture of this file, as a person corrected it: kept beside the labels, never in their
 * times. At most one a file.
 */
export const avOffsetSchema = z.object({
  kind: z.literal('offset'),
  id: idSchema,
  /** > 0: the sound comes later than the picture. */
  offsetSec: z.number().min(-5).max(5),
  origin: originSchema,
});
export type AvOffset = z.infer<typeof avOffsetSchema>;

export const recordSchema = z.discriminatedUnion('kind', [
  speakerSchema,
  segmentSchema,
  faceTrackSchema,
  cutSchema,
  avOffsetSchema,
]);
export type DocRecord = z.infer<typeof recordSchema>;

export const recordsDiffSchema = z.object({
  added: z.array(recordSchema),
  updated: z.array(z.object({ from: recordSchema, to: recordSchema })),
  removed: z.array(recordSchema),
});
export type RecordsDiff = z.infer<typeof recordsDiffSchema>;
