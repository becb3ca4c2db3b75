import { MAX_OFFSET_FRAMES, type OffsetCurve } from './offset-curve.ts';

/**
 * Lips part later than the sound rises by so many frames where both are in step (measured on clips of GRID as published;
 * docs/adr/0091): a curve of such a clip peaks here.
 */
export const IN_STEP_FRAMES = -0.25;
/** Less is no offset: people's lips differ by as much, and nobody sees it. */
const LEAST_FRAMES = 1;
/** Told of the clearest curves. */
const MOST_CONFIDENCE = 20;
/** Offsets this near to the peak belong to it. */
const PEAK_REACH_FRAMES = 3;

export interface OffsetEstimate {
  /** Frames the sound comes later than the picture; whole, 0 for less than one. */
  readonly offsetFrames: number;
  /** The same to a part of a frame. */
  readonly exactFrames: number;
  /** How far the peak rises over the median of the curve, in heights of the next peak; 1 = no better than chance. */
  readonly confidence: number;
  /** How far the peak rises over the median, in nats a frame of speech: mutual information beyond chance. */
  readonly agreement: number;
}

/**
 * The offset at which a curve peaks, between frames by a parabola, and how clearly it does: peak over second peak.
 * null for a curve without a peak.
 */
export function offsetPeak({ values: curve, frames }: OffsetCurve): OffsetEstimate | null {
  let peak = 0;
  curve.forEach((value, at) => {
    if (value > curve[peak]!) peak = at;
  });
  const sorted = [...curve].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const second = curve.reduce(
    (most, value, at) => (Math.abs(at - peak) > PEAK_REACH_FRAMES ? Math.max(most, value) : most),
    median,
  );
  if (!(curve[peak]! > median)) return null;
  const height = curve[peak]! - median;
  // Bounded, for a curve with nothing beside its peak.
  const confidence = height / Math.max(second - median, height / MOST_CONFIDENCE);
  const exactFrames = peak + between(curve, peak) - MAX_OFFSET_FRAMES - IN_STEP_FRAMES;
  const agreement = height / Math.max(1, frames);
  const offsetFrames = Math.abs(exactFrames) < LEAST_FRAMES ? 0 : Math.round(exactFrames);
  return { offsetFrames, exactFrames, confidence, agreement };
}

/** Where between two steps a parabola through the peak and its neighbours is highest, −½ … ½. */
function between(curve: Float64Array, peak: number): number {
  const [before, top, after] = [curve[peak - 1], curve[peak]!, curve[peak + 1]];
  if (before === undefined || after === undefined) return 0;
  const bend = before - 2 * top + after;
  return bend < 0 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
}
