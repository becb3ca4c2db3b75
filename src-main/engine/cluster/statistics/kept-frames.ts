import { frames, pickFrames } from './frames.ts';
import type { Frames } from './frames.ts';

export interface KeptFrames {
  frames: Frames;
  /** Index of each kept frame in the recording. */
  indices: Int32Array;
}

/**
 * The frames inside the regions that say something: digital silence and stuck samples give frames that equal the one
 * before, which no Gaussian can be made of; they and frames that are no numbers are left out.
 * @param hopSec frame k stands for [k, k + 1) · hopSec
 */
export function keptFrames(
  data: Float32Array,
  size: number,
  regions: readonly { startSec: number; endSec: number }[],
  hopSec: number,
): KeptFrames {
  const all = frames(data, size);
  const indices: number[] = [];
  for (const { startSec, endSec } of regions) {
    const first = Math.max(indices.length > 0 ? indices[indices.length - 1]! + 1 : 0, Math.round(startSec / hopSec));
    const end = Math.min(all.count, Math.round(endSec / hopSec));
    for (let t = first; t < end; t++) if (saysSomething(all, t)) indices.push(t);
  }
  return { frames: pickFrames(all, indices), indices: Int32Array.from(indices) };
}

function saysSomething({ data, size }: Frames, t: number): boolean {
  let isNew = t === 0;
  for (let d = t * size; d < (t + 1) * size; d++) {
    if (!Number.isFinite(data[d]!)) return false;
    if (!isNew && data[d] !== data[d - size]) isNew = true;
  }
  return isNew;
}
