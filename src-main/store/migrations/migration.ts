import type { Database } from 'better-sqlite3';

/** One step of the project file's form. Runs inside a transaction with its version number. */
export interface Migration {
  /** 1, 2, 3, …: the `user_version` after it. */
  readonly id: number;
  /** As in its file name. */
  readonly name: string;
  up(db: Database): void;
}

/** Migrations must count 1, 2, 3, … without a gap; anything else is a mistake of ours and stops the program. */
export function sequence(...migrations: Migration[]): readonly Migration[] {
  for (const [index, { id, name }] of migrations.entries()) {
    if (id !== index + 1) throw new Error(`The migration ${name} has the number ${id} and should have ${index + 1}.`);
  }
  return migrations;
}
