import { exactTime, lengthText } from '../ui/format.ts';
import type { TimelineIndex } from './lane-index.ts';
import { word } from './words.ts';

/** A segment in words, for screen readers; null when there is none. */
export function describeSegment(index: TimelineIndex, segmentId: string | null): string | null {
  const place = segmentId === null ? undefined : index.placeOf(segmentId);
  if (!place) return null;
  const lane = index.lanes[place.lane]!;
  const segment = lane.segments[place.index]!;
  const states = [word(segment.review)];
  if (segment.confidence !== null) {
    states.push(word('confidenceText', { confidence: segment.confidence.toFixed(2) }));
  }
  if (segment.origin === 'human') states.push(word('human'));
  return word('segmentText', {
    name: lane.speaker.name,
    start: exactTime(segment.startSec),
    end: exactTime(segment.endSec),
    length: lengthText(segment.endSec - segment.startSec),
    state: states.join(', '),
  });
}
