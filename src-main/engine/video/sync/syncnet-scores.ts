import { medianFilter } from '../tracking/median-filter.ts';

/**
 * SyncNet (Chung and Zisserman 2016; https://github.com/joonson/syncnet_python): distances of what is seen in five frames to
 * what is heard within ±15 frames, and what follows from them.
 */

/** Offsets −15 … 15 are tried. */
export const SYNC_SHIFTS = 31;
const MOST_SHIFT = (SYNC_SHIFTS - 1) / 2;
/** Distance at frames that have no window of their own. */
const PAD_DISTANCE = 10;
const PAD_FRAMES = 3;

export type SyncMetric = 'euclidean' | 'cosine';

/** Distance of two vectors. `euclidean` adds 1e-6 to each difference, as PyTorch's pairwise_distance does. */
export function syncDistance(a: Float32Array, b: Float32Array, metric: SyncMetric): number {
  let sum = 0;
  if (metric === 'euclidean') {
    for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]! + 1e-6) ** 2;
    return Math.sqrt(sum);
  }
  let squareA = 0;
  let squareB = 0;
  for (let k = 0; k < a.length; k++) {
    sum += a[k]! * b[k]!;
    squareA += a[k]! ** 2;
    squareB += b[k]! ** 2;
  }
  return 1 - sum / Math.max(1e-8, Math.sqrt(squareA * squareB));
}

export interface SyncNetResult {
  /** As SyncNet counts: > 0 = the sound comes earlier than the picture. */
  readonly offsetFrames: number;
  readonly minDistance: number;
  /** Median less least of the mean distances. */
  readonly confidence: number;
  /** Mean distance at each shift of the sound, −15 … 15. */
  readonly meanDistances: Float64Array;
}

/**
 * Offset, least distance and confidence of windows that follow one another or not; null without a window.
 * @param distances {@link SYNC_SHIFTS} a window; windows with NaN do not count
 */
export function syncResult(distances: Float32Array): SyncNetResult | null {
  const sum = new Float64Array(SYNC_SHIFTS);
  let windows = 0;
  for (let at = 0; at < distances.length; at += SYNC_SHIFTS) {
    if (Number.isNaN(distances[at]!)) continue;
    for (let k = 0; k < SYNC_SHIFTS; k++) sum[k]! += distances[at + k]!;
    windows++;
  }
  if (windows === 0) return null;
  const meanDistances = sum.map((value) => value / windows);
  let best = 0;
  meanDistances.forEach((value, k) => {
    if (value < meanDistances[best]!) best = k;
  });
  const minDistance = meanDistances[best]!;
  const median = [...meanDistances].sort((a, b) => a - b)[MOST_SHIFT]!;
  return { offsetFrames: MOST_SHIFT - best + 0, minDistance, confidence: median - minDistance, meanDistances };
}

/**
 * Confidence of each frame of a track at its best shift: the median of the mean distances less the frame's own, three frames
 * of distance 10 before and after, then a median over `medianFrames` (zeros beyond the ends, as SciPy's medfilt).
 * @param medianFrames 9 in syncnet_python's demo, 25 in av-diarization's fusion
 * @returns one more than there are windows, and 4 less than there are frames
 */
export function syncFrameConfidence(distances: Float32Array, medianFrames: number): number[] {
  const result = syncResult(distances);
  if (!result) return [];
  const best = MOST_SHIFT - result.offsetFrames;
  const median = result.minDistance + result.confidence;
  const windows = Array.from({ length: distances.length / SYNC_SHIFTS }, (_, at) => {
    const distance = distances[at * SYNC_SHIFTS + best]!;
    return Number.isNaN(distance) ? PAD_DISTANCE : distance;
  });
  const pad = Array<number>(PAD_FRAMES).fill(PAD_DISTANCE);
  const confidences = [...pad, ...windows, ...pad].map((distance) => median - distance);
  return medianFilter(confidences, medianFrames, 'zero');
}
