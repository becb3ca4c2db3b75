import { AppError } from '#shared/api/errors.ts';
import Database from 'better-sqlite3';
import type { Database as Connection } from 'better-sqlite3';
import { readFileSync, statSync } from 'node:fs';

/**
 * SQLite replays whatever log lies beside a file, also one that belongs to another file (renamed, or left behind when an
 * older copy of the file was put back), and destroys the file with it. How we tell:
 *
 * Every write of ours stamps the owner row, so every log of ours holds that row. It names its file, and a generation
 * that changes with each opening and closing. An opening brings the new generation into the main file before anything
 * else is written (and says which one was before it until then). So a log belongs to a main file exactly if the main file,
 * read without it, has the generation of the log or the one before it.
 */

export const walPath = (path: string): string => `${path}-wal`;

/** Is there a write-ahead log with something in it beside the file? */
export function hasWal(path: string): boolean {
  return (statSync(walPath(path), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

interface Identity {
  /** Of the project row, which is written once. */
  fileId: string;
  /** Of the owner row, which is in every log. */
  stampedId: string;
  generation: string;
  before: string | null;
}

/**
 * Call it before any writing connection is open: closing one replays the log.
 *
 * @param db a read-only connection, which sees file and log together
 * @throws AppError `conflict` when the log is of another file or of another state of it; nothing was changed
 */
export function refuseForeignWal(db: Connection, path: string): void {
  // Twice: an owner may open or close the file between the two readings.
  if (logFits(db, path) || logFits(db, path)) return;
  throw new AppError(
    'conflict',
    'The log beside the project belongs to another project or to another state of it; opening would destroy both.',
    {
      file: walPath(path),
      fix: `Move ${walPath(path)} (and the -shm file) away, or back to the project it belongs to, then open again.`,
    },
  );
}

function logFits(db: Connection, path: string): boolean {
  const alone = identityWithoutWal(path);
  try {
    const together = readIdentity(db);
    if (together.fileId !== together.stampedId) return false;
    if (alone === null) return true;
    return (
      alone.fileId === together.fileId &&
      (alone.generation === together.generation || alone.generation === together.before)
    );
  } catch (error) {
    // A readable file that its log makes unreadable: not its log.
    const unreadable = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT');
    if (unreadable && alone !== null) return false;
    throw error;
  }
}

function readIdentity(db: Connection): Identity {
  const row = db
    .prepare<[], Identity>(
      `SELECT project.file_id AS fileId, owner.file_id AS stampedId, generation, generation_before AS before
       FROM project, owner`,
    )
    .get();
  if (!row) throw new AppError('io', 'The project file is incomplete: it does not say which project it is.');
  return row;
}

/** What the main file says alone; null where a checkpoint was cut off and it cannot be read by itself. */
function identityWithoutWal(path: string): Identity | null {
  let db: Connection | null = null;
  try {
    const bytes = readFileSync(path);
    // Read and write version 1: the same pages, without a log (file format, offsets 18 and 19).
    bytes[18] = 1;
    bytes[19] = 1;
    db = new Database(bytes);
    return readIdentity(db);
  } catch {
    return null;
  } finally {
    db?.close();
  }
}
