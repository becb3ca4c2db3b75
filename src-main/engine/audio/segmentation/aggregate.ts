import { CHUNK_FRAMES, CHUNK_HOP_SAMPLES, firstFrameOf, frameCountOf, LOCAL_SPEAKERS } from './chunk-grid.ts';
import { countBits } from './powerset.ts';

/**
 * How many speak at once in each frame of the recording: the mean over the windows that hear it, rounded (to even at the
 * half, as NumPy does).
 * @param local sets of bits, windows × frames of a window
 */
export function speakerCount(local: Uint8Array, most = Infinity, hopSamples = CHUNK_HOP_SAMPLES): Uint8Array {
  const chunks = local.length / CHUNK_FRAMES;
  const frames = frameCountOf(chunks, hopSamples);
  const sums = new Float64Array(frames);
  const heard = new Float64Array(frames);
  for (let c = 0; c < chunks; c++) {
    const first = firstFrameOf(c, hopSamples);
    for (let f = 0; f < CHUNK_FRAMES; f++) {
      sums[first + f]! += countBits(local[c * CHUNK_FRAMES + f]!);
      heard[first + f]! += 1;
    }
  }
  return Uint8Array.from(sums, (sum, t) => Math.min(most, roundToEven(sum / Math.max(1, heard[t]!))));
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/**
 * Speakers of the recording from those of its windows: a window lets a speaker be active where any of the local ones is
 * that the clustering gave to it; activations are summed over windows, and of each frame as many of the most active are
 * kept as speak at once.
 * @param labels speaker of each local one, windows × 3; negative = nobody's
 * @returns sums and decision, frames × speakers
 */
export function reconstruct(
  local: Uint8Array,
  labels: ArrayLike<number>,
  speakers: number,
  count: Uint8Array,
  hopSamples = CHUNK_HOP_SAMPLES,
): { active: Uint8Array; sums: Float32Array } {
  const chunks = local.length / CHUNK_FRAMES;
  const sums = new Float32Array(count.length * speakers);
  const on = new Uint8Array(speakers);
  for (let c = 0; c < chunks; c++) {
    const first = firstFrameOf(c, hopSamples);
    for (let f = 0; f < CHUNK_FRAMES; f++) {
      const set = local[c * CHUNK_FRAMES + f]!;
      if (set === 0) continue;
      on.fill(0);
      for (let s = 0; s < LOCAL_SPEAKERS; s++) {
        const label = labels[c * LOCAL_SPEAKERS + s]!;
        if ((set >> s) & 1 && label >= 0) on[label] = 1;
      }
      for (let k = 0; k < speakers; k++) sums[(first + f) * speakers + k]! += on[k]!;
    }
  }
  const active = new Uint8Array(sums.length);
  for (let t = 0; t < count.length; t++) {
    for (let rank = 0; rank < count[t]!; rank++) {
      let best = -1;
      for (let k = 0; k < speakers; k++) {
        const at = t * speakers + k;
        // Nobody who is heard in no window.
        if (!active[at] && sums[at]! > 0 && (best < 0 || sums[at]! > sums[t * speakers + best]!)) best = k;
      }
      if (best < 0) break;
      active[t * speakers + best] = 1;
    }
  }
  return { active, sums };
}
