import { byTime } from '#shared/domain/ops/draft.ts';
import { applyDiffInPlace, recordMap } from '#shared/domain/diff.ts';
import type { AvOffset, Cut, DocRecord, FaceTrack, RecordsDiff, Segment, Speaker } from '#shared/domain/records.ts';
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
type OffsetRow = Pick<AvOffset, 'id' | 'origin'> & { offset_sec: number };

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
  const offsets = sql<[string], OffsetRow>('SELECT id, offset_sec, origin FROM av_offset WHERE media_id = ?').all(
    mediaId,
  );
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
    ...offsets.map(({ id, offset_sec: offsetSec, origin }): AvOffset => ({ kind: 'offset', id, offsetSec, origin })),
  ]);
}

/** Speakers in the order of lanes, then segments, tracks and cuts in the order of time, then the offset. */
export function sortedRecords(records: Iterable<DocRecord>): DocRecord[] {
  const speakers: Speaker[] = [];
  const segments: Segment[] = [];
  const tracks: FaceTrack[] = [];
  const cuts: Cut[] = [];
  const offsets: AvOffset[] = [];
  for (const record of records) {
    if (record.kind === 'speaker') speakers.push(record);
    else if (record.kind === 'segment') segments.push(record);
    else if (record.kind === 'track') tracks.push(record);
    else if (record.kind === 'cut') cuts.push(record);
    else offsets.push(record);
  }
  return [
    ...speakers.sort((a, b) => a.order - b.order),
    ...segments.sort(byTime),
    ...tracks.sort((a, b) => a.startSec - b.startSec),
    ...cuts.sort((a, b) => a.timeSec - b.timeSec),
    ...offsets,
  ];
}

/** Statements of one kind of record. All take the columns of {@link columnsOf}, then media id and record id. */
const tables = {
  speaker: {
    insert: 'INSERT INTO speaker (name, colour, lane_order, origin, media_id, id) VALUES (?, ?, ?, ?, ?, ?)',
    update: 'UPDATE speaker SET name = ?, colour = ?, lane_order = ?, origin = ? WHERE media_id = ? AND id = ?',
    remove: 'DELETE FROM speaker WHERE media_id = ? AND id = ?',
  },
  segment: {
    insert: `INSERT INTO segment (speaker_id, start_sec, end_sec, confidence, review, origin, hypothesis_id, media_id, id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    update: `UPDATE segment SET speaker_id = ?, start_sec = ?, end_sec = ?, confidence = ?, review = ?, origin = ?,
      hypothesis_id = ? WHERE media_id = ? AND id = ?`,
    remove: 'DELETE FROM segment WHERE media_id = ? AND id = ?',
  },
  track: {
    insert: `INSERT INTO face_track (start_sec, end_sec, speaker_id, boxes_artifact, origin, media_id, id)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
    update: `UPDATE face_track SET start_sec = ?, end_sec = ?, speaker_id = ?, boxes_artifact = ?, origin = ?
      WHERE media_id = ? AND id = ?`,
    remove: 'DELETE FROM face_track WHERE media_id = ? AND id = ?',
  },
  cut: {
    insert: 'INSERT INTO cut (time_sec, origin, media_id, id) VALUES (?, ?, ?, ?)',
    update: 'UPDATE cut SET time_sec = ?, origin = ? WHERE media_id = ? AND id = ?',
    remove: 'DELETE FROM cut WHERE media_id = ? AND id = ?',
  },
  offset: {
    insert: 'INSERT INTO av_offset (offset_sec, origin, media_id, id) VALUES (?, ?, ?, ?)',
    update: 'UPDATE av_offset SET offset_sec = ?, origin = ? WHERE media_id = ? AND id = ?',
    remove: 'DELETE FROM av_offset WHERE media_id = ? AND id = ?',
  },
} as const;

function columnsOf(record: DocRecord): (string | number | null)[] {
  switch (record.kind) {
    case 'speaker':
      return [record.name, record.colour, record.order, record.origin];
    case 'segment': {
      const { speakerId, startSec, endSec, confidence, review, origin, hypothesisId } = record;
      return [speakerId, startSec, endSec, confidence, review, origin, hypothesisId];
    }
    case 'track':
      return [record.startSec, record.endSec, record.speakerId, record.boxesArtifact, record.origin];
    case 'cut':
      return [record.timeSec, record.origin];
    case 'offset':
      return [record.offsetSec, record.origin];
  }
}

/** Writes a diff. Inside a transaction: foreign keys are checked at its end. */
export function writeDiff(sql: Statements, mediaId: string, diff: RecordsDiff): void {
  const run = (statement: string, record: DocRecord, columns: (string | number | null)[]) => {
    const { changes } = sql(statement).run(...columns, mediaId, record.id);
    if (changes !== 1) throw new Error(`The record ${record.id} is not in the project file.`);
  };
  for (const record of diff.removed) run(tables[record.kind].remove, record, []);
  // A record keeps its kind for life.
  for (const { to } of diff.updated) run(tables[to.kind].update, to, columnsOf(to));
  for (const record of diff.added) run(tables[record.kind].insert, record, columnsOf(record));
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
