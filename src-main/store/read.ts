import type { Database } from 'better-sqlite3';
import path from 'node:path';
import { createEditReader } from './edits.ts';
import { readFaceOrigin } from './face-edits.ts';
import { createHypothesisReader } from './hypotheses.ts';
import { createJobReader } from './jobs.ts';
import { createMediaReader } from './media.ts';
import type { JsonValue, ReadableStore } from './protocol.ts';
import type { DocumentCache } from './records.ts';
import { statements } from './sqlite.ts';

/** Answers questions on a read-only connection; each method sees one state of the file. */
export function createReader(db: Database, file: string, cache: DocumentCache): ReadableStore {
  const sql = statements(db);
  const edits = createEditReader(sql, cache);
  const hypotheses = createHypothesisReader(sql);
  return {
    project: () => {
      const row = sql<[], { id: string; createdMs: number }>(
        'SELECT project_id AS id, created_ms AS createdMs FROM project',
      ).get()!;
      return { ...row, name: path.parse(file).name, path: file };
    },
    getView: () => {
      const rows = sql<[], { key: string; value: string }>('SELECT key, value FROM view_state').all();
      return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as JsonValue]));
    },
    ...createMediaReader(sql),
    ...edits,
    ...hypotheses,
    faceEdits: (mediaId) => {
      const { records } = edits.getDocument(mediaId);
      const origin = readFaceOrigin(sql, mediaId, (id) => hypotheses.hypothesisPicture(id));
      return origin && { ...origin, records };
    },
    ...createJobReader(sql),
  };
}
