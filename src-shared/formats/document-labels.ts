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
  startSec: span.startMs / 1000,
  endSec: span.endMs / 1000,
});

/** The part of the recording that was worked on, whole milliseconds inside it. */
export function mediaExtent(media: LabelledMedia): Span {
  const endMs = Math.floor(media.probe.durationSec * 1000 + 1e-6);
  const { range } = media.choice;
  if (!range) return { startMs: 0, endMs };
  return { startMs: Math.max(0, toMs(range.startSec)), endMs: Math.min(endMs, toMs(range.endSec)) };
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
    openEnds.add(span.startMs).add(span.endMs);
  }
  let pauseStart = extent.startMs;
  let pauseOpen = false;
  for (const island of [...islands, { startMs: extent.endMs, endMs: extent.endMs }]) {
    const closing = island.startMs < extent.endMs && openEnds.has(island.startMs);
    if (pauseOpen || closing) unchecked.push({ startMs: pauseStart, endMs: island.startMs });
    pauseStart = island.endMs;
    pauseOpen = openEnds.has(island.endMs);
  }
  return subtract([extent], unchecked);
}

export const spanOf = (segment: Pick<Segment, 'startSec' | 'endSec'>): Span => ({
  startMs: toMs(segment.startSec),
  endMs: toMs(segment.endSec),
});
