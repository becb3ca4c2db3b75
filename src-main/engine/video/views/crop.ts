import type { FrameSize } from '#media/frames.ts';
import { BLUE_U, GREEN_U, GREEN_V, LUMA, RED_V } from '../yuv-picture.ts';

/** A rectangle in a frame, perhaps turned; in pixels of the frame's picture, whose top left corner is (0, 0). */
export interface CropRegion {
  readonly centreX: number;
  readonly centreY: number;
  readonly width: number;
  readonly height: number;
  /** Direction of the crop's x axis in the picture, clockwise from the picture's own; 0 = not turned. */
  readonly angleRad: number;
}

export interface CropFormat {
  /** Of the crop, whatever the size of the region. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** grey: luma stretched to 0–255, one plane; rgb, bgr: three planes one after another in that order. */
  readonly colour: 'grey' | 'rgb' | 'bgr';
  /** Value 0–255 of what lies beyond the picture (the published crops of active-speaker nets take 110). */
  readonly outside: number;
}

/** Bytes of one crop. */
export const cropBytes = ({ widthPx, heightPx, colour }: CropFormat): number =>
  widthPx * heightPx * (colour === 'grey' ? 1 : 3);

/**
 * Samples a region of a yuv420p frame into `out` (rounded to bytes): bilinear in luma, nearest in colour, as cv2.resize
 * does it without a filter against aliasing. Works straight on the decoder's buffer.
 * @param out {@link cropBytes} long
 */
export function sampleCrop(
  out: Uint8Array | Uint8ClampedArray | Float32Array,
  data: Uint8Array,
  size: FrameSize,
  region: CropRegion,
  format: CropFormat,
): void {
  const { widthPx, heightPx, colour, outside } = format;
  const plane = widthPx * heightPx;
  const [redAt, blueAt] = colour === 'bgr' ? [2 * plane, 0] : [0, 2 * plane];
  const isGrey = colour === 'grey';
  const stride = size.widthPx;
  const chromaStride = stride >> 1;
  const uAt = stride * size.heightPx;
  const vAt = uAt + chromaStride * (size.heightPx >> 1);
  const maxX = size.pictureWidthPx - 1;
  const maxY = size.pictureHeightPx - 1;
  const cos = Math.cos(region.angleRad);
  const sin = Math.sin(region.angleRad);
  const stepX = region.width / widthPx;
  const stepY = region.height / heightPx;
  for (let row = 0; row < heightPx; row++) {
    const v = (row + 0.5 - heightPx / 2) * stepY;
    const startX = region.centreX - v * sin - 0.5;
    const startY = region.centreY + v * cos - 0.5;
    for (let column = 0, at = row * widthPx; column < widthPx; column++, at++) {
      const u = (column + 0.5 - widthPx / 2) * stepX;
      const x = startX + u * cos;
      const y = startY + u * sin;
      if (!(x >= -0.5 && y >= -0.5 && x <= maxX + 0.5 && y <= maxY + 0.5)) {
        out[at] = outside;
        if (!isGrey) out[at + plane] = out[at + 2 * plane] = outside;
        continue;
      }
      const xc = x < 0 ? 0 : x > maxX ? maxX : x;
      const yc = y < 0 ? 0 : y > maxY ? maxY : y;
      const x0 = xc | 0;
      const y0 = yc | 0;
      const here = y0 * stride + x0;
      const right = x0 < maxX ? 1 : 0;
      const below = here + (y0 < maxY ? stride : 0);
      const fx = xc - x0;
      const top = data[here]! + (data[here + right]! - data[here]!) * fx;
      const bottom = data[below]! + (data[below + right]! - data[below]!) * fx;
      const luma = LUMA * (top + (bottom - top) * (yc - y0) - 16) + 128;
      if (isGrey) {
        out[at] = toByte(luma / 256);
        continue;
      }
      const chroma = ((yc + 0.5) >> 1) * chromaStride + ((xc + 0.5) >> 1);
      const blueness = data[uAt + chroma]! - 128;
      const redness = data[vAt + chroma]! - 128;
      out[at + redAt] = toByte((luma + RED_V * redness) / 256);
      out[at + plane] = toByte((luma + GREEN_U * blueness + GREEN_V * redness) / 256);
      out[at + blueAt] = toByte((luma + BLUE_U * blueness) / 256);
    }
  }
}

const toByte = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0);
