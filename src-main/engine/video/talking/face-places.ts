import { medianFilter } from '../tracking/median-filter.ts';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import type { FaceViewInput } from '../views/consumer.ts';
import type { CropRegion } from '../views/crop.ts';

/** Median over the boxes, frames, as in the published crops. */
const MEDIAN_FRAMES = 13;
/** Share of the half side that the crops of syncnet_python and its descendants add around it. */
const CROP_SCALE = 0.4;

/** A face's smoothed box: its centre and half its longer side, pixels. */
export interface FacePlace {
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

/** Smoothed places of all rows; see {@link speakerCrop} and the others for what nets take of them. */
export function facePlaces({
  tracks,
  rows,
  size,
}: Pick<FaceViewInput, 'tracks' | 'rows' | 'size'>): (row: number) => FacePlace {
  const values = new Float32Array((3 * rows.length) / TRACK_ROW_VALUES);
  for (const { firstRow, frameCount } of tracks) {
    const series = (value: (at: number) => number): number[] =>
      medianFilter(
        Array.from({ length: frameCount }, (_, k) => value((firstRow + k) * TRACK_ROW_VALUES)),
        MEDIAN_FRAMES,
        'edge',
      );
    const x = series((at) => ((rows[at]! + rows[at + 2]!) / 2) * size.pictureWidthPx);
    const y = series((at) => ((rows[at + 1]! + rows[at + 3]!) / 2) * size.pictureHeightPx);
    const half = series((at) =>
      Math.max(
        0.5,
        ((rows[at + 2]! - rows[at]!) / 2) * size.pictureWidthPx,
        ((rows[at + 3]! - rows[at + 1]!) / 2) * size.pictureHeightPx,
      ),
    );
    for (let k = 0; k < frameCount; k++) values.set([x[k]!, y[k]!, half[k]!], 3 * (firstRow + k));
  }
  return (row) => ({ x: values[3 * row]!, y: values[3 * row + 1]!, half: values[3 * row + 2]! });
}

/** The crop of syncnet_python: columns x ± 1.4 s, rows y − s to y + 1.8 s, with s half the longer side. */
export const syncCrop = ({ x, y, half }: FacePlace): CropRegion => ({
  centreX: x,
  centreY: y + CROP_SCALE * half,
  ...{ width: 2 * half * (1 + CROP_SCALE), height: 2 * half * (1 + CROP_SCALE), angleRad: 0 },
});

/** The middle of {@link syncCrop}, which TalkNet and its descendants take: half as wide and high. */
export const speakerCrop = ({ x, y, half }: FacePlace): CropRegion => ({
  centreX: x,
  centreY: y + CROP_SCALE * half,
  ...{ width: half * (1 + CROP_SCALE), height: half * (1 + CROP_SCALE), angleRad: 0 },
});

/** The lower half of the box, as MSSG cuts it: twice as wide as high, made square. */
export const lowerFaceCrop = ({ x, y, half }: FacePlace): CropRegion => ({
  centreX: x,
  centreY: y + half / 2,
  ...{ width: 2 * half, height: half, angleRad: 0 },
});
