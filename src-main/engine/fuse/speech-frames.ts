/** Pictures a second of the grid on which faces and voices are joined. */
export const FUSION_RATE_HZ = 25;

/** A stretch of time, seconds of the decoded sound. */
export interface Span {
  startSec: number;
  endSec: number;
}

/**
 * The 40 ms steps in which somebody speaks, in order of time: what is decided for each of them is who. Steps follow the
 * frames of the picture and are cut at the borders of the speech regions, so that turns end where voice activity does.
 */
export interface SpeechFrames {
  readonly count: number;
  /** Speech region of each step. */
  readonly region: Int32Array;
  /** Frame of the picture (0 is t = 0 of the file) that shows the step. */
  readonly pictureFrame: Int32Array;
  /** Seconds of the decoded sound. */
  readonly startSec: Float64Array;
  readonly endSec: Float64Array;
}

/**
 * @param regions sorted, apart
 * @param soundStartSec where in the file's own time the decoded sound starts
 */
export function speechFrames(regions: readonly Span[], soundStartSec: number): SpeechFrames {
  const steps: { region: number; frame: number; startSec: number; endSec: number }[] = [];
  regions.forEach(({ startSec, endSec }, region) => {
    const first = Math.floor((startSec + soundStartSec) * FUSION_RATE_HZ + 1e-6);
    for (let frame = first; ; frame++) {
      const from = Math.max(startSec, frame / FUSION_RATE_HZ - soundStartSec);
      const to = Math.min(endSec, (frame + 1) / FUSION_RATE_HZ - soundStartSec);
      if (from >= endSec - 1e-6) break;
      if (to - from > 1e-6) steps.push({ region, frame, startSec: from, endSec: to });
    }
  });
  return {
    count: steps.length,
    region: Int32Array.from(steps, (step) => step.region),
    pictureFrame: Int32Array.from(steps, (step) => step.frame),
    startSec: Float64Array.from(steps, (step) => step.startSec),
    endSec: Float64Array.from(steps, (step) => step.endSec),
  };
}

/** Runs of steps with no pause longer than `pauseSec` between them: they can be decoded by themselves. */
export function speechBlocks(steps: SpeechFrames, pauseSec: number): { from: number; to: number }[] {
  const blocks: { from: number; to: number }[] = [];
  for (let t = 0; t < steps.count; t++) {
    const last = blocks[blocks.length - 1];
    if (last && steps.startSec[t]! - steps.endSec[t - 1]! <= pauseSec) last.to = t + 1;
    else blocks.push({ from: t, to: t + 1 });
  }
  return blocks;
}
