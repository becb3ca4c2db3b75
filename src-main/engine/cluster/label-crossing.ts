import type { TimedVectors } from './voice-windows.ts';

/** Longest pause between windows that count as neighbours: none, since after a pause anybody may speak. */
const MAX_PAUSE_SEC = 0.05;

/** How often neighbouring windows are in two groups, against what chance would have. */
export interface Crossing {
  /** Neighbours one of which is in a, the other in b. */
  found: number;
  /** The same if the windows of both groups came in random order. */
  expected: number;
}

/**
 * Neighbours in time, no pause between them, that lie in different groups. Hardly anybody begins to speak without a pause of
 * somebody, but two halves of one voice that only noise divides alternate within speech.
 * @param labels 0 … count−1 of each window, −1 = in no group
 */
export function labelCrossings(
  windows: Pick<TimedVectors, 'startSec' | 'endSec'>,
  labels: ArrayLike<number>,
  count: number,
): (a: number, b: number) => Crossing {
  const { startSec, endSec } = windows;
  const pairs = new Float64Array(count * count);
  for (let i = 0; i < labels.length; i++) {
    let j = i + 1;
    while (j < labels.length && startSec[j]! < endSec[i]! - 1e-6) j++;
    const a = labels[i]!;
    const b = labels[j] ?? -1;
    if (a < 0 || b < 0 || startSec[j]! - endSec[i]! > MAX_PAUSE_SEC) continue;
    pairs[a * count + b]!++;
    if (a !== b) pairs[b * count + a]!++;
  }
  return (a, b) => {
    const within = pairs[a * count + a]! + pairs[b * count + b]!;
    const found = pairs[a * count + b]!;
    const total = within + found;
    if (total === 0) return { found: 0, expected: 0 };
    const shareOfA = (pairs[a * count + a]! + found / 2) / total;
    return { found, expected: 2 * shareOfA * (1 - shareOfA) * total };
  };
}
