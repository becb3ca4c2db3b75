import type { CropFormat, CropRegion } from './crop.ts';

/** Where the eyes, the tip of the nose and the corners of the mouth lie in ArcFace's 112×112 input: x, y each. */
export const ARCFACE_TEMPLATE: readonly number[] = [
  38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041,
];

/**
 * The region of a picture that, as a crop, has five points where a template wants them: the similarity (turn, scale, shift)
 * with the least squares of the distances (Umeyama 1991, without reflection).
 * @param points x, y of the five in the picture
 * @param template where they belong in the crop, pixels
 */
export function alignedRegion(
  points: ArrayLike<number>,
  template: ArrayLike<number>,
  format: Pick<CropFormat, 'widthPx' | 'heightPx'>,
): CropRegion {
  const count = template.length / 2;
  const mean = (values: ArrayLike<number>, offset: number): number => {
    let sum = 0;
    for (let at = 0; at < count; at++) sum += values[2 * at + offset]!;
    return sum / count;
  };
  const [px, py, tx, ty] = [mean(points, 0), mean(points, 1), mean(template, 0), mean(template, 1)];
  let along = 0;
  let across = 0;
  let spread = 0;
  for (let at = 0; at < count; at++) {
    const [a, b] = [template[2 * at]! - tx, template[2 * at + 1]! - ty];
    const [c, d] = [points[2 * at]! - px, points[2 * at + 1]! - py];
    along += a * c + b * d;
    across += a * d - b * c;
    spread += a * a + b * b;
  }
  // Pixels of the picture for one of the crop, along and across its x axis.
  const [cos, sin] = [along / spread, across / spread];
  const scale = Math.hypot(cos, sin);
  const [u, v] = [format.widthPx / 2 - tx, format.heightPx / 2 - ty];
  return {
    centreX: px + u * cos - v * sin,
    centreY: py + u * sin + v * cos,
    width: Math.max(1e-3, scale * format.widthPx),
    height: Math.max(1e-3, scale * format.heightPx),
    angleRad: scale > 0 ? Math.atan2(sin, cos) : 0,
  };
}
