/** Below this, 16 s, a second worker costs more than it saves. */
const SHARED_FROM_FRAMES = 1600;
/** Borders of shards lie on whole trunk frames and blocks of cepstra. */
const GRID_FRAMES = 4;

/**
 * Mel frames of each shard of a recording but the last: `most`, and of a short recording half, so that two workers share it.
 * It depends on the length alone, so that bytes do not depend on workers or on where a killed job went on.
 * @param most multiple of 4
 * @returns a multiple of 4, at least 4
 */
export function shardFrames(totalFrames: number, most: number): number {
  if (totalFrames > 2 * most) return most;
  const shards = totalFrames > SHARED_FROM_FRAMES ? 2 : 1;
  return Math.max(1, Math.ceil(totalFrames / shards / GRID_FRAMES)) * GRID_FRAMES;
}
