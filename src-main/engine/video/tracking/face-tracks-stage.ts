import { z } from 'zod';
import { timeInWords } from '#shared/domain/ops/words.ts';
import type { FaceCorrections } from '#shared/domain/hypothesis.ts';
import type { Stage, StageContext, StageFiles } from '../../stage.ts';
import {
  appearanceFile,
  decodeDetections,
  detectionIndexFile,
  detectionIndexSchema,
  detectionsFile,
  type DetectionIndex,
  type FrameDetections,
} from '../face-detect/detection-file.ts';
import { shotsFile, shotsSchema } from '../shots/shots-stage.ts';
import type { Detection } from '../face-detect/detection.ts';
import { correctTracks, type ShotTrack } from './face-corrections.ts';
import { deepSort, type Appearance } from './deep-sort.ts';
import { finishedTrack, holdEnds, piecesOf, trackFaces, type FaceTrack } from './iou-tracks.ts';
import { smoothTrack } from './median-filter.ts';
import { deepSortPreset, TRACK_IOU } from './presets.ts';
import { encodeTracks, trackIndexFile, tracksFile, type TrackIndex } from './track-file.ts';

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
  tracker: z
    .enum(['iou', 'deepsort'])
    .default('iou')
    .describe(
      'iou: each box joins the track whose last box it overlaps most; deepsort: the one expected there that looks like it',
    ),
  maxIouDistance: z
    .number()
    .min(0)
    .max(1)
    .default(deepSortPreset.maxIouDistance)
    .describe('deepsort: 1 minus the overlap of a box with where its face is expected, at most'),
  maxCosineDistance: z
    .number()
    .min(0)
    .max(2)
    .default(deepSortPreset.maxCosineDistance)
    .describe('deepsort: cosine distance of a face from its earlier looks, at most'),
  maxAgeFrames: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(deepSortPreset.maxAgeFrames)
    .describe('deepsort: frames of 1/25 s after which a face that is not seen is given up'),
  minHits: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(deepSortPreset.minHits)
    .describe('deepsort: looks in a row in which a new face must be seen, two at least'),
  minDetectionIou: z
    .number()
    .min(0)
    .max(1)
    .default(deepSortPreset.minDetectionIou)
    .describe('deepsort: overlap of the followed box with the found one from which it counts'),
});
type TrackParams = z.output<typeof params>;

/**
 * Faces followed from frame to frame within each shot. Inputs `face-detect`, `shots`; output `tracks.f32` (a box for every
 * frame of every track) with `tracks.json`. Tracks that a person had edited are as that person left them.
 */
export const faceTracksStage: Stage<typeof params> = {
  id: 'face-tracks',
  version: '2',
  label: 'Following faces',
  params,
  models: [],
  usesCorrections: ['faces'],
  artifacts: { faceTracks: tracksFile, faceTrackIndex: trackIndexFile },
  async run(context) {
    const input = context.input('face-detect');
    const picture = await input.readJson(detectionIndexFile, detectionIndexSchema);
    const frames = decodeDetections(await input.readFloat32(detectionsFile));
    const looks = await appearanceOf(input, picture, frames);
    if (context.params.tracker === 'deepsort' && !looks) {
      context.warn('Faces are followed by their place alone: no net of appearance was used when they were looked for.');
    }
    const { shots, frameRateHz } = await context.input('shots').readJson(shotsFile, shotsSchema);
    const tracks: ShotTrack[] = [];
    let people = 0;
    let at = 0;
    shots.forEach((shot, number) => {
      const start = at;
      while (at < frames.length && frames[at]!.frame < shot.endFrame) at++;
      // The published systems leave such shots out.
      if (shot.endFrame - shot.firstFrame < context.params.minTrackFrames) return;
      const inShot = frames.slice(start, at);
      const add = (track: FaceTrack, person: number | null): void => {
        const held = holdEnds(track, picture.strideFrames - 1, shot);
        tracks.push({ shot: number, track: smoothTrack(held, context.params.medianFrames), person });
      };
      if (context.params.tracker === 'iou') {
        for (const track of trackFaces(inShot, context.params, picture)) add(track, null);
        return;
      }
      for (const face of sortFaces(inShot, shot, context.params, picture, looks)) {
        const person = people++;
        for (const track of face) add(track, person);
      }
    });
    const given = context.job.corrections?.faces;
    const corrected = given && correctTracks(tracks, given, { ...context.params, frameRateHz });
    const { index, rows } = encodeTracks(corrected?.tracks ?? tracks, frameRateHz);
    await context.writeArray(tracksFile, rows);
    await context.writeJson(trackIndexFile, {
      ...index,
      ...(corrected ? { missingCorrections: [...corrected.missing] } : {}),
    } satisfies TrackIndex);
    if (corrected) warnOfMissing(context, given, corrected.missing, picture);
  },
};

/** Says which corrected faces are not there, of those whose time was looked at. */
function warnOfMissing(
  context: Pick<StageContext<TrackParams>, 'warn'>,
  given: FaceCorrections,
  missing: readonly number[],
  { firstFrame, frameCount, frameRateHz }: DetectionIndex,
): void {
  const starts = missing.flatMap((place) => {
    const { startSec, endSec } = given.tracks[place]!;
    const isLookedAt = endSec * frameRateHz > firstFrame && startSec * frameRateHz < firstFrame + frameCount;
    return isLookedAt ? [timeInWords(startSec)] : [];
  });
  if (starts.length === 0) return;
  const listed = starts.slice(0, 5).join(', ') + (starts.length > 5 ? ', …' : '');
  context.warn(
    `${starts.length === 1 ? 'A face that was' : `${starts.length} faces that were`} corrected by hand (from ${listed}) ${starts.length === 1 ? 'was' : 'were'} not found in this run; what was corrected stays as it is.`,
  );
}

/** DeepSORT's tracks of a shot, those of one face together. */
function sortFaces(
  frames: readonly FrameDetections[],
  shot: { readonly firstFrame: number; readonly endFrame: number },
  options: TrackParams,
  picture: DetectionIndex,
  looks: Appearance | null,
): FaceTrack[][] {
  const { strideFrames } = picture;
  const { pictureWidthPx, pictureHeightPx } = picture;
  // The filter's noise is in pixels: shares of width and height would stretch it.
  const original = new Map<Detection, Detection>();
  const found = new Map(
    frames.map(({ frame, faces }) => {
      const inPx = faces.map((face) => {
        const scaledFace = scaled(face, pictureWidthPx, pictureHeightPx);
        original.set(scaledFace, face);
        return scaledFace;
      });
      return [frame, { frame, faces: inPx }];
    }),
  );
  const all: FrameDetections[] = [];
  const first = Math.ceil(shot.firstFrame / strideFrames) * strideFrames;
  for (let frame = first; frame < shot.endFrame; frame += strideFrames) {
    all.push(found.get(frame) ?? { frame, faces: [] });
  }
  const maxAgeLooks = Math.ceil(options.maxAgeFrames / strideFrames);
  const appearance: Appearance = (face) => looks?.(original.get(face)!) ?? null;
  return deepSort(all, { ...options, maxAgeLooks }, appearance).map((sorted) => {
    const shares = sorted.map(({ frame, face }) => ({
      frame,
      face: scaled(face, 1 / pictureWidthPx, 1 / pictureHeightPx),
    }));
    return piecesOf(shares, options.maxGapFrames).flatMap((piece) => finishedTrack(piece, options, picture) ?? []);
  });
}

const scaled = (face: Detection, x: number, y: number): Detection => ({
  ...{ x1: face.x1 * x, y1: face.y1 * y, x2: face.x2 * x, y2: face.y2 * y, score: face.score },
  points: face.points.map((value, index) => value * (index % 2 === 0 ? x : y)),
});

/** What the faces of `frames` look like, when that was measured. */
async function appearanceOf(
  input: StageFiles,
  picture: DetectionIndex,
  frames: readonly FrameDetections[],
): Promise<Appearance | null> {
  const { appearanceDims } = picture;
  if (appearanceDims === 0) return null;
  const rows = await input.readFloat32(appearanceFile);
  const faces = frames.flatMap((entry) => entry.faces);
  const looks = new Map(
    faces.map((face, row) => [face, rows.subarray(row * appearanceDims, (row + 1) * appearanceDims)]),
  );
  return (face) => looks.get(face) ?? null;
}
