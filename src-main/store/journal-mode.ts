import { AppError } from '#shared/api/errors.ts';
import type { Database } from 'better-sqlite3';
import { statfsSync } from 'node:fs';
import path from 'node:path';

/** Linux `statfs` types of network disks, where WAL's shared memory does not reach the other machines. */
const networkDisks = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9P'],
  [0x47504653, 'GPFS'],
  [0x0bd00bd0, 'Lustre'],
]);

/** Name of the kind of network disk a file lies on; null for a local disk or where that cannot be told. */
export function networkDiskOf(file: string, statfs: (folder: string) => { type: number } = statfsSync): string | null {
  if (file.startsWith('\\\\') && !file.startsWith('\\\\?\\')) return 'Windows network share';
  if (process.platform !== 'linux') return null;
  try {
    return networkDisks.get(statfs(path.dirname(file)).type >>> 0) ?? null;
  } catch {
    return null;
  }
}

/**
 * Switches the file to WAL, or to a rollback journal where WAL does not work.
 *
 * @returns what a person should know about it; null when WAL is on
 */
export function chooseJournal(db: Database, networkDisk: string | null): string | null {
  let why = networkDisk ? `it lies on a network disk (${networkDisk})` : null;
  if (why === null) {
    try {
      if (db.pragma('journal_mode = WAL', { simple: true }) === 'wal') return null;
      why = 'the disk does not support shared memory';
    } catch (error) {
      why = `the disk refused it (${error instanceof Error ? error.message : String(error)})`;
    }
  }
  db.pragma('journal_mode = DELETE');
  return `The project cannot use a write-ahead log: ${why}. Edits are as safe with the rollback journal used instead, but slower.`;
}

/** Brings everything in the log into the main file. Throws AppError `conflict` while another program reads. */
export function emptyLog(db: Database): void {
  const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (result?.busy === 0) return;
  throw new AppError('conflict', 'The project file is being read by another program.', {
    file: db.name,
    fix: 'Close the other program (a backup or a database browser) and try again.',
  });
}

/**
 * Leaves one plain file behind: everything in it, nothing beside it, readable from a read-only disk. Best effort: another
 * reader may hold the log open, and it is as safe there.
 */
export function settleJournal(db: Database): void {
  try {
    db.pragma('busy_timeout = 200');
    emptyLog(db);
    db.pragma('journal_mode = DELETE');
  } catch {
    // Busy with a reader: the log stays and the next open reads it.
  }
}
