import { AppError } from '../api/errors.ts';
import type { DocRecord, RecordsDiff } from './records.ts';

/** The records of one file by id. */
export type RecordMap = ReadonlyMap<string, DocRecord>;

export const emptyDiff = (): RecordsDiff => ({ added: [], updated: [], removed: [] });

export const isEmptyDiff = (diff: RecordsDiff): boolean =>
  diff.added.length === 0 && diff.updated.length === 0 && diff.removed.length === 0;

/** Records by id. Throws `bad-input` when two share an id. */
export function recordMap(records: Iterable<DocRecord>): Map<string, DocRecord> {
  const map = new Map<string, DocRecord>();
  for (const record of records) {
    if (map.has(record.id)) throw new AppError('bad-input', `Two records share the id ${record.id}.`);
    map.set(record.id, record);
  }
  return map;
}

/** The records after `diff`. Throws `conflict` (and changes nothing) when the diff was made on other records. */
export function applyDiff(records: RecordMap, diff: RecordsDiff): Map<string, DocRecord> {
  const result = new Map(records);
  applyDiffInPlace(result, diff);
  return result;
}

/** Like {@link applyDiff}, without the copy. Checks the whole diff before it changes anything. */
export function applyDiffInPlace(records: Map<string, DocRecord>, diff: RecordsDiff): void {
  for (const record of diff.removed) {
    if (!records.has(record.id)) throw mismatch(`it removes ${record.id}, which is not there`);
  }
  for (const { from, to } of diff.updated) {
    if (from.id !== to.id) throw mismatch(`it turns ${from.id} into ${to.id}`);
    if (!records.has(to.id)) throw mismatch(`it changes ${to.id}, which is not there`);
  }
  for (const record of diff.added) {
    if (records.has(record.id)) throw mismatch(`it adds ${record.id}, which is there already`);
  }
  for (const record of diff.removed) records.delete(record.id);
  for (const { to } of diff.updated) records.set(to.id, to);
  for (const record of diff.added) records.set(record.id, record);
}

function mismatch(why: string): AppError {
  return new AppError('conflict', `The change does not fit these records: ${why}.`, {
    fix: 'Load the file again.',
  });
}

/** The change that takes `diff` back. */
export function reverseDiff(diff: RecordsDiff): RecordsDiff {
  return {
    added: diff.removed,
    updated: diff.updated.map(({ from, to }) => ({ from: to, to: from })),
    removed: diff.added,
  };
}

/** One change with the effect of `diffs` in turn. What comes and goes in between leaves no trace. */
export function squashDiffs(diffs: Iterable<RecordsDiff>): RecordsDiff {
  /** id → what it was before the first change and what it is after the last; null = not there. */
  const changes = new Map<string, { from: DocRecord | null; to: DocRecord | null }>();
  const note = (id: string, from: DocRecord | null, to: DocRecord | null) => {
    const earlier = changes.get(id);
    if (earlier) earlier.to = to;
    else changes.set(id, { from, to });
  };
  for (const diff of diffs) {
    for (const record of diff.removed) note(record.id, record, null);
    for (const { from, to } of diff.updated) note(to.id, from, to);
    for (const record of diff.added) note(record.id, null, record);
  }
  return diffOf(changes.values());
}

/** A diff from before/after pairs; pairs that are equal leave no trace. */
export function diffOf(changes: Iterable<{ from: DocRecord | null; to: DocRecord | null }>): RecordsDiff {
  const diff = emptyDiff();
  for (const { from, to } of changes) {
    if (from && to) {
      if (!sameRecord(from, to)) diff.updated.push({ from, to });
    } else if (to) diff.added.push(to);
    else if (from) diff.removed.push(from);
  }
  return diff;
}

/** Equal in every field. Records are flat. */
export function sameRecord(a: DocRecord, b: DocRecord): boolean {
  if (a === b) return true;
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => Object.is(right.get(key), value));
}
