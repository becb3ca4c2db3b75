import { AppError } from '#shared/api/errors.ts';
import Database from 'better-sqlite3';
import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureFolderSync } from '#runtime/ensure-folder.ts';
import { migrations } from './migrations/index.ts';
import { runMigrations } from './migrations/run.ts';
import { applicationId } from './project-header.ts';
import { explainSqlite } from './sqlite.ts';

/**
 * Makes an empty project. The file appears whole or not at all, and never replaces one that is there (AppError
 * `conflict`).
 */
export function createProject(file: string): void {
  const folder = path.dirname(file);
  const part = path.join(folder, `.${randomBytes(6).toString('hex')}.diarist.part`);
  try {
    ensureFolderSync(folder);
    const db = new Database(part);
    try {
      db.pragma('synchronous = FULL');
      db.pragma(`application_id = ${applicationId}`);
      runMigrations(db, migrations, file, () => undefined);
      nameFile(db, { asNewProject: true });
    } finally {
      db.close();
    }
    publish(part, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new AppError('conflict', 'There is already a file of this name.', { file });
    if (error instanceof AppError || error instanceof Database.SqliteError) throw explainSqlite(error, file);
    throw new AppError('io', `The project cannot be created (${code ?? String(error)}).`, {
      file,
      fix: 'Choose a folder that exists and that you may write.',
    });
  } finally {
    rmSync(part, { force: true });
  }
}

/** Gives the file an identity of its own (and the project too, if it is new) and leaves it without an owner. */
export function nameFile(db: Database.Database, { asNewProject }: { asNewProject: boolean }): void {
  const fileId = randomUUID();
  db.transaction(() => {
    if (asNewProject) {
      db.prepare('INSERT INTO project (id, project_id, file_id, created_ms) VALUES (1, ?, ?, ?)').run(
        randomUUID(),
        fileId,
        Date.now(),
      );
      db.prepare('INSERT INTO owner (id, file_id, generation) VALUES (1, ?, ?)').run(fileId, randomUUID());
    } else {
      db.prepare('UPDATE project SET file_id = ?').run(fileId);
      db.prepare('UPDATE owner SET file_id = ?, token = NULL, generation = ?, generation_before = NULL').run(
        fileId,
        randomUUID(),
      );
    }
  })();
}

/** Moves a finished file into place without ever replacing another one (`EEXIST`), durably. */
export function publish(part: string, file: string): void {
  const written = openSync(part, 'r+');
  try {
    fsyncSync(written);
  } finally {
    closeSync(written);
  }
  try {
    linkSync(part, file);
    rmSync(part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // No hard links here (FAT, some network disks): reserve the name, then replace the reservation.
    closeSync(openSync(file, 'wx'));
    renameSync(part, file);
  }
  try {
    const folder = openSync(path.dirname(file), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Windows opens no folders; its rename is durable enough.
  }
}
