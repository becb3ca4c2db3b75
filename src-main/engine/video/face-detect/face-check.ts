import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { FrameSize } from '#media/frames.ts';
import { fillPlanar } from '../yuv-picture.ts';
import { iou, type Detection } from './detection.ts';

/**
 * A second opinion on doubtful faces (docs/adr/0081): the face mesh says how sure it is that its input is a face. On real
 * faces it answers 1.00, on what detectors take for faces in cartoons nearly always below 0.1 (measured).
 */

/** Scores from here on are believed. */
const SURE_SCORE = 0.8;
/** Smaller faces are too blurred for the mesh; they need a better score instead. */
const CHECKED_FACE_PX = 16;
const SMALL_FACE_SCORE = 0.6;
/** The mesh's answer that makes a face. */
const MIN_FACE = 0.5;
/** Overlap (IoU) with a face that was believed shortly before. */
const SAME_FACE_IOU = 0.5;
/** The mesh was made for a square of so many sizes of the face. */
const CROP_FACES = 1.5;
const SIDE_PX = 192;
/** Inputs of one net run: below 100 ms of one core. */
const BATCH = 6;

/** The detections that are faces. `believed`: faces of the frame before, which need no second check. */
export async function checkFaces(
  mesh: InferenceSession,
  data: Uint8Array,
  size: FrameSize,
  detections: readonly Detection[],
  believed: readonly Detection[],
): Promise<Detection[]> {
  const doubtful: Detection[] = [];
  const kept = new Set<Detection>();
  for (const face of detections) {
    if (face.score >= SURE_SCORE || believed.some((other) => iou(other, face) > SAME_FACE_IOU)) kept.add(face);
    else if (sizeOf(face) >= CHECKED_FACE_PX) doubtful.push(face);
    else if (face.score >= SMALL_FACE_SCORE) kept.add(face);
  }
  for (let first = 0; first < doubtful.length; first += BATCH) {
    const batch = doubtful.slice(first, first + BATCH);
    const answers = await meshAnswers(mesh, data, size, batch);
    batch.forEach((face, index) => {
      if (answers[index]! >= MIN_FACE) kept.add(face);
    });
  }
  return detections.filter((face) => kept.has(face));
}

const sizeOf = (face: Detection): number => Math.max(face.x2 - face.x1, face.y2 - face.y1);

async function meshAnswers(
  mesh: InferenceSession,
  data: Uint8Array,
  size: FrameSize,
  faces: readonly Detection[],
): Promise<Float32Array> {
  const each = 3 * SIDE_PX * SIDE_PX;
  const values = new Float32Array(faces.length * each);
  faces.forEach((face, index) => {
    const side = CROP_FACES * sizeOf(face);
    const region = {
      x: (face.x1 + face.x2 - side) / 2,
      y: (face.y1 + face.y2 - side) / 2,
      width: side,
      height: side,
    };
    const format = { width: SIDE_PX, height: SIDE_PX, scale: 1 / 255, shift: 0, order: 'rgb' } as const;
    fillPlanar(values.subarray(index * each, (index + 1) * each), data, size, region, format);
  });
  const outputs = await mesh.run({ input_1: new Tensor('float32', values, [faces.length, 3, SIDE_PX, SIDE_PX]) });
  return outputs['Identity_1']!.data as Float32Array;
}
