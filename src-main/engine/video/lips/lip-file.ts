import { z } from 'zod';

/** Lips of the faces in `tracks.f32`, row by row. */
export const lipsFile = 'lips.f32';
export const lipIndexFile = 'lips.json';

/** Places of the values of a row in `lips.f32` (little-endian float32); all NaN where a face was not looked at. */
export const LIP = {
  /** Distance of the inner lips over the width of the mouth; 0 = closed. NaN where the mesh is unsure. */
  aperture: 0,
  /** Distance of the outer lips over the width of the mouth. NaN where the mesh is unsure. */
  outerOpening: 1,
  /** Centre and size of the lip box, shares of the picture. The lower face where the mesh is unsure. */
  centreX: 2,
  centreY: 3,
  width: 4,
  height: 5,
  /** 0..1: how sure the mesh is that it sees a face. */
  meshProbability: 6,
  /** Degrees; 0 = looks at the camera, positive = to the picture's right. NaN where the mesh is unsure. */
  yawDeg: 7,
  /** Deviation of the Laplacian of luma in the face's crop, in grey levels; blurred and small faces have little. */
  sharpness: 8,
  /** Mean luma of the face, 0..1. */
  brightness: 9,
} as const;
export const LIP_VALUES = 10;

/** Below this the mesh is unsure: it sees no face, or too little of one. */
export const MIN_MESH_PROBABILITY = 0.5;

export const lipIndexSchema = z.object({
  frameRateHz: z.number(),
  /** Of `tracks.f32`. */
  rowCount: z.number().int(),
  valuesPerRow: z.number().int(),
  /** Id of the mesh net in the registry. */
  net: z.string(),
  /** Rows with values. */
  measuredRows: z.number().int(),
  /** Of these, rows whose mesh probability is below `minMeshProbability`: their lip box is the lower part of the face box. */
  fallbackRows: z.number().int(),
  minMeshProbability: z.number(),
});
export type LipIndex = z.infer<typeof lipIndexSchema>;
