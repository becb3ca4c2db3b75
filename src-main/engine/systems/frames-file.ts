import { setImmediate } from 'node:timers/promises';
import { frameArtifact } from '#shared/evidence/frame-confidence.ts';
import type { FrameConfidence } from '#shared/evidence/frame-confidence.ts';
import { FRAME_STEP_SEC, frameConfidence, framesOfTurns } from './frame-confidence.ts';

export { frameArtifact };
/** The artifact's file, see `frameConfidenceSchema`. */
export const framesFile = 'frames.json';

/** Longest that others in the process wait, a cancel among them. */
const PIECE_MS = 30;

/**
 * What the file holds of these turns; the other parameters as those of {@link framesOfTurns}.
 * @throws the signal's reason once it aborts
 */
export async function writtenFrames(
  signal: AbortSignal,
  ...[segments, ...rest]: Parameters<typeof framesOfTurns>
): Promise<FrameConfidence> {
  const turns: FrameConfidence['turns'] = [];
  let sinceMs = performance.now();
  for (const { firstFrame, frames, speech } of framesOfTurns(segments, ...rest)) {
    signal.throwIfAborted();
    turns.push({
      speaker: segments[turns.length]!.speaker,
      firstFrame,
      confidence: frames.map(frameConfidence),
      speech: speech.map((share) => Math.round(1000 * share) / 1000),
    });
    if (performance.now() - sinceMs < PIECE_MS) continue;
    await setImmediate();
    sinceMs = performance.now();
  }
  return { stepSec: FRAME_STEP_SEC, turns };
}
