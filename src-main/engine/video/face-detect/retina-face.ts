import type { Detection } from './detection.ts';
import { suppress } from './suppress.ts';

/** Two square anchors a cell, in input pixels, by stride. */
const ANCHORS = [
  { stride: 8, sidesPx: [16, 32] },
  { stride: 16, sidesPx: [64, 128] },
  { stride: 32, sidesPx: [256, 512] },
] as const;
const CENTRE_VARIANCE = 0.1;
const SIZE_VARIANCE = 0.2;
const NMS_IOU = 0.3;

export interface RetinaOutputs {
  /** [N, 4], [N, 2] (background, face; they sum to 1), [N, 10]. */
  readonly bbox: Float32Array;
  readonly conf: Float32Array;
  readonly landm: Float32Array;
}

/** Its input: the picture in the middle of a grey square. */
export const RETINA_MEANS = [104, 117, 123] as const;
export const RETINA_GREY = 128;

/**
 * Faces of one input, in its pixels. Decoding of RetinaFace (Deng et al. 2019) as in
 * https://github.com/bubbliiiing/retinaface-pytorch (MIT): anchors 16–512 on strides 8, 16, 32, variances 0.1 and 0.2,
 * suppression at 0.3.
 */
export function decodeRetina(
  { bbox, conf, landm }: RetinaOutputs,
  widthPx: number,
  heightPx: number,
  minScore: number,
): Detection[] {
  const found: Detection[] = [];
  let row = 0;
  for (const { stride, sidesPx } of ANCHORS) {
    const columns = Math.ceil(widthPx / stride);
    const rows = Math.ceil(heightPx / stride);
    for (let cell = 0; cell < columns * rows; cell++) {
      const x = ((cell % columns) + 0.5) * stride;
      const y = (Math.floor(cell / columns) + 0.5) * stride;
      for (const side of sidesPx) {
        const score = conf[2 * row + 1]!;
        if (score >= minScore) {
          const at = (value: number, centre: number): number => centre + value * CENTRE_VARIANCE * side;
          const [cx, cy] = [at(bbox[4 * row]!, x), at(bbox[4 * row + 1]!, y)];
          const halfWidth = (side * Math.exp(bbox[4 * row + 2]! * SIZE_VARIANCE)) / 2;
          const halfHeight = (side * Math.exp(bbox[4 * row + 3]! * SIZE_VARIANCE)) / 2;
          const points = Array.from(landm.subarray(10 * row, 10 * row + 10), (value, index) =>
            at(value, index % 2 === 0 ? x : y),
          );
          const box = { x1: cx - halfWidth, y1: cy - halfHeight, x2: cx + halfWidth, y2: cy + halfHeight };
          found.push({ ...box, score, points });
        }
        row++;
      }
    }
  }
  return suppress(found, NMS_IOU);
}
