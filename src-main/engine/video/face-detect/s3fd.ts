import { AppError } from '#shared/api/errors.ts';
import { typicalPoints, type Detection } from './detection.ts';
import { suppress } from './suppress.ts';

/** Of R, G, B. */
export const S3FD_MEANS = [123, 117, 104] as const;
/** Strides of the six maps; one square anchor of four strides a cell. */
const STRIDES = [4, 8, 16, 32, 64, 128] as const;
const ANCHOR_STRIDES = 4;
const CENTRE_VARIANCE = 0.1;
const SIZE_VARIANCE = 0.2;
/** The net's own suppression, then that of the published pipelines. */
const MIN_CANDIDATE_SCORE = 0.05;
const MAX_CANDIDATES = 5000;
const MAX_KEPT = 750;
const INNER_NMS_IOU = 0.3;
const OUTER_NMS_IOU = 0.1;

/** Columns or rows of the six maps of an input of `px`: pooling halves downwards, the third pool and the last two convolutions upwards. */
export function s3fdCells(px: number): number[] {
  const quarter = Math.floor(Math.floor(px / 2) / 2);
  const eighth = Math.ceil(quarter / 2);
  const sixteenth = Math.floor(eighth / 2);
  const halfOf32 = Math.floor(sixteenth / 2);
  const of64 = Math.ceil(halfOf32 / 2);
  return [quarter, eighth, sixteenth, halfOf32, of64, Math.ceil(of64 / 2)];
}

/**
 * Faces of one input, in its pixels. Decoding of S3FD (Zhang et al. 2017) as the published pipelines use it
 * (https://github.com/joonson/syncnet_python): anchors of 16–512 on strides 4–128, variances 0.1 and 0.2, suppression at
 * 0.3 among the best 5000, 750 of which stay, then at 0.1. The net gives no points.
 * @param loc [N, 4] of all maps in turn, rows of cells first
 * @param conf [N, 2] background (the largest of three in the first map) and face; they sum to 1
 * @throws AppError `bad-input` when the net's maps are others
 */
export function decodeS3fd(
  loc: Float32Array,
  conf: Float32Array,
  widthPx: number,
  heightPx: number,
  minScore: number,
): Detection[] {
  const columns = s3fdCells(widthPx);
  const rows = s3fdCells(heightPx);
  const cells = columns.reduce((sum, count, map) => sum + count * rows[map]!, 0);
  if (loc.length !== 4 * cells || conf.length !== 2 * cells) {
    throw new AppError('bad-input', `The S3FD model gives ${loc.length / 4} boxes where ${cells} were expected.`, {
      fix: 'Export it with the outputs loc [B,N,4] and conf [B,N,2], see docs/models.md.',
    });
  }
  const candidates: Detection[] = [];
  let row = 0;
  STRIDES.forEach((stride, map) => {
    const side = ANCHOR_STRIDES * stride;
    for (let cell = 0; cell < columns[map]! * rows[map]!; cell++, row++) {
      const score = conf[2 * row + 1]!;
      if (score <= MIN_CANDIDATE_SCORE) continue;
      const x = ((cell % columns[map]!) + 0.5) * stride + loc[4 * row]! * CENTRE_VARIANCE * side;
      const y = (Math.floor(cell / columns[map]!) + 0.5) * stride + loc[4 * row + 1]! * CENTRE_VARIANCE * side;
      const halfWidth = (side * Math.exp(loc[4 * row + 2]! * SIZE_VARIANCE)) / 2;
      const halfHeight = (side * Math.exp(loc[4 * row + 3]! * SIZE_VARIANCE)) / 2;
      const box = { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
      candidates.push({ ...box, score, points: typicalPoints(box) });
    }
  });
  const best = candidates.toSorted((a, b) => b.score - a.score).slice(0, MAX_CANDIDATES);
  const kept = suppress(best, INNER_NMS_IOU).slice(0, MAX_KEPT);
  return suppress(
    kept.filter(({ score }) => score > minScore),
    OUTER_NMS_IOU,
  );
}
