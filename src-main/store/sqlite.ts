import { AppError } from '#shared/api/errors.ts';
import Database from 'better-sqlite3';
import type { Database as Connection, Statement } from 'better-sqlite3';

/** Milliseconds to wait for another process's lock. */
const busyTimeoutMs = 5000;

/** A connection as the store uses it. `path` must be absolute: SQLite gives `:memory:` and `file:` a meaning of their own. */
export function connect(path: string, { readonly }: { readonly: boolean }): Connection {
  const db = new Database(path, { readonly, fileMustExist: true, timeout: busyTimeoutMs });
  try {
    db.pragma('foreign_keys = ON');
    // A project may come from a stranger: nothing its schema holds may call functions with side effects.
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    if (!readonly) {
      db.pragma('synchronous = FULL');
      // macOS: fsync alone does not reach the platter.
      db.pragma('fullfsync = ON');
      db.pragma('checkpoint_fullfsync = ON');
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Prepares each statement once per connection. */
export interface Statements {
  <Parameters extends unknown[], Row = unknown>(sql: string): Statement<Parameters, Row>;
}

export function statements(db: Connection): Statements {
  const prepared = new Map<string, Statement<unknown[], unknown>>();
  return <Parameters extends unknown[], Row>(sql: string) => {
    let statement = prepared.get(sql);
    if (!statement) {
      statement = db.prepare<unknown[], unknown>(sql);
      prepared.set(sql, statement);
    }
    return statement as unknown as Statement<Parameters, Row>;
  };
}

/**
 * What a person should read for an error of SQLite; other errors as they are.
 *
 * @param backupOf finds a backup to offer for a damaged file
 */
export function explainSqlite(
  error: unknown,
  path: string,
  backupOf: (path: string) => string | null = () => null,
): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const detail = `${error.code}: ${error.message}`;
  const more = { file: path, detail };
  const kind = error.code.split('_')[1];
  switch (kind) {
    case 'FULL':
      return new AppError('io', 'The disk is full; the last change was not saved.', {
        ...more,
        fix: 'Free some space and repeat the change.',
      });
    case 'BUSY':
    case 'LOCKED':
      return new AppError('conflict', 'The project file is locked by another program.', {
        ...more,
        fix: 'Close the other program (a backup or a database browser) and try again.',
      });
    case 'CORRUPT':
    case 'NOTADB':
      return damaged(path, detail, backupOf(path));
    case 'READONLY':
    case 'PERM':
    case 'AUTH':
      return new AppError('read-only', 'The project file cannot be written.', {
        ...more,
        fix: 'Check the permissions of the file and its folder, or save a copy elsewhere.',
      });
    case 'CANTOPEN':
      return new AppError('io', 'The project file cannot be opened.', {
        ...more,
        fix: 'Check that its folder exists and may be written.',
      });
    case 'IOERR':
      return new AppError('io', 'The disk did not read or write the project file.', {
        ...more,
        fix: 'Check the disk or the network connection, then open the project again.',
      });
    default:
      return error;
  }
}

export function damaged(path: string, detail: string, backup: string | null): AppError {
  return new AppError('io', 'The project file is damaged and was not opened.', {
    file: path,
    fix: backup
      ? `Keep the damaged file, and open a copy of the backup ${backup}.`
      : 'Keep the damaged file, and open a copy from your own backups.',
    detail,
  });
}
