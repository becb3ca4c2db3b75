import type { FrameSize } from '#media/frames.ts';

/**
 * BT.601, luma 16–235, in fixed point with 8 bits of fraction: what OpenCV and the published pipelines make of a video
 * that does not name its matrix.
 */
export const LUMA = 298;
export const RED_V = 409;
export const GREEN_U = -100;
export const GREEN_V = -208;
export const BLUE_U = 516;

/** A part of a frame, in pixels of its buffer; may reach beyond the picture, where it is black. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlanarFormat {
  /** Of the output. */
  readonly width: number;
  readonly height: number;
  /** value = (rgb (0–255) − mean of the channel) · scale + shift. */
  readonly scale: number;
  readonly shift: number;
  /** Of R, G, B; 0 without them. */
  readonly means?: readonly [r: number, g: number, b: number];
  /** R, G and B of what lies beyond the picture, 0–255: 0 without it. */
  readonly beyond?: number;
  /** Planes in this order. */
  readonly order: 'rgb' | 'bgr';
}

/**
 * A region of a yuv420p frame as three planes of float32, bilinear in luma, nearest in colour. What lies beyond the
 * picture has one colour.
 */
export function fillPlanar(
  out: Float32Array,
  data: Uint8Array,
  size: FrameSize,
  region: Region,
  format: PlanarFormat,
): void {
  const { width, height, scale, shift, beyond = 0, means = [0, 0, 0] } = format;
  const plane = width * height;
  const [redAt, blueAt] = format.order === 'rgb' ? [0, 2 * plane] : [2 * plane, 0];
  const stride = size.widthPx;
  const chromaStride = stride >> 1;
  const uAt = stride * size.heightPx;
  const vAt = uAt + chromaStride * (size.heightPx >> 1);
  const maxY = size.pictureHeightPx - 1;
  const columns = columnsOf(region, width, size.pictureWidthPx - 1);
  const { left, right, share, chroma: chromaX, from, to } = columns;
  const stepY = region.height / height;
  const [redShift, greenShift, blueShift] = means.map((mean) => shift - mean * scale) as [number, number, number];
  // Luma and chroma come with 8 bits of fraction.
  const fine = scale / 256;
  const top = 255 * 256;
  const blank = (start: number, end: number): void => {
    out.fill(beyond * scale + redShift, redAt + start, redAt + end);
    out.fill(beyond * scale + greenShift, plane + start, plane + end);
    out.fill(beyond * scale + blueShift, blueAt + start, blueAt + end);
  };
  for (let row = 0; row < height; row++) {
    const y = region.y + (row + 0.5) * stepY - 0.5;
    const start = row * width;
    if (y < -0.5 || y > maxY + 0.5) {
      blank(start, start + width);
      continue;
    }
    if (from > 0) blank(start, start + from);
    if (to < width) blank(start + to, start + width);
    const yc = y < 0 ? 0 : y > maxY ? maxY : y;
    const y0 = Math.floor(yc);
    const fy = yc - y0;
    const line = y0 * stride;
    const below = y0 < maxY ? line + stride : line;
    const uLine = uAt + (Math.round(yc) >> 1) * chromaStride;
    const vLine = uLine + vAt - uAt;
    for (let column = from; column < to; column++) {
      const x0 = left[column]!;
      const x1 = right[column]!;
      const fx = share[column]!;
      const a = data[line + x0]!;
      const c = data[below + x0]!;
      const over = a + (data[line + x1]! - a) * fx;
      const under = c + (data[below + x1]! - c) * fx;
      const luma = LUMA * (over + (under - over) * fy - 16) + 128;
      const u = data[uLine + chromaX[column]!]! - 128;
      const v = data[vLine + chromaX[column]!]! - 128;
      const r = luma + RED_V * v;
      const g = luma + GREEN_U * u + GREEN_V * v;
      const b = luma + BLUE_U * u;
      const at = start + column;
      out[at + redAt] = (r < 0 ? 0 : r > top ? top : r) * fine + redShift;
      out[at + plane] = (g < 0 ? 0 : g > top ? top : g) * fine + greenShift;
      out[at + blueAt] = (b < 0 ? 0 : b > top ? top : b) * fine + blueShift;
    }
  }
}

interface Columns {
  /** Neighbours of each output column in a line of luma, the share of the right one, and its pixel of chroma. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly share: Float64Array;
  readonly chroma: Int32Array;
  /** Output columns inside the picture. */
  readonly from: number;
  readonly to: number;
}

function columnsOf(region: Region, width: number, maxX: number): Columns {
  const left = new Int32Array(width);
  const right = new Int32Array(width);
  const share = new Float64Array(width);
  const chroma = new Int32Array(width);
  let from = width;
  let to = 0;
  const step = region.width / width;
  for (let column = 0; column < width; column++) {
    const x = region.x + (column + 0.5) * step - 0.5;
    if (x < -0.5 || x > maxX + 0.5) continue;
    from = Math.min(from, column);
    to = column + 1;
    const xc = x < 0 ? 0 : x > maxX ? maxX : x;
    const x0 = Math.floor(xc);
    left[column] = x0;
    right[column] = x0 < maxX ? x0 + 1 : x0;
    share[column] = xc - x0;
    chroma[column] = (xc + 0.5) >> 1;
  }
  return { left, right, share, chroma, from: Math.min(from, to), to };
}

/** One pixel of luma and chroma as 8-bit R, G, B, packed into an integer. */
export function packedRgb(luma: number, u: number, v: number): number {
  const y = LUMA * (luma - 16) + 128;
  const r = clampInt((y + RED_V * (v - 128)) >> 8);
  const g = clampInt((y + GREEN_U * (u - 128) + GREEN_V * (v - 128)) >> 8);
  const b = clampInt((y + BLUE_U * (u - 128)) >> 8);
  return (r << 16) | (g << 8) | b;
}

const clampInt = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);
