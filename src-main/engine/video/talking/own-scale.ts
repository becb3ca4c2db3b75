import type { TypicalSpread } from './calibration.ts';

/** Frames by which a face is drawn towards the typical spread: a second. */
const PRIOR_FRAMES = 25;
/** What one value says is bounded so, natural logarithm. */
const MOST_SAID = 3;

/**
 * How much more probable each value is while its face talks than while it does not, on the face's own scale: natural
 * logarithm of the ratio of two normal densities whose means and variances are those of the face, as far as a first look
 * told when it talks, drawn to the typical ones. A mouth that lies still while others talk is believed as soon as it
 * moves, one that moves all the time is not. A value beyond the mean of talk says no less than one at the mean.
 * @param values NaN = not known, and what is said of it
 * @param talks probability of each value's frame that the face talks
 */
export function onOwnScale(values: ArrayLike<number>, talks: ArrayLike<number>, typical: TypicalSpread): Float64Array {
  const talk = spread(values, (at) => talks[at]!, typical.talking, typical.variance);
  const silence = spread(values, (at) => 1 - talks[at]!, typical.silent, typical.variance);
  const ratio = (value: number): number =>
    ((value - silence.mean) ** 2 / silence.variance - (value - talk.mean) ** 2 / talk.variance) / 2 +
    Math.log(silence.variance / talk.variance) / 2;
  const isTold = talk.mean > silence.mean;
  const atMean = ratio(talk.mean);
  return Float64Array.from(values, (value) => {
    const said = isTold && value > talk.mean ? Math.max(atMean, ratio(value)) : ratio(value);
    return Math.max(-MOST_SAID, Math.min(MOST_SAID, said));
  });
}

/** Weighted mean and variance of the known values, with {@link PRIOR_FRAMES} more at `mean` and `variance`. */
function spread(
  values: ArrayLike<number>,
  weight: (at: number) => number,
  mean: number,
  variance: number,
): { mean: number; variance: number } {
  let total = PRIOR_FRAMES;
  let sum = PRIOR_FRAMES * mean;
  for (let at = 0; at < values.length; at++) {
    if (Number.isNaN(values[at]!)) continue;
    total += weight(at);
    sum += weight(at) * values[at]!;
  }
  const own = sum / total;
  let squares = PRIOR_FRAMES * variance;
  for (let at = 0; at < values.length; at++) {
    if (!Number.isNaN(values[at]!)) squares += weight(at) * (values[at]! - own) ** 2;
  }
  return { mean: own, variance: squares / total };
}
