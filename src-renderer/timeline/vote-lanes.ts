import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { Segment } from '#shared/domain/records.ts';
import { spansOf, type Spans } from './lane-index.ts';

/** One system's answer as a lane: spans coloured by the curated speaker that each of its labels matches best. */
export interface VoteLane extends Spans {
  readonly hypothesisId: string;
  readonly label: string;
  readonly segments: readonly HypothesisSegment[];
  /** Lane of the curated speaker per span; −1 = a label that matches nobody. */
  readonly lanes: Int16Array;
}

/**
 * Seconds that each label of one answer shares with each speaker of another, by a sweep over both.
 * Both lists must be sorted by start.
 */
export function sharedTime(
  votes: readonly { startSec: number; endSec: number; speaker: string }[],
  curated: readonly { startSec: number; endSec: number; speakerId: string }[],
): Map<string, Map<string, number>> {
  const shared = new Map<string, Map<string, number>>();
  let open: { startSec: number; endSec: number; speakerId: string }[] = [];
  let next = 0;
  for (const vote of votes) {
    while (next < curated.length && curated[next]!.startSec < vote.endSec) open.push(curated[next++]!);
    // Votes come by start: what ended before this start can meet no later vote.
    open = open.filter((span) => span.endSec > vote.startSec);
    let row = shared.get(vote.speaker);
    if (!row) shared.set(vote.speaker, (row = new Map<string, number>()));
    for (const span of open) {
      const sec = Math.min(span.endSec, vote.endSec) - Math.max(span.startSec, vote.startSec);
      if (sec > 0) row.set(span.speakerId, (row.get(span.speakerId) ?? 0) + sec);
    }
  }
  return shared;
}

/**
 * One label ↔ one speaker, the pair with most time first; what is left over maps to null. Greedy instead of optimal:
 * it differs only where two labels compete for a speaker, and there the longer one should have the colour.
 */
export function mapLabels(shared: ReadonlyMap<string, ReadonlyMap<string, number>>): Map<string, string | null> {
  const pairs = [...shared].flatMap(([label, row]) => [...row].map(([speakerId, sec]) => ({ label, speakerId, sec })));
  pairs.sort((a, b) => b.sec - a.sec || (a.label < b.label ? -1 : 1));
  const mapped = new Map<string, string | null>();
  const taken = new Set<string>();
  for (const { label, speakerId } of pairs) {
    if (mapped.has(label) || taken.has(speakerId)) continue;
    mapped.set(label, speakerId);
    taken.add(speakerId);
  }
  for (const label of shared.keys()) if (!mapped.has(label)) mapped.set(label, null);
  return mapped;
}

const sortedSegments = new WeakMap<readonly HypothesisSegment[], { segments: HypothesisSegment[]; spans: Spans }>();

/** A hypothesis never changes: its segments are sorted once. */
function sorted(raw: readonly HypothesisSegment[]): { segments: HypothesisSegment[]; spans: Spans } {
  let made = sortedSegments.get(raw);
  if (!made) {
    const segments = [...raw].sort((a, b) => a.startSec - b.startSec || a.endSec - b.endSec);
    sortedSegments.set(raw, (made = { segments, spans: spansOf(segments) }));
  }
  return made;
}

export function buildVoteLane(
  hypothesis: { id: string; label: string; segments: readonly HypothesisSegment[] },
  curated: readonly Segment[],
  laneOfSpeaker: ReadonlyMap<string, number>,
): VoteLane {
  const { segments, spans } = sorted(hypothesis.segments);
  const mapping = mapLabels(sharedTime(segments, curated));
  return {
    hypothesisId: hypothesis.id,
    label: hypothesis.label,
    segments,
    lanes: Int16Array.from(segments, (segment) => laneOfSpeaker.get(mapping.get(segment.speaker) ?? '') ?? -1),
    ...spans,
  };
}
