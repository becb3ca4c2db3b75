import type { Frames } from './frames.ts';

/** Frames of the sliding window of the normalisation. */
const WINDOW = 300;
const DELTA_REACH = 2;

/**
 * Cepstra for comparing speakers: without the first one, with slopes (regression over two frames either way), each with
 * mean 0 and deviation 1 over the 300 frames around it, which takes the channel out.
 */
export function normalisedDeltas({ data, size, count }: Frames): Frames {
  const kept = size - 1;
  const wide = kept + size;
  const out = new Float32Array(count * wide);
  for (let t = 0; t < count; t++) {
    for (let d = 1; d < size; d++) out[t * wide + d - 1] = data[t * size + d]!;
    for (let d = 0; d < size; d++) {
      let slope = 0;
      for (let k = 1; k <= DELTA_REACH; k++) {
        const after = Math.min(count - 1, t + k);
        const before = Math.max(0, t - k);
        slope += k * (data[after * size + d]! - data[before * size + d]!);
      }
      out[t * wide + kept + d] = slope / 10;
    }
  }
  normalise(out, wide, count);
  return { data: out, size: wide, count };
}

function normalise(data: Float32Array, size: number, count: number): void {
  const half = WINDOW / 2;
  const column = new Float64Array(count);
  for (let d = 0; d < size; d++) {
    let sum = 0;
    let square = 0;
    let from = 0;
    let to = 0;
    for (let t = 0; t < count; t++) column[t] = data[t * size + d]!;
    for (let t = 0; t < count; t++) {
      const end = Math.min(count, t + half);
      for (; to < end; to++) {
        sum += column[to]!;
        square += column[to]! ** 2;
      }
      for (; from < t - half; from++) {
        sum -= column[from]!;
        square -= column[from]! ** 2;
      }
      const mean = sum / (to - from);
      const variance = Math.max(1e-6, square / (to - from) - mean * mean);
      data[t * size + d] = (column[t]! - mean) / Math.sqrt(variance);
    }
  }
}
