import { POINT_VALUES, type Detection } from './detection.ts';
import { blend } from './suppress.ts';

/** Side of the net's input; boxes and points come in its pixels. */
export const BLAZE_SIDE_PX = 256;
/** Overlap (IoU) from which boxes of one input are blended (MediaPipe's value). */
const BLEND_IOU = 0.3;
/** Centres of the anchors in input pixels, x and y: two a cell of 16×16, then six a cell of 8×8. */
const ANCHORS = anchors();
const FINE_ANCHORS = 512;
const REGRESSED = 16;

export interface BlazeOutputs {
  /** [512] and [384] score logits. */
  readonly fineScores: Float32Array;
  readonly coarseScores: Float32Array;
  /** [512, 16] and [384, 16]: centre x, y, width, height, then six points; offsets from the anchor in input pixels. */
  readonly fineBoxes: Float32Array;
  readonly coarseBoxes: Float32Array;
}

/**
 * Faces of one 256×256 input, in its pixels. Decoding as in MediaPipe's short-range graph of the 256 net
 * (https://github.com/google-ai-edge/mediapipe, Apache-2.0): sigmoid of the logits, fixed anchors, blending suppression.
 */
export function decodeBlaze(outputs: BlazeOutputs, minScore: number): Detection[] {
  const minLogit = Math.log(minScore / (1 - minScore));
  const found: Detection[] = [];
  const { fineScores, coarseScores, fineBoxes, coarseBoxes } = outputs;
  for (let anchor = 0; anchor < FINE_ANCHORS + coarseScores.length; anchor++) {
    const isFine = anchor < FINE_ANCHORS;
    const row = isFine ? anchor : anchor - FINE_ANCHORS;
    const logit = (isFine ? fineScores : coarseScores)[row]!;
    if (logit < minLogit) continue;
    const box = (isFine ? fineBoxes : coarseBoxes).subarray(row * REGRESSED, (row + 1) * REGRESSED);
    found.push(toDetection(box, ANCHORS[2 * anchor]!, ANCHORS[2 * anchor + 1]!, 1 / (1 + Math.exp(-logit))));
  }
  return blend(found, BLEND_IOU);
}

function toDetection(box: Float32Array, anchorX: number, anchorY: number, score: number): Detection {
  const [x, y, width, height] = [box[0]! + anchorX, box[1]! + anchorY, box[2]!, box[3]!];
  const at = (point: number): [number, number] => [box[4 + 2 * point]! + anchorX, box[5 + 2 * point]! + anchorY];
  // Eye, eye, nose, mouth; the ears are left out.
  const points = [...at(0), ...at(1), ...at(2), ...at(3), ...at(3)];
  if (points.length !== POINT_VALUES) throw new Error('five points');
  return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2, score, points };
}

function anchors(): Float32Array {
  const centres: number[] = [];
  for (const { cells, each } of [
    { cells: 16, each: 2 },
    { cells: 8, each: 6 },
  ]) {
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        for (let repeat = 0; repeat < each; repeat++) {
          centres.push(((column + 0.5) * BLAZE_SIDE_PX) / cells, ((row + 0.5) * BLAZE_SIDE_PX) / cells);
        }
      }
    }
  }
  return Float32Array.from(centres);
}
