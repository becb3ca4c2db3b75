import type { GaussianDistances } from '../statistics/full-gaussian.ts';
import { GaussianSums } from '../statistics/full-gaussian.ts';
import type { Frames } from '../statistics/frames.ts';

/** Frames between two calls of `pause`. */
const FRAMES_PER_PAUSE = 2000;

/**
 * GLR of the two windows of `window` frames before and after each frame; 0 where they do not fit. Windows slide by taking
 * one frame in and one out.
 */
export function glrCurve(
  frames: Frames,
  window: number,
  distances: GaussianDistances,
  pause: () => void = () => undefined,
): Float64Array {
  const curve = new Float64Array(frames.count + 1);
  if (frames.count < 2 * window) return curve;
  const left = new GaussianSums(frames.size).addStretch(frames, 0, window);
  const right = new GaussianSums(frames.size).addStretch(frames, window, 2 * window);
  for (let t = window; ; t++) {
    curve[t] = Math.max(0, distances.glr(left, right));
    if (t + window >= frames.count) return curve;
    if (t % FRAMES_PER_PAUSE === 0) pause();
    left.add(frames, t);
    left.add(frames, t - window, -1);
    right.add(frames, t + window);
    right.add(frames, t, -1);
  }
}

/**
 * Peaks of the curve at least `window` frames apart and from the ends.
 * @returns borders between segments, rising
 */
export function glrBorders(curve: Float64Array, window: number): number[] {
  const borders: number[] = [];
  const end = curve.length - 1;
  for (let t = window; t <= end - window; t++) {
    if (curve[t]! <= 0) continue;
    let isTop = true;
    for (let j = Math.max(0, t - window); isTop && j <= Math.min(end, t + window); j++) {
      // Of equals the first.
      isTop = j < t ? curve[j]! < curve[t]! : curve[j]! <= curve[t]!;
    }
    if (isTop) borders.push(t);
  }
  return borders;
}
