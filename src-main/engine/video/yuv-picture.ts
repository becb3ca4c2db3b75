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
  /** value = rgb (0–255) · scale + shift. */
  readonly scale: number;
  readonly shift: number;
  /** Planes in this order. */
  readonly order: 'rgb' | 'bgr';
}

/**
 * A region of a yuv420p frame as three planes of float32, bilinear in luma, nearest in colour. What lies beyond the
 * picture is 0 before scale and shift.
 */
export function fillPlanar(
  out: Float32Array,
  data: Uint8Array,
  size: FrameSize,
  region: Region,
  format: PlanarFormat,
): void {
  const { width, height, scale, shift } = format;
  const plane = width * height;
  const [redAt, blueAt] = format.order === 'rgb' ? [0, 2 * plane] : [2 * plane, 0];
  const stride = size.widthPx;
  const chromaStride = stride >> 1;
  const uAt = stride * size.heightPx;
  const vAt = uAt + chromaStride * (size.heightPx >> 1);
  const maxX = size.pictureWidthPx - 1;
  const maxY = size.pictureHeightPx - 1;
  const stepX = region.width / width;
  const stepY = region.height / height;
  const black = shift;
  for (let row = 0; row < height; row++) {
    const y = region.y + (row + 0.5) * stepY - 0.5;
    const isOutsideRow = y < -0.5 || y > maxY + 0.5;
    const yc = y < 0 ? 0 : y > maxY ? maxY : y;
    const y0 = Math.floor(yc);
    const fy = yc - y0;
    const line = y0 * stride;
    const below = y0 < maxY ? line + stride : line;
    const chromaLine = (Math.round(yc) >> 1) * chromaStride;
    for (let column = 0, at = row * width; column < width; column++, at++) {
      const x = region.x + (column + 0.5) * stepX - 0.5;
      if (isOutsideRow || x < -0.5 || x > maxX + 0.5) {
        out[at] = out[at + plane] = out[at + 2 * plane] = black;
        continue;
      }
      const xc = x < 0 ? 0 : x > maxX ? maxX : x;
      const x0 = xc | 0;
      const x1 = x0 < maxX ? x0 + 1 : x0;
      const fx = xc - x0;
      const top = data[line + x0]! + (data[line + x1]! - data[line + x0]!) * fx;
      const bottom = data[below + x0]! + (data[below + x1]! - data[below + x0]!) * fx;
      const luma = LUMA * (top + (bottom - top) * fy - 16) + 128;
      const chroma = chromaLine + ((xc + 0.5) >> 1);
      const u = data[uAt + chroma]! - 128;
      const v = data[vAt + chroma]! - 128;
      out[at + redAt] = clamp((luma + RED_V * v) / 256) * scale + shift;
      out[at + plane] = clamp((luma + GREEN_U * u + GREEN_V * v) / 256) * scale + shift;
      out[at + blueAt] = clamp((luma + BLUE_U * u) / 256) * scale + shift;
    }
  }
}

const clamp = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/** One pixel of luma and chroma as 8-bit R, G, B, packed into an integer. */
export function packedRgb(luma: number, u: number, v: number): number {
  const y = LUMA * (luma - 16) + 128;
  const r = clampInt((y + RED_V * (v - 128)) >> 8);
  const g = clampInt((y + GREEN_U * (u - 128) + GREEN_V * (v - 128)) >> 8);
  const b = clampInt((y + BLUE_U * (u - 128)) >> 8);
  return (r << 16) | (g << 8) | b;
}

const clampInt = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);
