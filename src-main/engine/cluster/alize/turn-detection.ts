import type { Frames } from '../statistics/frames.ts';

/** Least variance of a feature in a window. */
const MIN_VARIANCE = 1e-6;

/** Published settings of LIA_SpkSeg's TurnDetection (https://github.com/ALIZE-Speaker-Recognition/LIA_RAL). */
export const turnDetectionRules = {
  windowFrames: 50,
  stepFrames: 5,
  /** A peak stands out by more than this many standard deviations of the curve. */
  alpha: 1.5,
} as const;

export type TurnDetectionRules = { windowFrames: number; stepFrames: number; alpha: number };

/**
 * Changes of speaker: the likelihood of two adjacent windows as two diagonal Gaussians against one (GLR), smoothed by ¼ ½ ¼;
 * a peak counts when it is above the valleys on both sides by more than α standard deviations of the curve.
 * @returns frames where a new turn starts, rising
 */
export function turnChanges(frames: Frames, rules: TurnDetectionRules = turnDetectionRules): number[] {
  const curve = smoothed(diagonalGlr(frames, rules));
  if (curve.length < 3) return [];
  const mean = curve.reduce((sum, value) => sum + value, 0) / curve.length;
  const deviation = Math.sqrt(curve.reduce((sum, value) => sum + (value - mean) ** 2, 0) / curve.length);
  const out: number[] = [];
  let valleyBefore = curve[0]!;
  for (let k = 1; k + 1 < curve.length; k++) {
    const value = curve[k]!;
    if (value > curve[k - 1]! && value >= curve[k + 1]!) {
      let j = k + 1;
      while (j + 1 < curve.length && curve[j + 1]! <= curve[j]!) j++;
      const rise = rules.alpha * deviation;
      if (value - valleyBefore > rise && value - curve[j]! > rise) {
        out.push(rules.windowFrames + k * rules.stepFrames);
        valleyBefore = curve[j]!;
        continue;
      }
    }
    valleyBefore = Math.min(valleyBefore, value);
  }
  return out;
}

/** GLR of one diagonal Gaussian a window, every `stepFrames` frames; value k is at frame windowFrames + k · stepFrames. */
export function diagonalGlr({ data, size, count }: Frames, rules: TurnDetectionRules): Float64Array {
  const { windowFrames: window, stepFrames } = rules;
  const steps = count < 2 * window ? 0 : 1 + Math.floor((count - 2 * window) / stepFrames);
  const out = new Float64Array(steps);
  for (let d = 0; d < size; d++) {
    const sums = new Float64Array(count + 1);
    const squares = new Float64Array(count + 1);
    for (let t = 0; t < count; t++) {
      const x = data[t * size + d]!;
      sums[t + 1] = sums[t]! + x;
      squares[t + 1] = squares[t]! + x * x;
    }
    const logVariance = (from: number, to: number): number => {
      const mean = (sums[to]! - sums[from]!) / (to - from);
      return Math.log(Math.max(MIN_VARIANCE, (squares[to]! - squares[from]!) / (to - from) - mean * mean));
    };
    for (let k = 0; k < steps; k++) {
      const from = k * stepFrames;
      const [middle, to] = [from + window, from + 2 * window];
      out[k]! +=
        0.5 * (2 * window * logVariance(from, to) - window * (logVariance(from, middle) + logVariance(middle, to)));
    }
  }
  return out;
}

function smoothed(curve: Float64Array): Float64Array {
  return curve.map((value, k) => 0.25 * (curve[k - 1] ?? value) + 0.5 * value + 0.25 * (curve[k + 1] ?? value));
}
