import type { SpeakerCount } from './hypothesis.ts';

/** Least probability that the bounds of a count hold. */
const SURE = 0.8;

/**
 * An automatic count with its bounds: from the found number the more probable neighbour is taken in, again and again, until
 * the bounds hold with a probability of 80 %.
 * @param found speakers of the answer
 * @param probabilities how probable each number is; need not hold `found`, nor sum to 1
 */
export function speakerCountOf(
  found: number,
  probabilities: readonly { count: number; probability: number }[],
): SpeakerCount {
  const sorted = [...probabilities].sort((x, y) => x.count - y.count);
  const total = sorted.reduce((sum, one) => sum + one.probability, 0) || 1;
  const share = new Map(sorted.map(({ count, probability }) => [count, probability / total]));
  const least = Math.min(found, sorted[0]?.count ?? found);
  const most = Math.max(found, sorted.at(-1)?.count ?? found);
  const at = (count: number): number => (count < least || count > most ? -1 : (share.get(count) ?? 0));
  let low = found;
  let high = found;
  let sum = at(found);
  while (sum < SURE && (low > least || high < most)) {
    if (at(low - 1) >= at(high + 1)) sum += at(--low);
    else sum += at(++high);
  }
  return { found, low, high, probabilities: sorted.map(({ count }) => ({ count, probability: share.get(count)! })) };
}

/** `4 speakers`, or `4 speakers (3–5)` where the number is not sure. */
export function describeSpeakerCount(found: number, count: SpeakerCount | undefined): string {
  const plain = `${found} ${found === 1 ? 'speaker' : 'speakers'}`;
  return count && count.high > count.low ? `${plain} (${count.low}–${count.high})` : plain;
}
