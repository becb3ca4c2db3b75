import type { SubsetChoice } from '../api/contract.ts';
import type { CuratedDocument } from '../domain/document.ts';
import type { Segment } from '../domain/records.ts';
import { mediaExtent, regionOf, reviewedSpans, spanOf, splitRecords, type LabelledMedia } from './document-labels.ts';
import { groupBy } from './group-by.ts';
import { outside, totalLength, subtract, toMs, unionOf, type Span } from './spans.ts';
import type { Region, Turn } from './turn.ts';

/** One turn that is part of a curated subset; times are whole milliseconds. */
export interface SubsetTurn extends Turn {
  speakerId: string;
  review: Segment['review'];
  origin: Segment['origin'];
  /** The run it came from; null when a person made it. */
  hypothesisId: string | null;
}

/** What a curated subset takes of one file. */
export interface SubsetFile {
  turns: SubsetTurn[];
  /**
   * Where the turns are the whole truth: the worked-on part of the recording without speech that was left out (other
   * speakers, too short, overlapped, not reviewed) and, with `reviewedOnly`, without pauses nobody checked.
   */
  regions: Region[];
  /** Segments of the document, for the manifest: how many there were and how many were accepted. */
  segmentCount: number;
  acceptedCount: number;
}

/** The part of {@link SubsetChoice} that chooses within one file. */
export type TurnChoice = Pick<SubsetChoice, 'reviewedOnly' | 'minTurnSec' | 'withOverlap'> & {
  /** null = every speaker. */
  speakerIds: readonly string[] | null;
};

/**
 * Selects the turns of one file. Without overlap, turns are cut down to where nobody else of the document speaks, chosen
 * or not: the others can be heard all the same. The minimum length is asked of what is left.
 */
export function selectTurns(document: CuratedDocument, media: LabelledMedia, choice: TurnChoice): SubsetFile {
  const { segments, names } = splitRecords(document);
  const extent = mediaExtent(media);
  const wanted = choice.speakerIds === null ? null : new Set(choice.speakerIds);
  const others = choice.withOverlap ? null : speechOfOthers(segments);
  const turns: SubsetTurn[] = [];
  for (const segment of segments) {
    if (choice.reviewedOnly && segment.review !== 'accepted') continue;
    if (wanted && !wanted.has(segment.speakerId)) continue;
    // Nothing outside the recording can be cut.
    const whole = subtract(
      [spanOf(segment)],
      [
        { start: -1, end: extent.start },
        { start: extent.end, end: Infinity },
      ],
    );
    for (const part of others ? whole.flatMap((span) => outside(span, others.get(segment.speakerId)!)) : whole) {
      if (part.end - part.start < toMs(choice.minTurnSec)) continue;
      turns.push({
        fileId: media.fileId,
        channel: '1',
        startSec: part.start / 1000,
        endSec: part.end / 1000,
        speaker: names.get(segment.speakerId) ?? segment.speakerId,
        confidence: segment.confidence,
        speakerId: segment.speakerId,
        review: segment.review,
        origin: segment.origin,
        hypothesisId: segment.hypothesisId,
      });
    }
  }
  turns.sort((a, b) => a.startSec - b.startSec || a.endSec - b.endSec);
  const trusted = choice.reviewedOnly ? (reviewedSpans(segments, extent) ?? []) : [extent];
  const regions = subtract(trusted, leftOut(segments, turns)).map((span) => regionOf(span, media.fileId));
  const acceptedCount = segments.filter((segment) => segment.review === 'accepted').length;
  return { turns, regions, segmentCount: segments.length, acceptedCount };
}

/** For each speaker the time in which anybody else speaks. */
function speechOfOthers(segments: readonly Segment[]): Map<string, Span[]> {
  const own = groupBySpeaker(segments);
  return new Map(
    [...own.keys()].map((id) => [id, unionOf([...own].flatMap(([other, spans]) => (other === id ? [] : spans)))]),
  );
}

/** Speech of the document, per speaker, that no turn of the subset covers. */
function leftOut(segments: readonly Segment[], turns: readonly SubsetTurn[]): Span[] {
  const kept = groupBySpeaker(turns);
  return [...groupBySpeaker(segments)].flatMap(([id, all]) => subtract(all, kept.get(id) ?? []));
}

function groupBySpeaker(
  pieces: readonly { speakerId: string; startSec: number; endSec: number }[],
): Map<string, Span[]> {
  const groups = groupBy(pieces, (piece) => piece.speakerId);
  return new Map([...groups].map(([id, own]) => [id, own.map(spanOf)]));
}

export interface SubsetCounts {
  /** Files with at least one turn. */
  files: number;
  /** Speakers with at least one turn, counted per file. */
  speakers: number;
  turns: number;
  /** Sum over speakers of the time each speaks. */
  speechSec: number;
}

export function countSubset(files: readonly Pick<SubsetFile, 'turns'>[]): SubsetCounts {
  const counts: SubsetCounts = { files: 0, speakers: 0, turns: 0, speechSec: 0 };
  let speechMs = 0;
  for (const { turns } of files) {
    const bySpeaker = groupBySpeaker(turns);
    counts.files += turns.length > 0 ? 1 : 0;
    counts.speakers += bySpeaker.size;
    counts.turns += turns.length;
    for (const spans of bySpeaker.values()) speechMs += totalLength(unionOf(spans));
  }
  return { ...counts, speechSec: speechMs / 1000 };
}
