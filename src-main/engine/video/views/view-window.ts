import type { FrameSize, PictureWindow } from '#media/frames.ts';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import type { CropRegion } from './crop.ts';
import type { FrameSpan } from './looked-frames.ts';
import type { ViewTrack } from './view-plan.ts';

/**
 * How far from the middle of a face's box crops reach, in half its longer side: 1.5 for the mesh, 1.8 for SyncNet, 1.75 for
 * pictures aligned by five points. One figure for all, so that what is seen does not depend on who looks.
 */
const FACE_REACH = 1.9;
/** A window larger than this share of the picture is not worth it. */
const LARGEST_SHARE = 0.85;
/** Pixels around, so that nobody samples at its edges. */
const SPARE_PX = 4;

/** Where the frames of a decoder lie in the picture whose pixels crops are counted in. */
export interface WindowPlace {
  /** Left top of the frame, pixels of the picture. */
  readonly xPx: number;
  readonly yPx: number;
  /** Pixels of the frame for one of the picture: 1 but for rounding to whole pixels. */
  readonly scaleX: number;
  readonly scaleY: number;
}

export const wholePicture: WindowPlace = { xPx: 0, yPx: 0, scaleX: 1, scaleY: 1 };

/**
 * The part of the picture that holds everything that is looked at in a span; undefined where that is nearly all of it.
 * Fewer pixels are made smaller by the decoder, and fewer bytes pass from it.
 * @param size of the whole picture as crops are counted
 * @param source width and height of the upright picture in the file, pixels
 */
export function viewWindow(
  span: FrameSpan,
  {
    tracks,
    rows,
    looked,
  }: { tracks: readonly ViewTrack[]; rows: Float32Array; looked: readonly (readonly FrameSpan[])[] },
  size: Pick<FrameSize, 'pictureWidthPx' | 'pictureHeightPx'>,
  source: { readonly widthPx: number; readonly heightPx: number },
): PictureWindow | undefined {
  const { pictureWidthPx: width, pictureHeightPx: height } = size;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  tracks.forEach(({ firstRow, firstFrame }, track) => {
    for (const { from, to } of looked[track]!) {
      for (let frame = Math.max(from, span.from); frame < Math.min(to, span.to); frame++) {
        const at = TRACK_ROW_VALUES * (firstRow + frame - firstFrame);
        const [x1, y1, x2, y2] = [
          rows[at]! * width,
          rows[at + 1]! * height,
          rows[at + 2]! * width,
          rows[at + 3]! * height,
        ];
        const turn = turnOf((rows[at + 7]! - rows[at + 5]!) * width, (rows[at + 8]! - rows[at + 6]!) * height);
        const reach = (turn * FACE_REACH * Math.max(x2 - x1, y2 - y1)) / 2 + SPARE_PX;
        left = Math.min(left, (x1 + x2) / 2 - reach);
        right = Math.max(right, (x1 + x2) / 2 + reach);
        top = Math.min(top, (y1 + y2) / 2 - reach);
        bottom = Math.max(bottom, (y1 + y2) / 2 + reach);
      }
    }
  });
  const [x, across] = evenPart(left / width, right / width, source.widthPx);
  const [y, down] = evenPart(top / height, bottom / height, source.heightPx);
  const share = (across * down) / (source.widthPx * source.heightPx);
  if (across < 2 || down < 2 || share > LARGEST_SHARE) return undefined;
  return { xPx: x, yPx: y, widthPx: across, heightPx: down };
}

/** A square turned so reaches so much farther along the axes. */
function turnOf(eyesX: number, eyesY: number): number {
  const length = Math.hypot(eyesX, eyesY);
  return length > 0 ? (Math.abs(eyesX) + Math.abs(eyesY)) / length : 1;
}

/** The smallest even part of `pixels` that holds the shares [from, to]. @returns where it starts, its length */
function evenPart(from: number, to: number, pixels: number): [number, number] {
  const first = 2 * Math.floor((Math.max(0, Math.min(1, from)) * pixels) / 2);
  const end = Math.min(pixels, 2 * Math.ceil((Math.max(0, Math.min(1, to)) * pixels) / 2));
  return [first, 2 * Math.floor((end - first) / 2)];
}

/** Where the frames of such a window lie, once the decoder has made them fit. */
export function placeOf(
  window: PictureWindow,
  frame: FrameSize,
  size: Pick<FrameSize, 'pictureWidthPx' | 'pictureHeightPx'>,
  source: { readonly widthPx: number; readonly heightPx: number },
): WindowPlace {
  const [x, y] = [size.pictureWidthPx / source.widthPx, size.pictureHeightPx / source.heightPx];
  return {
    xPx: window.xPx * x,
    yPx: window.yPx * y,
    scaleX: frame.pictureWidthPx / (window.widthPx * x),
    scaleY: frame.pictureHeightPx / (window.heightPx * y),
  };
}

/** A region of the picture as one of the frame. */
export function inWindow(region: CropRegion, { xPx, yPx, scaleX, scaleY }: WindowPlace): CropRegion {
  return {
    centreX: (region.centreX - xPx) * scaleX,
    centreY: (region.centreY - yPx) * scaleY,
    // The two scales differ by less than a pixel in the window's side: a turned crop stays the same in all that matters.
    width: region.width * scaleX,
    height: region.height * scaleY,
    angleRad: region.angleRad,
  };
}
