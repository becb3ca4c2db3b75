import { AppError } from '../api/errors.ts';

/**
 * Frame table: presentation times of all frames of the picture in seconds from t = 0, rising, as float64. Frame numbers
 * are indices into it; time × fps is never used, because variable frame rate is normal.
 */

/** Half a millisecond: containers and browsers round frame times to ms or µs. */
const SAME_MOMENT_SEC = 0.0005;

/** Index of the frame on screen at a moment: the last that begins at or before it; −1 before the first. O(log n). */
export function frameIndexAt(times: Float64Array, sec: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= sec + SAME_MOMENT_SEC) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether frames are spaced unevenly: more than a single step and one in a hundred is off the usual by a quarter. */
export function isVariableRate(times: Float64Array): boolean {
  if (times.length < 3) return false;
  const steps = Float64Array.from({ length: times.length - 1 }, (_, index) => times[index + 1]! - times[index]!);
  const usual = Float64Array.from(steps).sort()[steps.length >> 1]!;
  // 2.5 ms: a container that rounds to ms moves each end of a step by up to one.
  const limit = Math.max(0.0025, usual * 0.25);
  let odd = 0;
  for (const step of steps) if (Math.abs(step - usual) > limit) odd++;
  return odd > Math.max(1, steps.length / 100);
}

/**
 * A frame table from its file (float64, little endian).
 * @throws AppError `bad-input` when it is cut off, not finite or not rising
 */
export function parseFrameTable(bytes: Uint8Array): Float64Array {
  if (bytes.length % 8 !== 0) throw damaged('it is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const times = new Float64Array(bytes.length / 8);
  let last = -Infinity;
  for (let index = 0; index < times.length; index++) {
    const time = view.getFloat64(8 * index, true);
    if (!Number.isFinite(time) || time < last) throw damaged('its times do not rise');
    times[index] = last = time;
  }
  return times;
}

const damaged = (why: string): AppError =>
  new AppError('bad-input', `The frame table cannot be read: ${why}.`, { fix: 'Clear the cache in Settings.' });
