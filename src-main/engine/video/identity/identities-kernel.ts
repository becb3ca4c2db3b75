import type { Kernel } from '../../kernel.ts';
import { groupByAverage, groupByMedian, type GroupOptions, type LookedTrack } from './track-groups.ts';
import { identityConfidence } from './identity-confidence.ts';

export interface IdentitiesInput extends GroupOptions {
  readonly method: 'average' | 'median';
  readonly distanceScale: number;
  readonly tracks: readonly LookedTrack[];
}

export interface IdentitiesOutput {
  /** By track, numbered by appearance. */
  readonly labels: Int32Array;
  readonly confidence: readonly number[];
}

/** Which tracks are one person. */
export const groupTracks: Kernel<IdentitiesInput, IdentitiesOutput> = (context, input) => {
  const group = input.method === 'median' ? groupByMedian : groupByAverage;
  const labels = group(input.tracks, input, () => context.checkCancelled());
  return Promise.resolve({ output: { labels, confidence: identityConfidence(input.tracks, labels, input) } });
};
