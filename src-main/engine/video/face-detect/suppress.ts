import { coverage, iou, type Detection } from './detection.ts';

const byScore = (a: Detection, b: Detection): number => b.score - a.score;

/** Greedy non-maximum suppression: a box that overlaps a better one by more than `limit` (IoU) goes. */
export function suppress(detections: readonly Detection[], limit: number): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.toSorted(byScore)) {
    if (kept.every((better) => iou(better, candidate) <= limit)) kept.push(candidate);
  }
  return kept;
}

/**
 * Blending suppression, as published with BlazeFace (Bazarevsky et al. 2019): boxes that overlap the best one by more than
 * `limit` are averaged with it, weighted by their scores. It keeps the best score.
 */
export function blend(detections: readonly Detection[], limit: number): Detection[] {
  let rest = detections.toSorted(byScore);
  const kept: Detection[] = [];
  while (rest.length > 0) {
    const best = rest[0]!;
    const group = rest.filter((candidate) => candidate === best || iou(best, candidate) > limit);
    rest = rest.filter((candidate) => !group.includes(candidate));
    const total = group.reduce((sum, { score }) => sum + score, 0);
    const mean = (value: (detection: Detection) => number): number =>
      group.reduce((sum, detection) => sum + detection.score * value(detection), 0) / total;
    kept.push({
      x1: mean(({ x1 }) => x1),
      y1: mean(({ y1 }) => y1),
      x2: mean(({ x2 }) => x2),
      y2: mean(({ y2 }) => y2),
      score: best.score,
      points: best.points.map((_, at) => mean(({ points }) => points[at]!)),
    });
  }
  return kept;
}

/** Overlap (IoU) above which faces of different tiles are one, and share of the smaller one in the other. */
const JOIN_IOU = 0.3;
const JOIN_COVERAGE = 0.6;

/** Two boxes of one face, one of which may be of a part of it. */
export const isSameFace = (a: Detection, b: Detection): boolean =>
  iou(a, b) > JOIN_IOU || coverage(a, b) > JOIN_COVERAGE;

/**
 * Faces of all tiles of a frame, each once: tiles overlap, and a face cut by a tile's edge gives a part of its box there.
 * Greedy by score; what is the same face as a kept one goes.
 */
export function joinTiles(detections: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.toSorted(byScore)) {
    if (!kept.some((better) => isSameFace(better, candidate))) kept.push(candidate);
  }
  return kept;
}
