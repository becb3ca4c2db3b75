import { suppress } from './suppress.ts';
import type { Detection } from './detection.ts';

/** Overlap (IoU) above which the weaker of two boxes goes (published value). */
const NMS_IOU = 0.3;
export const YUNET_STRIDES = [8, 16, 32] as const;

/** The maps of one stride, row by row of the grid: [cells], [cells], [cells, 4], [cells, 10]. */
export interface YunetMaps {
  readonly stride: number;
  readonly cls: Float32Array;
  readonly obj: Float32Array;
  readonly bbox: Float32Array;
  readonly kps: Float32Array;
}

/**
 * Faces of one input of `widthPx` (a multiple of 32), in its pixels. Decoding of YuNet (Wu, Peng, Yu 2023,
 * https://github.com/ShiqiYu/libfacedetection.train): score = √(cls · obj), centres and points relative to the cell, sizes
 * as exponents, non-maximum suppression at 0.3.
 */
export function decodeYunet(maps: readonly YunetMaps[], widthPx: number, minScore: number): Detection[] {
  const found: Detection[] = [];
  for (const { stride, cls, obj, bbox, kps } of maps) {
    const columns = widthPx / stride;
    for (let cell = 0; cell < cls.length; cell++) {
      const score = Math.sqrt(clip01(cls[cell]!) * clip01(obj[cell]!));
      if (score < minScore) continue;
      const column = cell % columns;
      const row = Math.floor(cell / columns);
      const x = (column + bbox[4 * cell]!) * stride;
      const y = (row + bbox[4 * cell + 1]!) * stride;
      const width = Math.exp(bbox[4 * cell + 2]!) * stride;
      const height = Math.exp(bbox[4 * cell + 3]!) * stride;
      const points = Array.from(
        kps.subarray(10 * cell, 10 * cell + 10),
        (value, index) => (value + (index % 2 === 0 ? column : row)) * stride,
      );
      found.push({ x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2, score, points });
    }
  }
  return suppress(found, NMS_IOU);
}

const clip01 = (value: number): number => Math.min(1, Math.max(0, value));
