/**
 * Cuts from frame scores, as PySceneDetect finds them (https://github.com/Breakthrough/PySceneDetect, BSD-3): its
 * ContentDetector with either rule against flashes, and its AdaptiveDetector. A cut is the first frame of the new shot.
 * Pure; frames count from 0.
 */

/**
 * `suppress` (0.5): after a cut, further ones are ignored for the shortest shot's length. `merge` (0.6.4 on): a burst of
 * them counts once, where it ends.
 */
export type FlashRule = 'merge' | 'suppress';

export interface ContentOptions {
  /** Score from which a frame may be a cut: 27 in 0.6, 30 in 0.5. */
  readonly threshold: number;
  /** Shortest shot in frames. */
  readonly minShotFrames: number;
  readonly flashRule: FlashRule;
}

export function contentCuts(scores: ArrayLike<number>, options: ContentOptions): number[] {
  const { threshold, minShotFrames, flashRule } = options;
  const isAbove = Array.from(scores, (score) => score >= threshold);
  if (minShotFrames <= 0) return isAbove.flatMap((above, frame) => (above ? [frame] : []));
  return flashRule === 'merge' ? mergeBursts(isAbove, minShotFrames) : suppressBursts(isAbove, minShotFrames);
}

function suppressBursts(isAbove: readonly boolean[], minShotFrames: number): number[] {
  const cuts: number[] = [];
  let last = 0;
  isAbove.forEach((above, frame) => {
    if (!above || frame - last < minShotFrames) return;
    last = frame;
    cuts.push(frame);
  });
  return cuts;
}

function mergeBursts(isAbove: readonly boolean[], minShotFrames: number): number[] {
  const cuts: number[] = [];
  let lastAbove = 0;
  /** First frame of the burst under way. */
  let burst: number | null = null;
  isAbove.forEach((above, frame) => {
    const isQuiet = frame - lastAbove >= minShotFrames;
    if (above) lastAbove = frame;
    if (burst !== null) {
      if (isQuiet && !above && lastAbove - burst >= minShotFrames) {
        cuts.push(lastAbove);
        burst = null;
      }
      return;
    }
    if (!above) return;
    if (isQuiet) cuts.push(frame);
    // Before the first cut a burst has nothing to be merged with.
    else if (cuts.length > 0) burst = frame;
  });
  return cuts;
}

export interface AdaptiveOptions {
  /** Score over the mean of its neighbours from which a frame may be a cut: 3. */
  readonly ratio: number;
  /** And the score itself: 15. */
  readonly minScore: number;
  readonly minShotFrames: number;
  /** Neighbours on each side: 2. */
  readonly windowFrames: number;
}

/** The ratio where the neighbours do not change at all. */
const MAX_RATIO = 255;

export function adaptiveCuts(scores: ArrayLike<number>, options: AdaptiveOptions): number[] {
  const { ratio, minScore, minShotFrames, windowFrames } = options;
  const cuts: number[] = [];
  let last = 0;
  for (let frame = windowFrames; frame + windowFrames < scores.length; frame++) {
    let sum = 0;
    for (let beside = 1; beside <= windowFrames; beside++) sum += scores[frame - beside]! + scores[frame + beside]!;
    const mean = sum / (2 * windowFrames);
    const score = scores[frame]!;
    const isFlat = Math.abs(mean) < 1e-5;
    const found = isFlat ? (score >= minScore ? MAX_RATIO : 0) : Math.min(score / mean, MAX_RATIO);
    // The length counts to the newest frame that was read, as in the original.
    if (found >= ratio && score >= minScore && frame + windowFrames - last >= minShotFrames) {
      cuts.push(frame);
      last = frame;
    }
  }
  return cuts;
}
