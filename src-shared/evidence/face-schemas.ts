import { z } from 'zod';

/**
 * What the window, the command line and exports read of the evidence of the picture. Stages write more than this; fields
 * that nobody outside the engine needs are not named here. Frames are 1/25 s; frame 0 is t = 0 of the picture.
 */

/** Names of the artifacts on the media route and in a job's result. */
export const faceArtifacts = {
  tracks: 'faceTracks',
  trackIndex: 'faceTrackIndex',
  shots: 'shots',
  lips: 'lips',
  talking: 'talking',
  talkingIndex: 'talkingIndex',
  identities: 'identities',
  sync: 'avSync',
  av: 'avEvidence',
} as const;

/** Values per row of `faceTracks`: x1, y1, x2, y2 (shares of the picture), score, five points. */
export const trackRowValues = 15;

/** Where in a row of `lips` the lip box lies: centre x, centre y, width, height, shares of the picture. */
export const lipBoxAt = 2;

export const trackIndexSchema = z.object({
  frameRateHz: z.number().positive(),
  tracks: z.array(
    z.object({
      id: z.number().int(),
      firstFrame: z.number().int(),
      frameCount: z.number().int().positive(),
      /** Row of its first frame in `faceTracks`; its rows follow one another. */
      firstRow: z.number().int().min(0),
      /** Only where a person's correction made it: its place among the corrected tracks that the run was given. */
      correction: z.number().int().optional(),
    }),
  ),
  /** Only where corrections were given: places of those whose face was not found. */
  missingCorrections: z.array(z.number().int()).optional(),
});
export type TrackIndexData = z.infer<typeof trackIndexSchema>;
export type TrackData = TrackIndexData['tracks'][number];

export const shotsDataSchema = z.object({
  frameRateHz: z.number().positive(),
  shots: z.array(z.object({ firstFrame: z.number().int(), endFrame: z.number().int() })),
});

export const identitiesDataSchema = z.object({
  identities: z.array(z.object({ id: z.number().int(), trackIds: z.array(z.number().int()) })),
});
export type IdentitiesData = z.infer<typeof identitiesDataSchema>;

/** Which evidence a segment rests on. */
export const segmentSourceSchema = z.enum(['face', 'voice', 'both']);

export const avEvidenceSchema = z.object({
  tracks: z.array(
    z.object({ id: z.number().int(), identity: z.number().int().nullable(), speaker: z.string().nullable() }),
  ),
  segments: z.array(
    z.object({
      startSec: z.number(),
      endSec: z.number(),
      speaker: z.string(),
      source: segmentSourceSchema,
      trackId: z.number().int().nullable(),
      faceProbability: z.number().nullable(),
      voiceMargin: z.number().nullable(),
    }),
  ),
});
export type AvEvidence = z.infer<typeof avEvidenceSchema>;
export type AvSegment = AvEvidence['segments'][number];

export const avSyncSchema = z.object({
  /** > 0: the sound comes later than the picture. null = unsure. */
  offsetSec: z.number().nullable(),
  confidence: z.number().nullable(),
});
export type AvSync = z.infer<typeof avSyncSchema>;
