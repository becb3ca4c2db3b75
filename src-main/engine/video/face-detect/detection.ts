/** A face found in one frame. All lengths are pixels of the frame unless a caller says otherwise. */
export interface Detection {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** 0..1. */
  readonly score: number;
  /**
   * x, y of five points: the eye at the picture's left, the one at its right, tip of the nose, corner of the mouth at the
   * picture's left, at its right. BlazeFace knows the middle of the mouth only: both corners are there then.
   */
  readonly points: readonly number[];
}

export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Values of {@link Detection.points}. */
export const POINT_VALUES = 10;

/** Where the five points lie in the box of a face that looks ahead: for detectors that give none. */
export function typicalPoints({ x1, y1, x2, y2 }: Box): number[] {
  const at = [0.31, 0.42, 0.69, 0.42, 0.5, 0.63, 0.35, 0.82, 0.65, 0.82];
  return at.map((share, index) => (index % 2 === 0 ? x1 + share * (x2 - x1) : y1 + share * (y2 - y1)));
}

/** Intersection over union of two boxes; 0 for empty ones. */
export function iou(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (area(a) + area(b) - shared);
}

export const area = (box: Box): number => Math.max(0, box.x2 - box.x1) * Math.max(0, box.y2 - box.y1);

/** Shared area over the smaller box: 1 when one lies within the other. */
export function coverage(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / Math.min(area(a), area(b));
}
