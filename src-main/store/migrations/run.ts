import { AppError } from '#shared/api/errors.ts';
import type { Database } from 'better-sqlite3';
import type { Migration } from './migration.ts';

export function fileVersion(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** Throws `newer-version` for a file of a later app. */
export function refuseNewer(version: number, latest: number, path: string): void {
  if (version <= latest) return;
  throw new AppError(
    'newer-version',
    `This project was last written by a newer Diarist (format ${version}; this one knows up to ${latest}).`,
    { file: path, fix: 'Open it with the newer Diarist, or update this one. The file was not changed.' },
  );
}

/**
 * Brings the file up to the last of `migrations`, each step in its own transaction together with its number: a kill
 * leaves the file between two steps, never inside one.
 *
 * @param backUp called once before the first step of a file that already holds something
 * @returns ids of the steps taken. Throws `newer-version`, or `io` when a step fails (the file stays as before that step).
 */
export function runMigrations(
  db: Database,
  migrations: readonly Migration[],
  path: string,
  backUp: (fromVersion: number) => void,
): number[] {
  const from = fileVersion(db);
  refuseNewer(from, migrations.length, path);
  const pending = migrations.slice(from);
  if (pending.length > 0 && from > 0) backUp(from);
  for (const migration of pending) {
    const { id, name } = migration;
    try {
      db.transaction(() => {
        migration.up(db);
        db.pragma(`user_version = ${id}`);
      }).immediate();
    } catch (error) {
      throw new AppError('io', `The project could not be brought to the form of this version (step ${id}, ${name}).`, {
        file: path,
        fix: 'The file is as it was before that step; a backup lies beside it. Please report this with the details.',
        detail: String(error),
      });
    }
  }
  return pending.map(({ id }) => id);
}
