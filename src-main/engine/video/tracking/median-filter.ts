import type { FaceTrack } from './iou-tracks.ts';

/**
 * Sliding median of odd width. Beyond the ends lie zeros (as in SciPy's medfilt, which the published crops use) or the
 * values at the ends.
 */
export function medianFilter(values: readonly number[], width: number, beyond: 'zero' | 'edge'): number[] {
  const half = (width - 1) / 2;
  return values.map((_, index) => {
    const window = Array.from({ length: width }, (_unused, offset) => {
      const at = index - half + offset;
      if (at >= 0 && at < values.length) return values[at]!;
      if (beyond === 'zero') return 0;
      return at < 0 ? values[0]! : values.at(-1)!;
    });
    return window.sort((a, b) => a - b)[half]!;
  });
}

/**
 * A track whose boxes move and grow steadily: medians of centre, width and height over `width` frames; values at the ends
 * count on beyond them. Points keep their place in the box.
 */
export function smoothTrack(track: FaceTrack, width: number): FaceTrack {
  if (width <= 1) return track;
  const series = (value: (face: FaceTrack['faces'][number]) => number): number[] =>
    medianFilter(track.faces.map(value), width, 'edge');
  const x = series((face) => (face.x1 + face.x2) / 2);
  const y = series((face) => (face.y1 + face.y2) / 2);
  const w = series((face) => face.x2 - face.x1);
  const h = series((face) => face.y2 - face.y1);
  return {
    ...track,
    faces: track.faces.map((face, index) => {
      const box = {
        x1: x[index]! - w[index]! / 2,
        y1: y[index]! - h[index]! / 2,
        x2: x[index]! + w[index]! / 2,
        y2: y[index]! + h[index]! / 2,
      };
      const [scaleX, scaleY] = [w[index]! / (face.x2 - face.x1), h[index]! / (face.y2 - face.y1)];
      const points = face.points.map((value, point) =>
        point % 2 === 0 ? box.x1 + (value - face.x1) * scaleX : box.y1 + (value - face.y1) * scaleY,
      );
      return { ...face, ...box, points };
    }),
  };
}
