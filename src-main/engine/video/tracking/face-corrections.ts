import type { FaceCorrections } from '#shared/domain/hypothesis.ts';
import { sketchedBoxAt } from '#shared/domain/box-sketch.ts';
import { iou, type Detection } from '../face-detect/detection.ts';
import type { FaceTrack } from './iou-tracks.ts';
import { mixFaces } from './iou-tracks.ts';

/** A track of a shot, and which correction of a person made it. */
export interface ShotTrack {
  readonly shot: number;
  readonly track: FaceTrack;
  /** The tracker's number of the face, if it has some. */
  readonly person: number | null;
  /** Place in the corrections' tracks; absent for a track that nobody touched. */
  readonly correction?: number;
}

export interface CorrectedTracks {
  readonly tracks: readonly ShotTrack[];
  /** Places of corrected tracks whose face is in none of the frames looked at. */
  readonly missing: readonly number[];
}

/** A box is that of a corrected face when both overlap by so much: boxes of two detectors of one face do. */
const MIN_IOU = 0.3;
/** A correction speaks of a track when for so much of the time they share both are in the same place. */
const MIN_SHARED = 0.5;
/** Corrections whose overlap with a face differs by less are as near to it: the shorter one says more. */
const SAME_IOU = 0.05;

interface Claim {
  readonly firstFrame: number;
  readonly endFrame: number;
  readonly boxes: FaceCorrections['removed'][number]['boxes'];
  /** Place in the corrections' tracks; null for a face that was deleted. */
  readonly place: number | null;
}

/**
 * Tracks as a person had left those of an earlier run. Corrections and tracks are matched frame by frame by where faces are,
 * so that tracks of another detector or tracker, cut otherwise in time, are corrected as well; in tracks found as before each
 * frame goes where the person had put it. What a track has beyond the time of its corrections goes with the nearest of them;
 * tracks without any stay as they are. Pieces of one corrected track are joined over gaps of up to `maxGapFrames`.
 * Pure.
 */
export function correctTracks(
  tracks: readonly ShotTrack[],
  corrections: FaceCorrections,
  options: { readonly frameRateHz: number; readonly maxGapFrames: number },
): CorrectedTracks {
  const { frameRateHz } = options;
  const frameOf = (sec: number): number => Math.round(sec * frameRateHz);
  const claimOf = (place: number | null, seen: FaceCorrections['removed'][number]): Claim => ({
    ...{ firstFrame: frameOf(seen.startSec), endFrame: frameOf(seen.endSec), boxes: seen.boxes, place },
  });
  const claims = [
    ...corrections.tracks.map((seen, place) => claimOf(place, seen)),
    ...corrections.removed.map((seen) => claimOf(null, seen)),
  ];
  const corrected: { order: number; track: ShotTrack }[] = [];
  const pieces = new Map<number, { order: number; track: ShotTrack }[]>();
  for (const [order, one] of tracks.entries()) {
    const owners = ownersOf(one.track, claims, frameRateHz);
    if (!owners) {
      corrected.push({ order, track: one });
      continue;
    }
    for (const { claim, from, end } of runsOf(owners)) {
      if (claim.place === null) continue;
      const track = { ...one, track: partOf(one.track, from, end), correction: claim.place };
      pieces.set(claim.place, [...(pieces.get(claim.place) ?? []), { order, track }]);
    }
  }
  for (const some of pieces.values()) {
    const order = Math.min(...some.map((piece) => piece.order));
    const whole = joined(
      some.map(({ track }) => track),
      options.maxGapFrames,
    );
    for (const track of whole) corrected.push({ order, track });
  }
  return {
    // Numbers follow starts, and then this order: one face corrected leaves the others theirs.
    tracks: corrected.sort((a, b) => a.order - b.order).map(({ track }) => track),
    missing: corrections.tracks.flatMap((_, place) => (pieces.has(place) ? [] : [place])),
  };
}

/** The correction of each frame of a track; null when none speaks of it. */
function ownersOf(track: FaceTrack, claims: readonly Claim[], frameRateHz: number): Claim[] | null {
  const end = track.firstFrame + track.faces.length;
  const near = claims.filter((claim) => claim.firstFrame < end && claim.endFrame > track.firstFrame);
  const overlaps = near.map((claim) =>
    track.faces.map((face, at) => overlapWith(claim, face, track.firstFrame + at, frameRateHz)),
  );
  const valid = near.flatMap((_, number) => {
    const shared = overlaps[number]!.filter((overlap) => overlap !== null);
    const matched = shared.filter((overlap) => overlap >= MIN_IOU).length;
    return matched > 0 && matched >= MIN_SHARED * shared.length ? [number] : [];
  });
  if (valid.length === 0) return null;
  const lengthOf = (number: number): number => near[number]!.endFrame - near[number]!.firstFrame;
  valid.sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  const owners = track.faces.map((_, at): Claim | null => {
    const overlapOf = (number: number): number => overlaps[number]![at] ?? 0;
    const most = Math.max(...valid.map(overlapOf));
    if (most < MIN_IOU) return null;
    return near[valid.find((number) => overlapOf(number) > most - SAME_IOU)!]!;
  });
  return nearestFilled(owners);
}

/** Overlap of a face with a claim in a frame; null where the claim has none. */
function overlapWith(claim: Claim, face: Detection, frame: number, frameRateHz: number): number | null {
  if (frame < claim.firstFrame || frame >= claim.endFrame) return null;
  let most: number | null = null;
  for (const sketch of claim.boxes) {
    const box = sketchedBoxAt(sketch, frame / frameRateHz);
    if (box) most = Math.max(most ?? 0, iou(box, face));
  }
  return most;
}

/** Each empty place gets the nearest value, of two as near the earlier one. At least one is there. */
function nearestFilled<T>(values: readonly (T | null)[]): T[] {
  const known = values.flatMap((value, at) => (value === null ? [] : [at]));
  let next = 0;
  return values.map((value, at) => {
    if (value !== null) return value;
    while (next < known.length && known[next]! < at) next++;
    const [before, after] = [known[next - 1], known[next]];
    const isBefore = after === undefined || (before !== undefined && at - before <= after - at);
    return values[isBefore ? before! : after]!;
  });
}

/** Stretches of one owner; indices into the track. */
function runsOf(owners: readonly Claim[]): { claim: Claim; from: number; end: number }[] {
  const runs: { claim: Claim; from: number; end: number }[] = [];
  owners.forEach((claim, at) => {
    const last = runs.at(-1);
    if (last?.claim === claim) last.end = at + 1;
    else runs.push({ claim, from: at, end: at + 1 });
  });
  return runs;
}

function partOf({ firstFrame, faces, foundFrames }: FaceTrack, from: number, end: number): FaceTrack {
  return {
    firstFrame: firstFrame + from,
    faces: faces.slice(from, end),
    foundFrames: foundFrames.filter((frame) => frame >= firstFrame + from && frame < firstFrame + end),
  };
}

/** Pieces of one face as one track for each stretch without a longer gap; where two cover a frame, the earlier one's box. */
function joined(pieces: readonly ShotTrack[], maxGapFrames: number): ShotTrack[] {
  const order = pieces.toSorted((a, b) => a.track.firstFrame - b.track.firstFrame);
  const result: ShotTrack[] = [];
  for (const piece of order) {
    const last = result.at(-1);
    const end = last ? last.track.firstFrame + last.track.faces.length : 0;
    const known = last ? Math.min(piece.track.faces.length, Math.max(0, end - piece.track.firstFrame)) : 0;
    if (known === piece.track.faces.length) continue;
    const rest = partOf(piece.track, known, piece.track.faces.length);
    const gap = rest.firstFrame - end;
    if (!last || last.shot !== piece.shot || gap >= maxGapFrames) {
      result.push({ ...piece, track: rest });
      continue;
    }
    const [from, to] = [last.track.faces.at(-1)!, rest.faces[0]!];
    const between = Array.from({ length: gap }, (_, at) => mixFaces(from, to, (at + 1) / (gap + 1)));
    const track: FaceTrack = {
      firstFrame: last.track.firstFrame,
      faces: [...last.track.faces, ...between, ...rest.faces],
      foundFrames: [...last.track.foundFrames, ...rest.foundFrames],
    };
    result[result.length - 1] = { ...last, track };
  }
  return result;
}
