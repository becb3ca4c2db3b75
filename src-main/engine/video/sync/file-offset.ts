import { CURVE_LENGTH, type OffsetCurve } from './offset-curve.ts';
import { offsetPeak, type OffsetEstimate } from './offset-peak.ts';

/** Fitted so that an offset is right where it is told, and none is told of lips and sound of different clips (docs/adr/0091). */
const LEAST_CONFIDENCE = 1.6;
const LEAST_AGREEMENT = 0.06;
/** Three seconds of speech with a mouth to see are the least to judge by. */
const LEAST_FRAMES = 75;

/** The curve of several stretches together. */
export function pooledCurve(curves: readonly OffsetCurve[]): OffsetCurve {
  const values = new Float64Array(CURVE_LENGTH);
  for (const curve of curves) curve.values.forEach((value, at) => (values[at]! += value));
  return { values, frames: curves.reduce((sum, { frames }) => sum + frames, 0) };
}

export interface OffsetVerdict {
  /** Frames the sound comes later than the picture; null = unsure. */
  readonly offsetFrames: number | null;
  /** Peak over second peak; 0 where there is no peak. */
  readonly confidence: number;
  /** What was found, sure or not. */
  readonly estimate: OffsetEstimate | null;
}

export function judgeOffset(curve: OffsetCurve): OffsetVerdict {
  const estimate = offsetPeak(curve);
  if (!estimate) return { offsetFrames: null, confidence: 0, estimate };
  const isSure =
    curve.frames >= LEAST_FRAMES && estimate.confidence >= LEAST_CONFIDENCE && estimate.agreement >= LEAST_AGREEMENT;
  return { offsetFrames: isSure ? estimate.offsetFrames : null, confidence: estimate.confidence, estimate };
}
