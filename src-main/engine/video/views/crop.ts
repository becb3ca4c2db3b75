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

/** A frame whose picture may start below its top, where it holds several parts of one. */
export interface CropSource extends FrameSize {
  /** Rows above it in the buffer, even. */
  readonly topPx?: number;
}

/** Bytes of one crop. */
export const cropBytes = ({ widthPx, heightPx, colour }: CropFormat): number =>
  widthPx * heightPx * (colour === 'grey' ? 1 : 3);

/**
 * Samples a region of a yuv420p frame into `out` (rounded to bytes): bilinear in luma, nearest in colour, as cv2.resize
 * does it without a filter against aliasing. Works straight on the decoder's buffer.
 * @param out {@link cropBytes} long
 * @param scale what the bytes are multiplied with, for an `out` of float32
 */
export function sampleCrop(
  out: Uint8Array | Float32Array,
  data: Uint8Array,
  size: CropSource,
  region: CropRegion,
  format: CropFormat,
  scale = 1,
): void {
  const { widthPx, heightPx, outside } = format;
  const { pictureWidthPx, pictureHeightPx } = size;
  const cos = Math.cos(region.angleRad);
  const sin = Math.sin(region.angleRad);
  const stepX = region.width / widthPx;
  const stepY = region.height / heightPx;
  const isGrey = format.colour === 'grey';
  const plane = widthPx * heightPx;
  const sample = isGrey ? sampleGrey : sampleColour;
  for (let row = 0; row < heightPx; row++) {
    const v = (row + 0.5 - heightPx / 2) * stepY;
    const u = (0.5 - widthPx / 2) * stepX;
    // Positions of pixels' corners: what is left of 0 or right of the width lies beyond the picture.
    const x = region.centreX + u * cos - v * sin;
    const y = region.centreY + u * sin + v * cos;
    const [first, end] = inside(
      widthPx,
      inside(widthPx, [0, widthPx], x, stepX * cos, pictureWidthPx),
      y,
      stepX * sin,
      pictureHeightPx,
    );
    const line = row * widthPx;
    if (first > 0 || end < widthPx) {
      for (let start = line; start < (isGrey ? plane : 3 * plane); start += plane) {
        out.fill(outside * scale, start, start + first);
        out.fill(outside * scale, start + end, start + widthPx);
      }
    }
    sample(out, data, size, format, line + first, line + end, {
      x: x + first * stepX * cos - 0.5,
      y: y + first * stepX * sin - 0.5,
      dx: stepX * cos,
      dy: stepX * sin,
      scale,
    });
  }
}

/** Of the columns [first, end) those whose coordinate `start + column · step` lies in [0, length]. */
function inside(
  width: number,
  [first, end]: readonly [number, number],
  start: number,
  step: number,
  length: number,
): [number, number] {
  const isIn = (column: number): boolean => start + column * step >= 0 && start + column * step <= length;
  if (Number.isNaN(start) || Number.isNaN(step)) return [0, 0];
  if (step === 0) return isIn(0) ? [first, end] : [first, first];
  const [a, b] = [-start / step, (length - start) / step];
  let from = Math.max(first, Math.min(width, Math.ceil(Math.min(a, b))));
  let to = Math.min(end, Math.max(0, Math.floor(Math.max(a, b)) + 1));
  // Division may round to either side of an edge.
  while (from < to && !isIn(from)) from++;
  while (to > from && !isIn(to - 1)) to--;
  return from < to ? [from, to] : [first, first];
}

/** Where the first sample of a line lies, in pixels' centres, and the way to the next one. */
interface Line {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly scale: number;
}

/** `out[at…end)` of a line that lies in the picture, but for half a pixel at its edges. */
function sampleGrey(
  out: Uint8Array | Float32Array,
  data: Uint8Array,
  { widthPx: stride, pictureWidthPx, pictureHeightPx, topPx = 0 }: CropSource,
  _format: CropFormat,
  at: number,
  end: number,
  { x: startX, y: startY, dx, dy, scale }: Line,
): void {
  const origin = topPx * stride;
  const [maxX, maxY] = [pictureWidthPx - 1, pictureHeightPx - 1];
  for (let column = 0; at < end; at++, column++) {
    let x = startX + column * dx;
    let y = startY + column * dy;
    if (x < 0) x = 0;
    else if (x > maxX) x = maxX;
    if (y < 0) y = 0;
    else if (y > maxY) y = maxY;
    const x0 = x | 0;
    const y0 = y | 0;
    const here = origin + y0 * stride + x0;
    const right = x0 < maxX ? 1 : 0;
    const below = y0 < maxY ? here + stride : here;
    const fx = x - x0;
    const top = data[here]! + (data[here + right]! - data[here]!) * fx;
    const bottom = data[below]! + (data[below + right]! - data[below]!) * fx;
    out[at] = scale * toByte((LUMA * (top + (bottom - top) * (y - y0) - 16) + 128) / 256);
  }
}

function sampleColour(
  out: Uint8Array | Float32Array,
  data: Uint8Array,
  { widthPx: stride, heightPx, pictureWidthPx, pictureHeightPx, topPx = 0 }: CropSource,
  format: CropFormat,
  at: number,
  end: number,
  { x: startX, y: startY, dx, dy, scale }: Line,
): void {
  const plane = format.widthPx * format.heightPx;
  const [redAt, blueAt] = format.colour === 'bgr' ? [2 * plane, 0] : [0, 2 * plane];
  const chromaStride = stride >> 1;
  const uAt = stride * heightPx + (topPx >> 1) * chromaStride;
  const vAt = uAt + chromaStride * (heightPx >> 1);
  const origin = topPx * stride;
  const [maxX, maxY] = [pictureWidthPx - 1, pictureHeightPx - 1];
  for (let column = 0; at < end; at++, column++) {
    let x = startX + column * dx;
    let y = startY + column * dy;
    if (x < 0) x = 0;
    else if (x > maxX) x = maxX;
    if (y < 0) y = 0;
    else if (y > maxY) y = maxY;
    const x0 = x | 0;
    const y0 = y | 0;
    const here = origin + y0 * stride + x0;
    const right = x0 < maxX ? 1 : 0;
    const below = y0 < maxY ? here + stride : here;
    const fx = x - x0;
    const top = data[here]! + (data[here + right]! - data[here]!) * fx;
    const bottom = data[below]! + (data[below + right]! - data[below]!) * fx;
    const luma = LUMA * (top + (bottom - top) * (y - y0) - 16) + 128;
    const chroma = ((y + 0.5) >> 1) * chromaStride + ((x + 0.5) >> 1);
    const blueness = data[uAt + chroma]! - 128;
    const redness = data[vAt + chroma]! - 128;
    out[at + redAt] = scale * toByte((luma + RED_V * redness) / 256);
    out[at + plane] = scale * toByte((luma + GREEN_U * blueness + GREEN_V * redness) / 256);
    out[at + blueAt] = scale * toByte((luma + BLUE_U * blueness) / 256);
  }
}

const toByte = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0);
