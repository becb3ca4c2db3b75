import type { Segment } from './records.ts';

/** Confidence below which a segment counts as doubtful unless the settings say otherwise, 0..1. */
export const defaultDoubtLimit = 0.5;

/** Not yet accepted, and marked doubtful by a person or less sure than the limit (0..1). */
export function isDoubtful(segment: Pick<Segment, 'review' | 'confidence'>, limit: number): boolean {
  if (segment.review === 'accepted') return false;
  return segment.review === 'doubtful' || (segment.confidence !== null && segment.confidence < limit);
}
