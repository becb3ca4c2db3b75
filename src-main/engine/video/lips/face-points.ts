/**
 * Landmarks of the 468-point face mesh (numbering of MediaPipe's canonical model,
 * https://github.com/google-ai-edge/mediapipe). Left and right are the picture's.
 */
export const MESH_POINTS = 468;
/** x, y, z of each. */
export const MESH_VALUES = 3 * MESH_POINTS;

export const MESH = {
  mouthLeft: 61,
  mouthRight: 291,
  innerUpperLip: 13,
  innerLowerLip: 14,
  outerUpperLip: 0,
  outerLowerLip: 17,
  eyeLeftOuter: 33,
  eyeLeftInner: 133,
  eyeRightInner: 362,
  eyeRightOuter: 263,
  noseTip: 1,
} as const;

/** Whose bounds M3SD takes for the lip box: outer lips, and points of chin and cheeks around them. */
export const M3SD_LIP_POINTS: readonly number[] = [
  ...[61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 146, 91, 181, 84, 17, 314, 405, 321, 375],
  ...[57, 430, 164, 287, 200, 210],
];

/** x, y of: left eye, right eye, tip of the nose, left and right corner of the mouth; from a mesh in any pixels. */
export function fivePoints(mesh: ArrayLike<number>): number[] {
  const x = (point: number): number => mesh[3 * point]!;
  const y = (point: number): number => mesh[3 * point + 1]!;
  const middle = (a: number, b: number): [number, number] => [(x(a) + x(b)) / 2, (y(a) + y(b)) / 2];
  return [
    ...middle(MESH.eyeLeftOuter, MESH.eyeLeftInner),
    ...middle(MESH.eyeRightInner, MESH.eyeRightOuter),
    ...[x(MESH.noseTip), y(MESH.noseTip)],
    ...[x(MESH.mouthLeft), y(MESH.mouthLeft)],
    ...[x(MESH.mouthRight), y(MESH.mouthRight)],
  ];
}
