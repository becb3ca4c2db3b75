import type { CuratedDocument } from '../domain/document.ts';
import type { MediaItem } from '../domain/media.ts';
import type { Segment, Speaker } from '../domain/records.ts';
import { subtract, toMs, unionOf, type Span } from './spans.ts';
import type { LabelSet, Region, Turn } from './turn.ts';

/** What of a media item labels need. */
export type LabelledMedia = Pick<MediaItem, 'fileId' | 'name' | 'probe' | 'choice'>;

export interface DocumentLabels {
  labels: LabelSet;
  warnings: string[];
}

/** The curated layer of a file as labels: turns with names, and the regions that a scorer may trust. */
export function documentLabels(document: CuratedDocument, media: LabelledMedia): DocumentLabels {
  const { segments, names } = splitRecords(document);
  const turns = segments.map((segment) => turnOf(segment, media.fileId, names));
  const reviewed = reviewedSpans(segments, mediaExtent(media));
  const warnings = reviewed ? [] : ['Nothing was reviewed yet: the scored region is the whole recording.'];
  const regions = (reviewed ?? [mediaExtent(media)]).map((span) => regionOf(span, media.fileId));
  const reference = { fileId: media.fileId, name: media.name, hasVideo: media.probe.video.length > 0 };
  return { labels: { turns, regions, boxes: [], media: [reference] }, warnings };
}

/** Segments in time order, and speaker names by id. */
export function splitRecords(document: CuratedDocument): { segments: Segment[]; names: Map<string, string> } {
  const segments: Segment[] = [];
  const speakers: Speaker[] = [];
  for (const record of document.records) {
    if (record.kind === 'segment') segments.push(record);
    else if (record.kind === 'speaker') speakers.push(record);
  }
  segments.sort((a, b) => a.startSec - b.startSec || a.endSec - b.endSec);
  return { segments, names: new Map(speakers.map((speaker) => [speaker.id, speaker.name])) };
}

export const turnOf = (segment: Segment, fileId: string, names: ReadonlyMap<string, string>): Turn => ({
  fileId,
  channel: '1',
  startSec: segment.startSec,
  endSec: segment.endSec,
  speaker: names.get(segment.speakerId) ?? segment.speakerId,
  confidence: segment.confidence,
});

export const regionOf = (span: Span, fileId: string): Region => ({
  fileId,
  channel: '1',
  startSec: span.start / 1000,
  endSec: span.end / 1000,
});

/** The part of the recording that was worked on, whole milliseconds inside it. */
export function mediaExtent(media: LabelledMedia): Span {
  const end = Math.floor(media.probe.durationSec * 1000 + 1e-6);
  const { range } = media.choice;
  if (!range) return { start: 0, end };
  return { start: Math.max(0, toMs(range.startSec)), end: Math.min(end, toMs(range.endSec)) };
}

/**
 * Where a person has looked: everything but the segments nobody accepted and the pauses that touch one (where a pause
 * begins is part of what was not checked). Null when no segment is accepted.
 */
export function reviewedSpans(segments: readonly Segment[], extent: Span): Span[] | null {
  if (!segments.some((segment) => segment.review === 'accepted')) return null;
  const unchecked: Span[] = [];
  const islands = unionOf(segments.map(spanOf));
  const openEnds = new Set<number>();
  for (const segment of segments) {
    if (segment.review === 'accepted') continue;
    const span = spanOf(segment);
    unchecked.push(span);
    openEnds.add(span.start).add(span.end);
  }
  let pauseStart = extent.start;
  let pauseOpen = false;
  for (const island of [...islands, { start: extent.end, end: extent.end }]) {
    const closing = island.start < extent.end && openEnds.has(island.start);
    if (pauseOpen || closing) unchecked.push({ start: pauseStart, end: island.start });
    pauseStart = island.end;
    pauseOpen = openEnds.has(island.end);
  }
  return subtract([extent], unchecked);
}

export const spanOf = (segment: Pick<Segment, 'startSec' | 'endSec'>): Span => ({
  start: toMs(segment.startSec),
  end: toMs(segment.endSec),
});
