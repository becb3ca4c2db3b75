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

/**
 * Faces of all tiles of a frame, each once: tiles overlap, and a face cut by a tile's edge gives a part of its box there.
 * Greedy by score; what overlaps a kept box by `limit` (IoU), or lies in it by 0.6 of the smaller one, goes.
 */
export function joinTiles(detections: readonly Detection[], limit: number): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.toSorted(byScore)) {
    if (kept.every((better) => iou(better, candidate) <= limit && coverage(better, candidate) <= 0.6)) {
      kept.push(candidate);
    }
  }
  return kept;
}
