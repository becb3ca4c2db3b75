import { AppError } from '#shared/api/errors.ts';
import Database from 'better-sqlite3';
import type { Database as Connection } from 'better-sqlite3';
import { readFileSync, statSync } from 'node:fs';
import { readOwner } from './owner.ts';

export const walPath = (path: string): string => `${path}-wal`;

/** Is there a write-ahead log with something in it beside the file? */
export function hasWal(path: string): boolean {
  return (statSync(walPath(path), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

export function readFileId(db: Connection): string {
  const row = db.prepare<[], { file_id: string }>('SELECT file_id FROM project').get();
  if (!row) throw new AppError('io', 'The project file is incomplete: it does not say which project it is.');
  return row.file_id;
}

/**
 * SQLite replays whatever log lies beside a file, also one that belongs to another file (copied back from a backup, or
 * renamed), and destroys the file with it. Every write of ours stamps the owner row, which names its file; so a log that
 * is not ours shows a file id other than the one in the main file read without the log.
 *
 * Call it before any writing connection is open: closing one replays the log.
 *
 * @param db a read-only connection, which sees file and log together
 * @throws AppError `conflict` when the log is of another file; nothing was changed
 */
export function refuseForeignWal(db: Connection, path: string): void {
  const seen = readFileId(db);
  const stamped = readOwner(db).file_id;
  const own = fileIdWithoutWal(path);
  if (seen === stamped && (own === null || own === seen)) return;
  throw new AppError('conflict', 'The log beside the project belongs to another project; opening would destroy both.', {
    file: walPath(path),
    fix: `Move ${walPath(path)} (and the -shm file) away, or back to the project it belongs to, then open again.`,
  });
}

/** File id in the main file alone; null where a checkpoint was cut off and it cannot be read by itself. */
function fileIdWithoutWal(path: string): string | null {
  let db: Connection | null = null;
  try {
    const bytes = readFileSync(path);
    // Read and write version 1: the same pages, without a log (file format, offsets 18 and 19).
    bytes[18] = 1;
    bytes[19] = 1;
    db = new Database(bytes);
    return readFileId(db);
  } catch {
    return null;
  } finally {
    db?.close();
  }
}
