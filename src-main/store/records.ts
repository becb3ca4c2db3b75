import { byTime } from '#shared/domain/ops/draft.ts';
import { applyDiffInPlace, recordMap } from '#shared/domain/diff.ts';
import type { Cut, DocRecord, FaceTrack, RecordsDiff, Segment, Speaker } from '#shared/domain/records.ts';
import type { Statements } from './sqlite.ts';

/** The curated records of one file in the database. */

interface TimeColumns {
  start_sec: number;
  end_sec: number;
}
type SpeakerRow = Pick<Speaker, 'id' | 'name' | 'colour' | 'origin'> & { lane_order: number };
type SegmentRow = Pick<Segment, 'id' | 'confidence' | 'review' | 'origin'> &
  TimeColumns & { speaker_id: string; hypothesis_id: string | null };
type TrackRow = Pick<FaceTrack, 'id' | 'origin'> &
  TimeColumns & { speaker_id: string | null; boxes_artifact: string | null };
type CutRow = Pick<Cut, 'id' | 'origin'> & { time_sec: number };

export function loadRecords(sql: Statements, mediaId: string): Map<string, DocRecord> {
  const speakers = sql<[string], SpeakerRow>(
    'SELECT id, name, colour, lane_order, origin FROM speaker WHERE media_id = ?',
  ).all(mediaId);
  const segments = sql<[string], SegmentRow>(
    `SELECT id, speaker_id, start_sec, end_sec, confidence, review, origin, hypothesis_id
     FROM segment WHERE media_id = ?`,
  ).all(mediaId);
  const tracks = sql<[string], TrackRow>(
    'SELECT id, start_sec, end_sec, speaker_id, boxes_artifact, origin FROM face_track WHERE media_id = ?',
  ).all(mediaId);
  const cuts = sql<[string], CutRow>('SELECT id, time_sec, origin FROM cut WHERE media_id = ?').all(mediaId);
  return recordMap([
    ...speakers.map((row): Speaker => {
      const { id, name, colour, lane_order: order, origin } = row;
      return { kind: 'speaker', id, name, colour, order, origin };
    }),
    ...segments.map((row): Segment => {
      const { id, confidence, review, origin } = row;
      return {
        kind: 'segment',
        id,
        speakerId: row.speaker_id,
        startSec: row.start_sec,
        endSec: row.end_sec,
        confidence,
        review,
        origin,
        hypothesisId: row.hypothesis_id,
      };
    }),
    ...tracks.map((row): FaceTrack => {
      const { id, origin } = row;
      const span = { startSec: row.start_sec, endSec: row.end_sec };
      return { kind: 'track', id, ...span, speakerId: row.speaker_id, boxesArtifact: row.boxes_artifact, origin };
    }),
    ...cuts.map(({ id, time_sec: timeSec, origin }): Cut => ({ kind: 'cut', id, timeSec, origin })),
  ]);
}

/** Speakers in the order of lanes, then segments, tracks and cuts in the order of time. */
export function sortedRecords(records: Iterable<DocRecord>): DocRecord[] {
  const speakers: Speaker[] = [];
  const segments: Segment[] = [];
  const tracks: FaceTrack[] = [];
  const cuts: Cut[] = [];
  for (const record of records) {
    if (record.kind === 'speaker') speakers.push(record);
    else if (record.kind === 'segment') segments.push(record);
    else if (record.kind === 'track') tracks.push(record);
    else cuts.push(record);
  }
  return [
    ...speakers.sort((a, b) => a.order - b.order),
    ...segments.sort(byTime),
    ...tracks.sort((a, b) => a.startSec - b.startSec),
    ...cuts.sort((a, b) => a.timeSec - b.timeSec),
  ];
}

/** Writes a diff. Inside a transaction: foreign keys are checked at its end. */
export function writeDiff(sql: Statements, mediaId: string, diff: RecordsDiff): void {
  for (const record of diff.removed) removeRecord(sql, mediaId, record);
  // A record keeps its kind for life, so that taking the old row away and writing the new one is an update.
  for (const { from, to } of diff.updated) {
    removeRecord(sql, mediaId, from);
    insertRecord(sql, mediaId, to);
  }
  for (const record of diff.added) insertRecord(sql, mediaId, record);
}

function removeRecord(sql: Statements, mediaId: string, record: DocRecord): void {
  const statement = {
    speaker: 'DELETE FROM speaker WHERE media_id = ? AND id = ?',
    segment: 'DELETE FROM segment WHERE media_id = ? AND id = ?',
    track: 'DELETE FROM face_track WHERE media_id = ? AND id = ?',
    cut: 'DELETE FROM cut WHERE media_id = ? AND id = ?',
  }[record.kind];
  const { changes } = sql<[string, string]>(statement).run(mediaId, record.id);
  if (changes !== 1) throw new Error(`The record ${record.id} is not in the project file.`);
}

function insertRecord(sql: Statements, mediaId: string, record: DocRecord): void {
  switch (record.kind) {
    case 'speaker':
      sql('INSERT INTO speaker (media_id, id, name, colour, lane_order, origin) VALUES (?, ?, ?, ?, ?, ?)').run(
        mediaId,
        record.id,
        record.name,
        record.colour,
        record.order,
        record.origin,
      );
      return;
    case 'segment':
      sql(
        `INSERT INTO segment (media_id, id, speaker_id, start_sec, end_sec, confidence, review, origin, hypothesis_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        mediaId,
        record.id,
        record.speakerId,
        record.startSec,
        record.endSec,
        record.confidence,
        record.review,
        record.origin,
        record.hypothesisId,
      );
      return;
    case 'track':
      sql(
        `INSERT INTO face_track (media_id, id, start_sec, end_sec, speaker_id, boxes_artifact, origin)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ).run(mediaId, record.id, record.startSec, record.endSec, record.speakerId, record.boxesArtifact, record.origin);
      return;
    case 'cut':
      sql('INSERT INTO cut (media_id, id, time_sec, origin) VALUES (?, ?, ?, ?)').run(
        mediaId,
        record.id,
        record.timeSec,
        record.origin,
      );
  }
}

/**
 * Recently used documents, so that an edit of 20,000 segments does not read them all again. An entry counts only at the
 * revision it was read at, which the database is asked for each time.
 */
export class DocumentCache {
  static readonly #capacity = 4;
  readonly #entries = new Map<string, { revision: number; records: Map<string, DocRecord> }>();

  get(mediaId: string, revision: number, load: () => Map<string, DocRecord>): Map<string, DocRecord> {
    const entry = this.#entries.get(mediaId);
    const records = entry?.revision === revision ? entry.records : load();
    this.#entries.delete(mediaId);
    this.#entries.set(mediaId, { revision, records });
    if (this.#entries.size > DocumentCache.#capacity) this.#entries.delete(this.#entries.keys().next().value!);
    return records;
  }

  advance(mediaId: string, revision: number, diff: RecordsDiff): void {
    const entry = this.#entries.get(mediaId);
    if (!entry) return;
    applyDiffInPlace(entry.records, diff);
    entry.revision = revision;
  }

  /** After a transaction that failed: what was folded in during it is not in the database. */
  clear(): void {
    this.#entries.clear();
  }
}
