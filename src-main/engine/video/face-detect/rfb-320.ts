import { typicalPoints, type Detection } from './detection.ts';
import { suppress } from './suppress.ts';

/** The whole picture is squeezed into this, whatever its shape. */
export const RFB_WIDTH_PX = 320;
export const RFB_HEIGHT_PX = 240;
export const RFB_MEAN = 127;
export const RFB_SCALE = 1 / 128;
/** Square anchors of each cell, in input pixels, by stride. */
const ANCHORS = [
  { stride: 8, sidesPx: [10, 16, 24] },
  { stride: 16, sidesPx: [32, 48] },
  { stride: 32, sidesPx: [64, 96] },
  { stride: 64, sidesPx: [128, 192, 256] },
] as const;
const CENTRE_VARIANCE = 0.1;
const SIZE_VARIANCE = 0.2;
/** 3D-Speaker's values. */
const NMS_IOU = 0.3;
const MAX_FACES = 10;

/**
 * Faces of the 320×240 net of Ultra-Light-Fast-Generic-Face-Detector (https://github.com/Linzaer, MIT), in pixels of a
 * picture of `widthPx` × `heightPx`. The net gives no points.
 * @param scores [4420, 2] background and face; they sum to 1
 * @param boxes [4420, 4] centre x, y, width, height relative to the anchors
 */
export function decodeRfb(
  scores: Float32Array,
  boxes: Float32Array,
  widthPx: number,
  heightPx: number,
  minScore: number,
): Detection[] {
  const found: Detection[] = [];
  const [toX, toY] = [widthPx / RFB_WIDTH_PX, heightPx / RFB_HEIGHT_PX];
  let row = 0;
  for (const { stride, sidesPx } of ANCHORS) {
    const columns = Math.ceil(RFB_WIDTH_PX / stride);
    const cells = columns * Math.ceil(RFB_HEIGHT_PX / stride);
    for (let cell = 0; cell < cells; cell++) {
      // Anchors beyond the edge are held there, their sizes at that of the input.
      const anchorX = Math.min(RFB_WIDTH_PX, ((cell % columns) + 0.5) * stride);
      const anchorY = Math.min(RFB_HEIGHT_PX, (Math.floor(cell / columns) + 0.5) * stride);
      for (const side of sidesPx) {
        const score = scores[2 * row + 1]!;
        if (score >= minScore) {
          const [anchorWidth, anchorHeight] = [side, Math.min(side, RFB_HEIGHT_PX)];
          const x = anchorX + boxes[4 * row]! * CENTRE_VARIANCE * anchorWidth;
          const y = anchorY + boxes[4 * row + 1]! * CENTRE_VARIANCE * anchorHeight;
          const halfWidth = (anchorWidth * Math.exp(boxes[4 * row + 2]! * SIZE_VARIANCE)) / 2;
          const halfHeight = (anchorHeight * Math.exp(boxes[4 * row + 3]! * SIZE_VARIANCE)) / 2;
          const box = {
            x1: (x - halfWidth) * toX,
            y1: (y - halfHeight) * toY,
            x2: (x + halfWidth) * toX,
            y2: (y + halfHeight) * toY,
          };
          found.push({ ...box, score, points: typicalPoints(box) });
        }
        row++;
      }
    }
  }
  return suppress(found, NMS_IOU).slice(0, MAX_FACES);
}
