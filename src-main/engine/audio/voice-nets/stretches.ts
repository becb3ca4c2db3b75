import { SAMPLE_RATE_HZ } from '../pcm-reader.ts';

/** Sound a trunk runs over at once: about half a second of one core for a ResNet34. */
const STRETCH_SAMPLES = 10 * SAMPLE_RATE_HZ;
/** What the trunk hears beside the windows, so that they are no edges; more than any known net looks to a side matters. */
const MARGIN_SAMPLES = SAMPLE_RATE_HZ;

export interface Stretch {
  firstSample: number;
  endSample: number;
  /** First and end sample of each window in it, in pairs. */
  ranges: Int32Array;
}

/**
 * Groups windows that follow each other into stretches of the recording, every window in one.
 * @param ranges first and end sample of each window, in pairs, by rising starts
 * @param endOfSound one past the last sample
 */
export function stretchesOf(ranges: Int32Array, endOfSound: number): Stretch[] {
  const stretches: Stretch[] = [];
  let first = 0;
  const close = (end: number): void => {
    const own = ranges.slice(2 * first, 2 * end);
    let last = 0;
    for (let k = 1; k < own.length; k += 2) last = Math.max(last, own[k]!);
    stretches.push({
      firstSample: Math.max(0, own[0]! - MARGIN_SAMPLES),
      endSample: Math.max(1, Math.min(endOfSound, last + MARGIN_SAMPLES)),
      ranges: own,
    });
    first = end;
  };
  const count = ranges.length / 2;
  for (let window = 1; window < count; window++) {
    const isFar = ranges[2 * window]! - ranges[2 * window - 1]! > 2 * MARGIN_SAMPLES;
    if (isFar || ranges[2 * window + 1]! - ranges[2 * first]! > STRETCH_SAMPLES) close(window);
  }
  if (count > 0) close(count);
  return stretches;
}
