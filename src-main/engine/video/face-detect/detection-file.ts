import { z } from 'zod';
import { POINT_VALUES, type Detection } from './detection.ts';

/** What faces were found, beside `detections.f32`. */
export const detectionsFile = 'detections.f32';
export const detectionIndexFile = 'detections.json';
/** Features of unit length of each face of `detections.f32`, in its order. */
export const appearanceFile = 'appearance.f32';
export const detectionIndexSchema = z.object({
  detector: z.string(),
  /** Frames a second; frame 0 is t = 0. */
  frameRateHz: z.number(),
  firstFrame: z.number().int(),
  frameCount: z.number().int(),
  /** Faces were looked for in every so manieth frame, from frame 0 on. */
  strideFrames: z.number().int().min(1),
  /** Of the upright picture as it is in the file. */
  pictureWidthPx: z.number().int(),
  pictureHeightPx: z.number().int(),
  faceCount: z.number().int(),
  /** Values of a face in `appearance.f32`; 0 = its appearance was not measured. */
  appearanceDims: z.number().int().default(0),
});
export type DetectionIndex = z.infer<typeof detectionIndexSchema>;

/**
 * Values of a face in `detections.f32` (little-endian float32): frame, x1, y1, x2, y2, score, five points x, y. Boxes and
 * points are shares of the picture's width and height; boxes may reach beyond 0..1 where a face is half out of the picture.
 */
export const ROW_VALUES = 6 + POINT_VALUES;

export interface FrameDetections {
  readonly frame: number;
  readonly faces: readonly Detection[];
}

/** @param pictureWidthPx, pictureHeightPx the picture whose pixels the detections are in */
export function encodeDetections(
  frames: readonly FrameDetections[],
  pictureWidthPx: number,
  pictureHeightPx: number,
): Float32Array<ArrayBuffer> {
  const rows = frames.flatMap(({ frame, faces }) =>
    faces.map((face) => [
      frame,
      face.x1 / pictureWidthPx,
      face.y1 / pictureHeightPx,
      face.x2 / pictureWidthPx,
      face.y2 / pictureHeightPx,
      face.score,
      ...face.points.map((value, index) => value / (index % 2 === 0 ? pictureWidthPx : pictureHeightPx)),
    ]),
  );
  return Float32Array.from(rows.flat());
}

/** Rows → faces by frame, boxes and points in 0..1, frames rising; frames without a face are left out. */
export function decodeDetections(rows: Float32Array): FrameDetections[] {
  const frames: { frame: number; faces: Detection[] }[] = [];
  for (let at = 0; at + ROW_VALUES <= rows.length; at += ROW_VALUES) {
    const [frame = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, score = 0, ...points] = rows.subarray(at, at + ROW_VALUES);
    if (frames.at(-1)?.frame !== frame) frames.push({ frame, faces: [] });
    frames.at(-1)!.faces.push({ x1, y1, x2, y2, score, points });
  }
  return frames;
}
