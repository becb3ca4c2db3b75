import { AppError } from '#shared/api/errors.ts';
import { applyOp } from '#shared/domain/apply-op.ts';
import type { AdoptedHypothesis } from '#shared/domain/apply-op.ts';
import { applyDiff, isEmptyDiff, reverseDiff } from '#shared/domain/diff.ts';
import type { CuratedDocument, DocumentChange, JournalEntry } from '#shared/domain/document.ts';
import { editOpSchema } from '#shared/domain/edit-op.ts';
import type { EditOp } from '#shared/domain/edit-op.ts';
import { spanOf } from '#shared/domain/ops/draft.ts';
import type { DocRecord, RecordsDiff } from '#shared/domain/records.ts';
import { newId } from './ids.ts';
import { packJson, unpackJson } from './packed-json.ts';
import { loadRecords, sortedRecords, writeDiff } from './records.ts';
import type { DocumentCache } from './records.ts';
import type { EditSource, ReadableStore, WritableStore } from './protocol.ts';
import type { Statements } from './sqlite.ts';

/** The curated layer and its journal. */

interface StepRow {
  seq: number;
  label: string;
  diff: unknown;
}

export function createEditReader(
  sql: Statements,
  cache: DocumentCache,
): Pick<ReadableStore, 'getDocument' | 'history' | 'hasHumanEdits' | 'hasEditedCuts'> {
  return {
    getDocument(mediaId): CuratedDocument {
      const revision = readRevision(sql, mediaId);
      const records = cache.get(mediaId, revision, () => loadRecords(sql, mediaId));
      return { mediaId, revision, records: sortedRecords(records.values()), ...stepLabels(sql, mediaId) };
    },
    history(mediaId, limit): JournalEntry[] {
      readRevision(sql, mediaId);
      const rows = sql<[string, number], Omit<JournalEntry, 'undone' | 'atMs'> & { at_ms: number; state: string }>(
        `SELECT seq, revision, label, at_ms, state FROM journal
         WHERE media_id = ? AND state <> 'dropped' ORDER BY seq DESC LIMIT ?`,
      ).all(mediaId, limit);
      return rows.map(({ seq, revision, label, at_ms: atMs, state }) => {
        return { seq, revision, label, atMs, undone: state === 'undone' };
      });
    },
    hasHumanEdits(mediaId): boolean {
      readRevision(sql, mediaId);
      return hasHumanEdits(sql, mediaId);
    },
    hasEditedCuts(mediaId): boolean {
      readRevision(sql, mediaId);
      const row = sql<[string]>(
        `SELECT 1 FROM journal WHERE media_id = ? AND state = 'done' AND source = 'human'
         AND op ->> 'op' IN ('cut.add', 'cut.move', 'cut.delete') LIMIT 1`,
      ).get(mediaId);
      return row !== undefined;
    },
  };
}

/**
 * The methods must be called inside a writing transaction.
 * @param isNews whether an edit that changes no record still says something that was not known, and is kept in the journal
 */
export function createEditWriter(
  sql: Statements,
  cache: DocumentCache,
  adopted: (mediaId: string, hypothesisId: string) => AdoptedHypothesis,
  isNews: (mediaId: string, op: EditOp) => boolean = () => false,
): Pick<WritableStore, 'apply' | 'undo' | 'redo'> {
  const current = (mediaId: string, baseRevision: number): Map<string, DocRecord> => {
    const revision = readRevision(sql, mediaId);
    if (revision !== baseRevision) throw stale(revision, baseRevision);
    return cache.get(mediaId, revision, () => loadRecords(sql, mediaId));
  };
  const commit = (mediaId: string, revision: number, diff: RecordsDiff) => {
    writeDiff(sql, mediaId, diff);
    sql('UPDATE layer SET revision = ? WHERE media_id = ?').run(revision, mediaId);
    cache.advance(mediaId, revision, diff);
  };
  const replay = (mediaId: string, baseRevision: number, cause: 'undo' | 'redo'): DocumentChange => {
    const records = current(mediaId, baseRevision);
    const step = cause === 'undo' ? lastDone(sql, mediaId) : firstUndone(sql, mediaId);
    if (!step) throw new AppError('not-found', `There is nothing to ${cause} in this file.`);
    const made = unpackJson(step.diff) as RecordsDiff;
    const diff = cause === 'undo' ? reverseDiff(made) : made;
    // Before anything is written: a journal that does not fit the records must not harm them.
    applyDiff(records, diff);
    const revision = baseRevision + 1;
    commit(mediaId, revision, diff);
    sql('UPDATE journal SET state = ? WHERE seq = ?').run(cause === 'undo' ? 'undone' : 'done', step.seq);
    return { mediaId, revision, cause, label: step.label, diff, ...stepLabels(sql, mediaId), span: spanOf(diff) };
  };

  return {
    apply(mediaId, baseRevision, op, source: EditSource = 'human'): DocumentChange {
      const checked = checkedOp(op);
      const records = current(mediaId, baseRevision);
      const hypothesis =
        checked.op === 'hypothesis.adopt' ? { hypothesis: adopted(mediaId, checked.hypothesisId) } : {};
      const { diff, label, span } = applyOp(records, checked, { newId, ...hypothesis });
      if (isEmptyDiff(diff) && !(source === 'human' && isNews(mediaId, checked))) {
        return { mediaId, revision: baseRevision, cause: 'edit', label, diff, ...stepLabels(sql, mediaId), span };
      }
      const revision = baseRevision + 1;
      commit(mediaId, revision, diff);
      sql("UPDATE journal SET state = 'dropped' WHERE media_id = ? AND state = 'undone'").run(mediaId);
      sql(
        `INSERT INTO journal (media_id, op, diff, label, revision, at_ms, source, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'done')`,
      ).run(mediaId, JSON.stringify(checked), packJson(diff), label, revision, Date.now(), source);
      return { mediaId, revision, cause: 'edit', label, diff, ...stepLabels(sql, mediaId), span };
    },
    undo: (mediaId, baseRevision) => replay(mediaId, baseRevision, 'undo'),
    redo: (mediaId, baseRevision) => replay(mediaId, baseRevision, 'redo'),
  };
}

/** Throws `not-found` for a file that is not in the project. */
export function readRevision(sql: Statements, mediaId: string): number {
  const row = sql<[string], { revision: number }>('SELECT revision FROM layer WHERE media_id = ?').get(mediaId);
  if (row) return row.revision;
  throw new AppError('not-found', 'This file is not in the project (any more).', { fix: 'Choose a file of the list.' });
}

export function hasHumanEdits(sql: Statements, mediaId: string): boolean {
  const row = sql<[string]>(
    `SELECT 1 FROM journal WHERE media_id = ? AND state = 'done' AND source = 'human'
     AND op ->> 'op' NOT IN ('hypothesis.adopt', 'sync.correct') LIMIT 1`,
  ).get(mediaId);
  return row !== undefined;
}

function checkedOp(op: EditOp): EditOp {
  const parsed = editOpSchema.safeParse(op);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError('bad-input', `This edit cannot be made: ${issue?.message ?? 'it is not known'}.`, {
    detail: parsed.error.message,
  });
}

function stale(revision: number, baseRevision: number): AppError {
  return new AppError(
    'stale-revision',
    `The labels changed in the meantime (they are at revision ${revision}; the edit was made on ${baseRevision}).`,
    { fix: 'Look at the present state and repeat the edit.' },
  );
}

const lastDone = (sql: Statements, mediaId: string): StepRow | undefined =>
  sql<[string], StepRow>(
    "SELECT seq, label, diff FROM journal WHERE media_id = ? AND state = 'done' ORDER BY seq DESC LIMIT 1",
  ).get(mediaId);

const firstUndone = (sql: Statements, mediaId: string): StepRow | undefined =>
  sql<[string], StepRow>(
    "SELECT seq, label, diff FROM journal WHERE media_id = ? AND state = 'undone' ORDER BY seq LIMIT 1",
  ).get(mediaId);

function stepLabels(sql: Statements, mediaId: string): Pick<CuratedDocument, 'undoLabel' | 'redoLabel'> {
  const undo = sql<[string], { label: string }>(
    "SELECT label FROM journal WHERE media_id = ? AND state = 'done' ORDER BY seq DESC LIMIT 1",
  ).get(mediaId);
  const redo = sql<[string], { label: string }>(
    "SELECT label FROM journal WHERE media_id = ? AND state = 'undone' ORDER BY seq LIMIT 1",
  ).get(mediaId);
  return { undoLabel: undo?.label ?? null, redoLabel: redo?.label ?? null };
}
