import { AppError } from '#shared/api/errors.ts';
import Database from 'better-sqlite3';
import type { Database as Connection } from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { nameFile, publish } from './create-project.ts';

/**
 * A complete, compact copy of an open project, with an identity of its own. Copying the file itself would miss what is
 * still in the log.
 *
 * Throws AppError `conflict` when `target` exists, `io` when it cannot be written.
 */
export function copyProject(db: Connection, target: string): void {
  if (existsSync(target)) throw exists(target);
  const part = path.join(path.dirname(target), `.${randomBytes(6).toString('hex')}.diarist.part`);
  try {
    db.prepare('VACUUM INTO ?').run(part);
    const copy = new Database(part);
    try {
      copy.pragma('synchronous = FULL');
      nameFile(copy, { asNewProject: false });
    } finally {
      copy.close();
    }
    publish(part, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(target);
    throw new AppError('io', 'The copy of the project could not be written.', {
      file: target,
      fix: 'Choose a folder that exists and has enough space.',
      detail: String(error),
    });
  } finally {
    rmSync(part, { force: true });
  }
}

const exists = (file: string): AppError =>
  new AppError('conflict', 'There is already a file of this name; it was not replaced.', {
    file,
    fix: 'Choose another name.',
  });

/** `talk.diarist` → `talk.format1.bak.diarist`, with a number where that exists. Ends in .diarist so that it opens. */
export function backupName(project: string, version: number): string {
  const { dir, name, ext } = path.parse(project);
  for (let number = 1; ; number++) {
    const file = path.join(dir, `${name}.format${version}${number === 1 ? '' : `-${number}`}.bak${ext}`);
    if (!existsSync(file)) return file;
  }
}

/** The newest backup beside a project, if there is one. */
export function newestBackup(project: string): string | null {
  const { dir, name, ext } = path.parse(project);
  try {
    const backups = readdirSync(dir)
      .filter((entry) => entry.startsWith(`${name}.format`) && entry.endsWith(`.bak${ext}`))
      .map((entry) => path.join(dir, entry))
      .map((file) => ({ file, mtimeMs: statSync(file).mtimeMs }))
      .sort((a, b) => b.mtimeMs - a.mtimeMs);
    return backups[0]?.file ?? null;
  } catch {
    return null;
  }
}
