import { AppError } from '#shared/api/errors.ts';
import { hypothesisPictureSchema, hypothesisSegmentSchema, provenanceSchema } from '#shared/domain/hypothesis.ts';
import type { HypothesisInfo, HypothesisPicture, HypothesisSegment } from '#shared/domain/hypothesis.ts';
import { z } from 'zod';
import { readRevision } from './edits.ts';
import { newId } from './ids.ts';
import { packJson, unpackJson } from './packed-json.ts';
import type { NewHypothesis, ReadableStore, WritableStore } from './protocol.ts';
import type { Statements } from './sqlite.ts';

interface HypothesisRow {
  id: string;
  media_id: string;
  label: string;
  origin: HypothesisInfo['origin'];
  created_ms: number;
  speaker_count: number;
  segment_count: number;
  provenance: string | null;
  warnings: string;
}

export function createHypothesisReader(sql: Statements): Pick<
  ReadableStore,
  'listHypotheses' | 'getHypothesis' | 'hypothesisSegments'
> & {
  hypothesisPicture(id: string): HypothesisPicture | null;
} {
  const getHypothesis = (id: string): HypothesisInfo => {
    const row = sql<[string], HypothesisRow>('SELECT * FROM hypothesis WHERE id = ? AND removed_ms IS NULL').get(id);
    if (row) return toInfo(row);
    throw new AppError('not-found', 'There is no such hypothesis; it may have been removed.', {
      fix: 'Choose another lane.',
    });
  };
  return {
    getHypothesis,
    hypothesisPicture: (id) => {
      const row = sql<[string], { picture: unknown }>('SELECT picture FROM hypothesis WHERE id = ?').get(id);
      return row?.picture == null ? null : hypothesisPictureSchema.parse(unpackJson(row.picture));
    },
    listHypotheses: (mediaId) => {
      readRevision(sql, mediaId);
      return sql<[string], HypothesisRow>(
        'SELECT * FROM hypothesis WHERE media_id = ? AND removed_ms IS NULL ORDER BY created_ms, rowid',
      )
        .all(mediaId)
        .map(toInfo);
    },
    hypothesisSegments: (id) => {
      getHypothesis(id);
      return sql<[string], HypothesisSegment>(
        `SELECT start_sec AS startSec, end_sec AS endSec, speaker, confidence FROM hypothesis_segment
         WHERE hypothesis_id = ? ORDER BY position`,
      ).all(id);
    },
  };
}

/** The methods must be called inside a writing transaction. */
export function createHypothesisWriter(sql: Statements): Pick<WritableStore, 'addHypothesis' | 'removeHypothesis'> {
  const { getHypothesis } = createHypothesisReader(sql);
  return {
    addHypothesis: (hypothesis) => {
      readRevision(sql, hypothesis.mediaId);
      checkSegments(hypothesis);
      const id = newId();
      const { mediaId, label, origin, provenance, warnings, segments, picture } = hypothesis;
      sql(
        `INSERT INTO hypothesis (id, media_id, label, origin, created_ms, speaker_count, segment_count, provenance, warnings,
           picture) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        id,
        mediaId,
        label,
        origin,
        Date.now(),
        new Set(segments.map(({ speaker }) => speaker)).size,
        segments.length,
        provenance === null ? null : JSON.stringify(provenance),
        JSON.stringify(warnings),
        picture ? packJson(hypothesisPictureSchema.parse(picture)) : null,
      );
      const insert = sql(
        `INSERT INTO hypothesis_segment (hypothesis_id, position, start_sec, end_sec, speaker, confidence)
         VALUES (?, ?, ?, ?, ?, ?)`,
      );
      for (const [position, { startSec, endSec, speaker, confidence }] of segments.entries()) {
        insert.run(id, position, startSec, endSec, speaker, confidence);
      }
      return getHypothesis(id);
    },
    removeHypothesis: (id) => {
      getHypothesis(id);
      sql('DELETE FROM hypothesis_segment WHERE hypothesis_id = ?').run(id);
      sql('UPDATE hypothesis SET removed_ms = ? WHERE id = ?').run(Date.now(), id);
    },
  };
}

function checkSegments({ label, segments }: NewHypothesis): void {
  const parsed = z.array(hypothesisSegmentSchema).safeParse(segments);
  const issue = parsed.error?.issues[0];
  if (issue) {
    const turn = typeof issue.path[0] === 'number' ? `turn ${issue.path[0] + 1}` : 'its turns';
    throw new AppError('bad-input', `The hypothesis ${label} cannot be stored: ${turn}: ${issue.message}.`);
  }
  const backwards = segments.findIndex(({ startSec, endSec }) => endSec < startSec);
  if (backwards >= 0) {
    throw new AppError(
      'bad-input',
      `The hypothesis ${label} cannot be stored: turn ${backwards + 1} ends before it starts.`,
    );
  }
}

function toInfo(row: HypothesisRow): HypothesisInfo {
  return {
    id: row.id,
    mediaId: row.media_id,
    label: row.label,
    origin: row.origin,
    createdMs: row.created_ms,
    speakerCount: row.speaker_count,
    segmentCount: row.segment_count,
    provenance: row.provenance === null ? null : provenanceSchema.parse(JSON.parse(row.provenance)),
    warnings: z.array(z.string()).parse(JSON.parse(row.warnings)),
  };
}
