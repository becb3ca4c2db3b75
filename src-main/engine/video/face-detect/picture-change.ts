import type { FrameSize } from '#media/frames.ts';
import type { Region } from '../yuv-picture.ts';
import type { Box } from './detection.ts';

/** Cells along the longer side: 16 pixels of a picture of 640. */
const CELLS = 40;
/** Samples of a cell in each direction. */
const SAMPLES = 4;

/** A picture as the mean brightness of its cells: enough to say where it changed. */
export interface Thumbnail {
  readonly columns: number;
  readonly rows: number;
  readonly cellPx: number;
  readonly luma: Float32Array;
}

export function thumbnailOf(data: Uint8Array, size: FrameSize): Thumbnail {
  const { pictureWidthPx: width, pictureHeightPx: height, widthPx: stride } = size;
  const cellPx = Math.max(SAMPLES, Math.max(width, height) / CELLS);
  const columns = Math.max(1, Math.floor(width / cellPx));
  const rows = Math.max(1, Math.floor(height / cellPx));
  const luma = new Float32Array(columns * rows);
  const step = cellPx / SAMPLES;
  const xs = Int32Array.from({ length: columns * SAMPLES }, (_, at) => Math.min(width - 1, (at + 0.5) * step));
  for (let line = 0; line < rows * SAMPLES; line++) {
    const start = Math.min(height - 1, Math.floor((line + 0.5) * step)) * stride;
    const row = Math.floor(line / SAMPLES) * columns;
    for (let at = 0; at < xs.length; at++) luma[row + ((at / SAMPLES) | 0)]! += data[start + xs[at]!]!;
  }
  for (let at = 0; at < luma.length; at++) luma[at]! /= SAMPLES * SAMPLES;
  return { columns, rows, cellPx, luma };
}

/**
 * The largest change of a cell between two pictures of one size (0–255), in a region (all without it), without cells that
 * the boxes of `except` touch.
 */
export function changeBetween(a: Thumbnail, b: Thumbnail, region: Region | null, except: readonly Box[] = []): number {
  const { columns, rows, cellPx } = a;
  const cell = (px: number, limit: number): number => Math.min(limit, Math.max(0, Math.floor(px / cellPx)));
  const fromX = region ? cell(region.x, columns - 1) : 0;
  const toX = region ? cell(region.x + region.width, columns - 1) : columns - 1;
  const fromY = region ? cell(region.y, rows - 1) : 0;
  const toY = region ? cell(region.y + region.height, rows - 1) : rows - 1;
  let largest = 0;
  for (let row = fromY; row <= toY; row++) {
    for (let column = fromX; column <= toX; column++) {
      const change = Math.abs(a.luma[row * columns + column]! - b.luma[row * columns + column]!);
      if (change <= largest) continue;
      const [x, y] = [column * cellPx, row * cellPx];
      if (!except.some((box) => box.x1 < x + cellPx && box.x2 > x && box.y1 < y + cellPx && box.y2 > y))
        largest = change;
    }
  }
  return largest;
}
