import { LIP, MIN_MESH_PROBABILITY } from '../lips/lip-file.ts';

/** Faces of this size and more lose nothing by it. */
const GOOD_FACE_PX = 80;
/** Of `lips.f32`; from here on a face is sharp. */
const GOOD_SHARPNESS = 6;

/**
 * How well a face can be told from others, 0..1, without a net: by its size, its turn from the camera, its sharpness and
 * its light. 0.7 and more is a face of 80 pixels turned by less than 30 degrees and neither blurred nor dark.
 * @param lips a row of `lips.f32`
 * @param facePx longer side of its box in the decoded picture
 */
export function lookQuality(lips: ArrayLike<number>, facePx: number): number {
  const probability = lips[LIP.meshProbability]!;
  if (!(probability >= MIN_MESH_PROBABILITY)) return 0.1;
  const size = Math.sqrt(Math.min(1, facePx / GOOD_FACE_PX));
  const front = Math.max(0, Math.cos((lips[LIP.yawDeg]! * Math.PI) / 180)) ** 2;
  const sharp = Math.sqrt(Math.min(1, lips[LIP.sharpness]! / GOOD_SHARPNESS));
  const brightness = lips[LIP.brightness]!;
  const light = Math.min(1, brightness / 0.2, (1 - brightness) / 0.1);
  return Math.max(0, Math.min(1, probability * size * front * sharp * light));
}
