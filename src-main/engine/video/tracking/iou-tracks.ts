import { iou, type Detection } from '../face-detect/detection.ts';
import type { FrameDetections } from '../face-detect/detection-file.ts';

export interface TrackOptions {
  /** A box joins a track when it overlaps the track's last box by more than this (IoU). */
  readonly minIou: number;
  /** Frames between two boxes of a track at most. */
  readonly maxGapFrames: number;
  /** A track must have boxes for more frames than this; a box stands for the frames up to the next look. */
  readonly minTrackFrames: number;
  /** Mean width or height, whichever is larger, must be above this. */
  readonly minFacePx: number;
}

/** Where and in what pixels faces were looked for. */
export interface TrackFrame {
  /** Boxes are shares of the picture; sizes are judged in its pixels. */
  readonly pictureWidthPx: number;
  readonly pictureHeightPx: number;
  /** Faces were looked for in every so manieth frame. */
  readonly strideFrames: number;
}

/** One face through consecutive frames of one shot: an entry for each frame from `firstFrame` on. */
export interface FaceTrack {
  readonly firstFrame: number;
  readonly faces: readonly Detection[];
  /** Frames in which the face was found; the others lie between them. */
  readonly foundFrames: readonly number[];
}

/**
 * Tracks of one shot by greedy overlap, as in syncnet_python and its descendants (Chung and Zisserman 2016): a track starts
 * from the earliest box that is left and takes, frame by frame, the box that overlaps its last one most; boxes are used
 * once; frames between are interpolated. Pure; tracks come in the order of their starts.
 * @param frames of the shot, rising
 */
export function trackFaces(
  frames: readonly FrameDetections[],
  options: TrackOptions,
  picture: TrackFrame,
): FaceTrack[] {
  const left = frames.map(({ frame, faces }) => ({ frame, faces: [...faces] }));
  const tracks: FaceTrack[] = [];
  for (let first = 0; first < left.length;) {
    const start = left[first]!.faces.shift();
    if (!start) {
      first++;
      continue;
    }
    const found = [{ frame: left[first]!.frame, face: start }];
    for (let at = first + 1; at < left.length; at++) {
      const { frame, faces } = left[at]!;
      const last = found.at(-1)!;
      if (frame - last.frame > options.maxGapFrames) break;
      const next = mostOverlapping(last.face, faces);
      if (next < 0 || !(iou(last.face, faces[next]!) > options.minIou)) continue;
      found.push({ frame, face: faces.splice(next, 1)[0]! });
    }
    const track = finishedTrack(found, options, picture);
    if (track) tracks.push(track);
  }
  return tracks;
}

/** Boxes of one face, frames rising, as a track without gaps; null when it is too short or small. */
export function finishedTrack(
  found: readonly { frame: number; face: Detection }[],
  options: Pick<TrackOptions, 'minTrackFrames' | 'minFacePx'>,
  picture: TrackFrame,
): FaceTrack | null {
  if (!(found.length * picture.strideFrames > options.minTrackFrames)) return null;
  const track = interpolated(found);
  return meanSizePx(track, picture) > options.minFacePx ? track : null;
}

/** Boxes of one face in pieces, the gaps in which are at most `maxGapFrames`. */
export function piecesOf<T extends { readonly frame: number }>(found: readonly T[], maxGapFrames: number): T[][] {
  const pieces: T[][] = [];
  for (const one of found) {
    const piece = pieces.at(-1);
    if (piece && one.frame - piece.at(-1)!.frame <= maxGapFrames) piece.push(one);
    else pieces.push([one]);
  }
  return pieces;
}

function mostOverlapping(face: Detection, candidates: readonly Detection[]): number {
  let best = -1;
  candidates.forEach((candidate, index) => {
    if (best < 0 || iou(face, candidate) > iou(face, candidates[best]!)) best = index;
  });
  return best;
}

function interpolated(found: readonly { frame: number; face: Detection }[]): FaceTrack {
  const faces: Detection[] = [];
  found.forEach(({ frame, face }, index) => {
    const next = found[index + 1];
    faces.push(face);
    if (!next) return;
    for (let between = frame + 1; between < next.frame; between++) {
      faces.push(mixFaces(face, next.face, (between - frame) / (next.frame - frame)));
    }
  });
  return { firstFrame: found[0]!.frame, faces, foundFrames: found.map(({ frame }) => frame) };
}

/** A face on the way from one to another. */
export function mixFaces(a: Detection, b: Detection, share: number): Detection {
  const at = (from: number, to: number): number => from + (to - from) * share;
  return {
    x1: at(a.x1, b.x1),
    y1: at(a.y1, b.y1),
    x2: at(a.x2, b.x2),
    y2: at(a.y2, b.y2),
    score: at(a.score, b.score),
    points: a.points.map((value, index) => at(value, b.points[index]!)),
  };
}

function meanSizePx({ faces }: FaceTrack, { pictureWidthPx, pictureHeightPx }: TrackFrame): number {
  const mean = (size: (face: Detection) => number): number =>
    faces.reduce((sum, face) => sum + size(face), 0) / faces.length;
  return Math.max(mean(({ x1, x2 }) => x2 - x1) * pictureWidthPx, mean(({ y1, y2 }) => y2 - y1) * pictureHeightPx);
}

/**
 * A track held at its ends for up to `frames` more, within the shot: faces are looked for in some frames only, and were
 * there before they were found.
 */
export function holdEnds(track: FaceTrack, frames: number, shot: { firstFrame: number; endFrame: number }): FaceTrack {
  const before = Math.min(frames, track.firstFrame - shot.firstFrame);
  const after = Math.min(frames, shot.endFrame - (track.firstFrame + track.faces.length));
  return {
    firstFrame: track.firstFrame - Math.max(0, before),
    faces: [
      ...Array.from({ length: Math.max(0, before) }, () => track.faces[0]!),
      ...track.faces,
      ...Array.from({ length: Math.max(0, after) }, () => track.faces.at(-1)!),
    ],
    foundFrames: track.foundFrames,
  };
}
