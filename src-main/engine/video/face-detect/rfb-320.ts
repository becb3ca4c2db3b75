import { typicalPoints, type Detection } from './detection.ts';
import { suppress } from './suppress.ts';

/** The whole picture is squeezed into this, whatever its shape. */
export const RFB_WIDTH_PX = 320;
export const RFB_HEIGHT_PX = 240;
export const RFB_MEAN = 127;
export const RFB_SCALE = 1 / 128;
/** 3D-Speaker's values. */
const NMS_IOU = 0.3;
const MAX_FACES = 10;

/**
 * Faces of the 320×240 net of Ultra-Light-Fast-Generic-Face-Detector (https://github.com/Linzaer, MIT), in pixels of a
 * picture of `widthPx` × `heightPx`: boxes come decoded as shares of the input. The net gives no points.
 * @param scores [4420, 2] background and face
 * @param boxes [4420, 4] x1, y1, x2, y2
 */
export function decodeRfb(
  scores: Float32Array,
  boxes: Float32Array,
  widthPx: number,
  heightPx: number,
  minScore: number,
): Detection[] {
  const found: Detection[] = [];
  for (let row = 0; 2 * row < scores.length; row++) {
    const score = scores[2 * row + 1]!;
    if (score < minScore) continue;
    const box = {
      x1: boxes[4 * row]! * widthPx,
      y1: boxes[4 * row + 1]! * heightPx,
      x2: boxes[4 * row + 2]! * widthPx,
      y2: boxes[4 * row + 3]! * heightPx,
    };
    found.push({ ...box, score, points: typicalPoints(box) });
  }
  return suppress(found, NMS_IOU).slice(0, MAX_FACES);
}
