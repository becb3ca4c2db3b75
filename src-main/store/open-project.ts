import { AppError } from '#shared/api/errors.ts';
import type { Database } from 'better-sqlite3';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { backupName, copyProject, newestBackup } from './backup.ts';
import { createProject } from './create-project.ts';
import { hasWal, refuseForeignWal, walPath } from './foreign-wal.ts';
import { chooseJournal, emptyLog, networkDiskOf } from './journal-mode.ts';
import { migrations } from './migrations/index.ts';
import { fileVersion, refuseNewer, runMigrations } from './migrations/run.ts';
import { claim, isLive, machineId, newOwner, ownerInWords, readOwner, settleGeneration } from './owner.ts';
import type { Owner, OwnerTiming } from './owner.ts';
import { readProjectHeader } from './project-header.ts';
import { connect, damaged, explainSqlite } from './sqlite.ts';

export interface OpenRequest {
  /** Absolute. */
  path: string;
  /** Make a new project where there is no file. */
  create: boolean;
  hostId: string;
  readOnly: boolean;
  timing: OwnerTiming;
}

export interface OpenProject {
  reader: Database;
  /** null = read-only */
  writer: { db: Database; owner: Owner } | null;
  readOnlyReason: string | null;
  /** Sentences a person should read. */
  notices: string[];
}

/**
 * Opens (or makes) a project file: checks it, migrates it, takes ownership of it or finds out why it can only be read.
 * A file that is refused is left as it was. Throws AppError.
 */
export function openProject(request: OpenRequest): OpenProject {
  const { path: file } = request;
  try {
    const header = readProjectHeader(file);
    if (!header) {
      if (!request.create || request.readOnly) {
        throw new AppError('not-found', 'There is no project file of this name.', {
          file,
          fix: 'Check the path, or create a new project.',
        });
      }
      createProject(file);
    } else refuseNewer(header.version, migrations.length, file);

    if (hasWal(file)) checkWithLog(request);
    const cannotWrite = request.readOnly ? 'The project was opened for reading only.' : whyNotWritable(file);
    return cannotWrite === null ? openForWriting(request) : openForReading(file, cannotWrite);
  } catch (error) {
    throw explainSqlite(error, file, newestBackup);
  }
}

/** Everything that can be found out about a file with a log before SQLite may merge the two. */
function checkWithLog({ path: file, timing }: OpenRequest): void {
  closing(connect(file, { readonly: true }), (db) => {
    refuseForeignWal(db, file);
    refuseStrangers(db, file);
    // The last one to write did not close: trust nothing.
    if (!isLive(readOwner(db), machineId(), Date.now(), timing)) checkIntegrity(db, file);
  });
}

function openForWriting(request: OpenRequest): OpenProject {
  const { path: file, timing } = request;
  const notices: string[] = [];
  // Looked for before SQLite makes one.
  const logThere = existsSync(walPath(file));
  const logChecked = hasWal(file);
  const db = connect(file, { readonly: false });
  try {
    refuseStrangers(db, file);
    const owner = newOwner(request.hostId);
    const before = readOwner(db);
    if (isLive(before, owner.machine, Date.now(), timing)) {
      return openInstead(db, file, ownerInWords(before, owner.machine));
    }
    if (before.token !== null && !logChecked) {
      checkIntegrity(db, file);
      if (db.pragma('journal_mode', { simple: true }) === 'wal' && !logThere) {
        notices.push('The project was not closed properly and its -wal file is missing: the last edits may be lost.');
      }
    }
    emptyLog(db);
    const other = claim(db, owner, Date.now(), timing);
    if (other) return openInstead(db, file, ownerInWords(other, owner.machine));
    runMigrations(db, migrations, file, (version) => {
      const backup = backupName(file, version);
      copyProject(db, backup);
      notices.push(
        `The project was brought to the form of this version. The old one is kept as ${path.basename(backup)}.`,
      );
    });
    const notice = chooseJournal(db, networkDiskOf(file));
    if (notice) notices.push(notice);
    // From here on the main file itself says that it is open and which log is its own.
    emptyLog(db);
    settleGeneration(db, owner.token);
    return { reader: connect(file, { readonly: true }), writer: { db, owner }, readOnlyReason: null, notices };
  } catch (error) {
    db.close();
    throw error;
  }
}

function openInstead(db: Database, file: string, reason: string): OpenProject {
  db.close();
  return openForReading(file, reason);
}

function openForReading(file: string, reason: string): OpenProject {
  const reader = connect(file, { readonly: true });
  try {
    refuseStrangers(reader, file);
    const version = fileVersion(reader);
    refuseNewer(version, migrations.length, file);
    if (version < migrations.length) {
      throw new AppError(
        'read-only',
        `The project is of an older version and cannot be brought up to date. ${reason}`,
        {
          file,
          fix: 'Open it once where it can be written.',
        },
      );
    }
    return { reader, writer: null, readOnlyReason: reason, notices: [] };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** The file was checked before its log was read; the log may hold a newer form. Our files have no triggers and no views. */
function refuseStrangers(db: Database, file: string): void {
  refuseNewer(fileVersion(db), migrations.length, file);
  const strange = db
    .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')")
    .get();
  if (!strange) return;
  throw new AppError(
    'bad-input',
    'This project file holds code of its own, which no Diarist wrote; it was not opened.',
    {
      file,
      fix: 'Ask whoever gave you the file for another copy.',
      detail: strange.name,
    },
  );
}

function checkIntegrity(db: Database, file: string): void {
  const rows = db.pragma('quick_check(10)') as { quick_check: string }[];
  const faults = rows.map((row) => row.quick_check).filter((text) => text !== 'ok');
  if (faults.length > 0) throw damaged(file, faults.join('\n'), newestBackup(file));
}

function whyNotWritable(file: string): string | null {
  try {
    accessSync(file, constants.W_OK);
  } catch {
    return 'The project file may not be written (check its permissions).';
  }
  try {
    accessSync(path.dirname(file), constants.W_OK);
  } catch {
    return 'The folder of the project may not be written (check its permissions).';
  }
  return null;
}

/** Runs `use` and closes the connection, whatever happens. */
function closing<T>(db: Database, use: (db: Database) => T): T {
  try {
    return use(db);
  } finally {
    db.close();
  }
}
