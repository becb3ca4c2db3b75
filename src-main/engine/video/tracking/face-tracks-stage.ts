import { z } from 'zod';
import type { Stage } from '../../stage.ts';
import {
  decodeDetections,
  detectionIndexFile,
  detectionIndexSchema,
  detectionsFile,
} from '../face-detect/detection-file.ts';
import { shotsFile, shotsSchema } from '../shots/shots-stage.ts';
import { holdEnds, trackFaces, type FaceTrack } from './iou-tracks.ts';
import { smoothTrack } from './median-filter.ts';
import { TRACK_IOU } from './presets.ts';
import { encodeTracks, trackIndexFile, tracksFile } from './track-file.ts';

const params = z.object({
  minIou: z
    .number()
    .min(0)
    .max(0.99)
    .default(TRACK_IOU)
    .describe('Overlap of a box with the last one of its track, 0 to 1'),
  maxGapFrames: z.number().int().min(1).max(250).default(25).describe('Longest gap in a track, frames of 1/25 s'),
  minTrackFrames: z.number().int().min(0).max(1000).default(10).describe('Shortest track, frames of 1/25 s'),
  minFacePx: z.number().min(0).max(1000).default(1).describe('Smallest face, pixels of the picture'),
  medianFrames: z
    .number()
    .int()
    .min(1)
    .max(101)
    .refine((width) => width % 2 === 1, 'must be odd')
    .default(13)
    .describe('Width of the median that smooths boxes, frames of 1/25 s, odd; 1 = none'),
});

/**
 * Faces followed from frame to frame within each shot. Inputs `face-detect`, `shots`; output `tracks.f32` (a box for every
 * frame of every track) with `tracks.json`.
 */
export const faceTracksStage: Stage<typeof params> = {
  id: 'face-tracks',
  version: '1',
  label: 'Following faces',
  params,
  models: [],
  artifacts: { faceTracks: tracksFile, faceTrackIndex: trackIndexFile },
  async run(context) {
    const input = context.input('face-detect');
    const picture = await input.readJson(detectionIndexFile, detectionIndexSchema);
    const frames = decodeDetections(await input.readFloat32(detectionsFile));
    const { shots, frameRateHz } = await context.input('shots').readJson(shotsFile, shotsSchema);
    const tracks: { shot: number; track: FaceTrack }[] = [];
    let at = 0;
    shots.forEach((shot, number) => {
      const start = at;
      while (at < frames.length && frames[at]!.frame < shot.endFrame) at++;
      // The published systems leave such shots out.
      if (shot.endFrame - shot.firstFrame < context.params.minTrackFrames) return;
      for (const track of trackFaces(frames.slice(start, at), context.params, picture)) {
        const held = holdEnds(track, picture.strideFrames - 1, shot);
        tracks.push({ shot: number, track: smoothTrack(held, context.params.medianFrames) });
      }
    });
    const { index, rows } = encodeTracks(tracks, frameRateHz);
    await context.writeArray(tracksFile, rows);
    await context.writeJson(trackIndexFile, index);
  },
};
