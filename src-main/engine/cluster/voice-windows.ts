import type { Vectors } from './vectors.ts';

/** Embeddings with their times, in order of time. */
export interface TimedVectors {
  rows: Vectors;
  startSec: ArrayLike<number>;
  endSec: ArrayLike<number>;
}

/**
 * Calls back for every pair of windows i < j that hear some of the same sound: such a pair is alike for that reason alone
 * and says nothing about the speaker.
 */
export function forOverlappingPairs(windows: TimedVectors, visit: (i: number, j: number) => void): void {
  const { rows, startSec, endSec } = windows;
  for (let i = 0; i < rows.count; i++) {
    const end = endSec[i]! - 1e-6;
    for (let j = i + 1; j < rows.count && startSec[j]! < end; j++) visit(i, j);
  }
}
