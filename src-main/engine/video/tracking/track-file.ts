import { z } from 'zod';
import { POINT_VALUES } from '../face-detect/detection.ts';
import type { FaceTrack } from './iou-tracks.ts';

export const tracksFile = 'tracks.f32';
export const trackIndexFile = 'tracks.json';
export const trackIndexSchema = z.object({
  /** Frames a second; frame 0 is t = 0. */
  frameRateHz: z.number(),
  tracks: z.array(
    z.object({
      /** From 0, in the order of their starts; stable for the same file, parameters and versions. */
      id: z.number().int(),
      /** In `shots.json`. */
      shot: z.number().int(),
      firstFrame: z.number().int(),
      frameCount: z.number().int().positive(),
      /** Row of its first frame in `tracks.f32`; its rows follow one another. */
      firstRow: z.number().int(),
      /** Frames in which the face was found rather than interpolated. */
      foundFrames: z.number().int().positive(),
      meanScore: z.number(),
      /** Tracks of one number are one face to the tracker, lost in between; null = the tracker does not say. */
      person: z.number().int().nullable().default(null),
      /** Only where a person's correction made the track: its place among the corrected tracks that the run was given. */
      correction: z.number().int().optional(),
    }),
  ),
  /** Only where corrections were given: places of those whose face was not found. */
  missingCorrections: z.array(z.number().int()).optional(),
});
export type TrackIndex = z.infer<typeof trackIndexSchema>;

/**
 * Values of a frame in `tracks.f32` (little-endian float32): x1, y1, x2, y2, score, five points x, y; shares of the
 * picture's width and height.
 */
export const TRACK_ROW_VALUES = 5 + POINT_VALUES;

export function encodeTracks(
  tracks: readonly { shot: number; track: FaceTrack; person?: number | null; correction?: number }[],
  frameRateHz: number,
): { index: TrackIndex; rows: Float32Array } {
  const ordered = tracks.toSorted((a, b) => a.track.firstFrame - b.track.firstFrame);
  const rows = new Float32Array(ordered.reduce((sum, { track }) => sum + track.faces.length, 0) * TRACK_ROW_VALUES);
  let row = 0;
  const index = ordered.map(({ shot, track, person = null, correction }, id): TrackIndex['tracks'][number] => {
    const firstRow = row;
    for (const { x1, y1, x2, y2, score, points } of track.faces) {
      rows.set([x1, y1, x2, y2, score, ...points], TRACK_ROW_VALUES * row++);
    }
    const meanScore = track.faces.reduce((sum, { score }) => sum + score, 0) / track.faces.length;
    return {
      id,
      shot,
      firstFrame: track.firstFrame,
      frameCount: track.faces.length,
      firstRow,
      // A piece that a person cut out may lie between two looks.
      foundFrames: Math.max(1, track.foundFrames.length),
      meanScore,
      person,
      ...(correction === undefined ? {} : { correction }),
    };
  });
  return { index: { frameRateHz, tracks: index }, rows };
}
