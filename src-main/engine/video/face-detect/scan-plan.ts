import type { FrameSize } from '#media/frames.ts';
import type { Region } from '../yuv-picture.ts';
import { BLAZE_SIDE_PX } from './blaze-face.ts';
import type { Box } from './detection.ts';

/**
 * Where BlazeFace looks (docs/adr/0081). The net finds faces from 13 of its 256 input pixels on (measured), so that one look
 * at a 16:9 picture finds faces from a twentieth of its width; smaller ones need tiles.
 */

/** Side of a tile as a share of the picture's longer side: finds faces from 1/63 of it. */
const TILE_SHARE = 0.3125;
/** Tiles overlap by as much as the smallest faces that the look at the whole picture finds surely. */
const OVERLAP_SHARE = 0.06;
/** Below this side a tile shows only enlarged pixels. */
const MIN_TILE_PX = 160;
/** Faces below this many input pixels in the look at the whole are looked at in a tile of their own. */
const SURE_INPUT_PX = 24;
/** Side of such a tile in sizes of the face. */
const TILE_FACES = 6;
const MIN_FACE_TILE_PX = 96;

/** A square about the whole picture. */
export function wholeRegion(size: FrameSize): Region {
  const side = Math.max(size.pictureWidthPx, size.pictureHeightPx);
  // Small pictures are not enlarged: faces would leave the range of sizes the net was made for.
  const used = Math.max(side, BLAZE_SIDE_PX);
  return { x: 0, y: 0, width: used, height: used };
}

/** The whole picture and overlapping tiles that cover it. */
export const scanRegions = (size: FrameSize): Region[] => [wholeRegion(size), ...scanTiles(size)];

/** Overlapping tiles that cover the picture; none where it is as small as one. */
export function scanTiles(size: FrameSize): Region[] {
  const { pictureWidthPx: width, pictureHeightPx: height } = size;
  const longer = Math.max(width, height);
  const side = Math.max(MIN_TILE_PX, Math.round(TILE_SHARE * longer));
  if (longer <= 1.2 * side) return [];
  const overlap = OVERLAP_SHARE * longer;
  const columns = starts(width, side, overlap);
  const rows = starts(height, side, overlap);
  return rows.flatMap((y) => columns.map((x) => ({ x, y, width: side, height: side })));
}

/** Starts of pieces of `side` that cover `length`, evenly spaced, overlapping by at least `overlap`. */
function starts(length: number, side: number, overlap: number): number[] {
  if (length <= side) return [Math.round((length - side) / 2)];
  const count = Math.ceil((length - overlap) / (side - overlap));
  return Array.from({ length: count }, (_, index) => Math.round((index * (length - side)) / (count - 1)));
}

/**
 * Where to look again for faces that were found lately: the whole picture, and a tile about each face too small to be seen
 * there, or those of a scan that have faces when these are fewer.
 */
export function followRegions(size: FrameSize, faces: readonly Box[]): Region[] {
  const whole = wholeRegion(size);
  const longer = Math.max(size.pictureWidthPx, size.pictureHeightPx);
  const largest = Math.max(MIN_TILE_PX, Math.round(TILE_SHARE * longer));
  const sizeOf = (face: Box): number => Math.max(face.x2 - face.x1, face.y2 - face.y1);
  const small = faces.filter((face) => (sizeOf(face) * BLAZE_SIDE_PX) / whole.width < SURE_INPUT_PX);
  const tiles: Region[] = [];
  for (const face of small) {
    const faceSize = sizeOf(face);
    if (tiles.some((tile) => liesWithin(face, tile, faceSize))) continue;
    const side = Math.round(Math.min(largest, Math.max(MIN_FACE_TILE_PX, TILE_FACES * faceSize)));
    const x = Math.round((face.x1 + face.x2 - side) / 2);
    const y = Math.round((face.y1 + face.y2 - side) / 2);
    tiles.push({ x, y, width: side, height: side });
  }
  const scanned = scanTiles(size).filter((tile) => small.some((face) => liesWithin(face, tile, 0)));
  return [whole, ...(tiles.length > Math.max(1, scanned.length) ? scanned : tiles)];
}

/** With a margin to move in. */
const liesWithin = (box: Box, region: Region, margin: number): boolean =>
  box.x1 - margin >= region.x &&
  box.y1 - margin >= region.y &&
  box.x2 + margin <= region.x + region.width &&
  box.y2 + margin <= region.y + region.height;

/**
 * Whether a box found in a region may be believed: one that reaches over an edge behind which the picture goes on is a part
 * of a face that another tile sees whole.
 */
export function isWholeIn(box: Box, region: Region, size: FrameSize): boolean {
  const slack = 0.01 * region.width;
  const { x, y, width, height } = region;
  return (
    (box.x1 >= x - slack || x <= 0) &&
    (box.y1 >= y - slack || y <= 0) &&
    (box.x2 <= x + width + slack || x + width >= size.pictureWidthPx) &&
    (box.y2 <= y + height + slack || y + height >= size.pictureHeightPx)
  );
}
