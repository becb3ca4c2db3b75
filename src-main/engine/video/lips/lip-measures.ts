import type { Box } from '../face-detect/detection.ts';
import type { CropRegion } from '../views/crop.ts';
import { M3SD_LIP_POINTS, MESH, MESH_VALUES } from './face-points.ts';
import { LIP, LIP_VALUES } from './lip-file.ts';

/** Side of the mesh's input. */
export const MESH_SIDE_PX = 192;
/** The mesh was made for a square of so many sizes of the face. */
const MESH_FACES = 1.5;

/**
 * The square that the mesh looks at: about the centre of the box, 1.5 times its longer side, turned so that the eye line is
 * level.
 * @param box in pixels
 * @param eyes x, y of the eye at the picture's left, then of the one at its right, in pixels
 */
export function meshRegion({ x1, y1, x2, y2 }: Box, eyes: ArrayLike<number>): CropRegion {
  const side = Math.max(1, MESH_FACES * Math.max(x2 - x1, y2 - y1));
  const angle = Math.atan2(eyes[3]! - eyes[1]!, eyes[2]! - eyes[0]!);
  return {
    centreX: (x1 + x2) / 2,
    centreY: (y1 + y2) / 2,
    width: side,
    height: side,
    // A detector that knows no eyes gives one point for both; a head that stands on its top is no speaker's.
    angleRad: Number.isFinite(angle) && Math.abs(angle) < Math.PI / 2 ? angle : 0,
  };
}

/** The mesh in pixels of the picture (z in the same scale), from pixels of its input. */
export function meshInPicture(mesh: ArrayLike<number>, region: CropRegion): Float32Array {
  const scale = region.width / MESH_SIDE_PX;
  const [cos, sin] = [scale * Math.cos(region.angleRad), scale * Math.sin(region.angleRad)];
  const moved = new Float32Array(MESH_VALUES);
  for (let at = 0; at < MESH_VALUES; at += 3) {
    const u = mesh[at]! - MESH_SIDE_PX / 2;
    const v = mesh[at + 1]! - MESH_SIDE_PX / 2;
    moved[at] = region.centreX + u * cos - v * sin;
    moved[at + 1] = region.centreY + u * sin + v * cos;
    moved[at + 2] = mesh[at + 2]! * scale;
  }
  return moved;
}

/** Openings of the mouth over its width, as in {@link LIP}. */
export function mouthOpening(mesh: ArrayLike<number>): { aperture: number; outerOpening: number } {
  const distance = (a: number, b: number): number =>
    Math.hypot(mesh[3 * a]! - mesh[3 * b]!, mesh[3 * a + 1]! - mesh[3 * b + 1]!);
  const width = distance(MESH.mouthLeft, MESH.mouthRight);
  return {
    aperture: distance(MESH.innerUpperLip, MESH.innerLowerLip) / width,
    outerOpening: distance(MESH.outerUpperLip, MESH.outerLowerLip) / width,
  };
}

/** Degrees that the head is turned to the picture's right: the eye that is farther from the camera says so. */
export function headYawDeg(mesh: ArrayLike<number>): number {
  const { eyeLeftOuter: left, eyeRightOuter: right } = MESH;
  const [dx, dz] = [mesh[3 * right]! - mesh[3 * left]!, mesh[3 * right + 2]! - mesh[3 * left + 2]!];
  return (Math.atan2(dz, dx) * 180) / Math.PI;
}

/** Bounds of M3SD's lip landmarks. */
export function lipBox(mesh: ArrayLike<number>): Box {
  const xs = M3SD_LIP_POINTS.map((point) => mesh[3 * point]!);
  const ys = M3SD_LIP_POINTS.map((point) => mesh[3 * point + 1]!);
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) };
}

/** Where the lips of a face mostly are that no mesh was found for: the middle of the lower third of its box. */
export function lowerFaceBox({ x1, y1, x2, y2 }: Box): Box {
  const [width, height] = [x2 - x1, y2 - y1];
  return { x1: x1 + 0.2 * width, y1: y1 + 0.62 * height, x2: x2 - 0.2 * width, y2: y2 + 0.02 * height };
}

export interface FaceSight {
  /** Box of the track, pixels of the picture. */
  readonly box: Box;
  /** In pixels of the picture; null where the mesh is unsure. */
  readonly mesh: Float32Array | null;
  readonly meshProbability: number;
  readonly sharpness: number;
  readonly brightness: number;
}

/** A row of `lips.f32`. */
export function lipRow(sight: FaceSight, pictureWidthPx: number, pictureHeightPx: number): Float32Array {
  const { mesh } = sight;
  const row = new Float32Array(LIP_VALUES).fill(NaN);
  const box = mesh ? lipBox(mesh) : lowerFaceBox(sight.box);
  row[LIP.centreX] = (box.x1 + box.x2) / 2 / pictureWidthPx;
  row[LIP.centreY] = (box.y1 + box.y2) / 2 / pictureHeightPx;
  row[LIP.width] = (box.x2 - box.x1) / pictureWidthPx;
  row[LIP.height] = (box.y2 - box.y1) / pictureHeightPx;
  row[LIP.meshProbability] = sight.meshProbability;
  row[LIP.sharpness] = sight.sharpness;
  row[LIP.brightness] = sight.brightness;
  if (mesh) {
    const { aperture, outerOpening } = mouthOpening(mesh);
    row[LIP.aperture] = aperture;
    row[LIP.outerOpening] = outerOpening;
    row[LIP.yawDeg] = headYawDeg(mesh);
  }
  return row;
}

/**
 * Sharpness and brightness of the middle of a crop, where the face is.
 * @param rgb three planes of `side`², 0..1
 * @returns deviation of the Laplacian in grey levels; mean luma 0..1
 */
export function pictureMeasures(rgb: Float32Array, side: number): { sharpness: number; brightness: number } {
  const plane = side * side;
  const luma = (at: number): number =>
    255 * (0.299 * rgb[at]! + 0.587 * rgb[at + plane]! + 0.114 * rgb[at + 2 * plane]!);
  const first = Math.round(side * (0.5 - 0.5 / MESH_FACES));
  const span = side - 2 * first;
  const grey = new Float32Array(span * span);
  let sum = 0;
  for (let row = 0; row < span; row++) {
    for (let column = 0; column < span; column++) {
      const value = luma((first + row) * side + first + column);
      grey[row * span + column] = value;
      sum += value;
    }
  }
  let squares = 0;
  let total = 0;
  for (let row = 1; row < span - 1; row++) {
    for (let at = row * span + 1; at < (row + 1) * span - 1; at++) {
      const value = grey[at - 1]! + grey[at + 1]! + grey[at - span]! + grey[at + span]! - 4 * grey[at]!;
      squares += value * value;
      total += value;
    }
  }
  const count = (span - 2) * (span - 2);
  return {
    sharpness: Math.sqrt(Math.max(0, squares / count - (total / count) ** 2)),
    brightness: sum / grey.length / 255,
  };
}
