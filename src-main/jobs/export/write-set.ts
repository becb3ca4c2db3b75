import { randomBytes } from 'node:crypto';
import { copyFile, link, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { AppError } from '#shared/api/errors.ts';
import { syncFolder } from '#runtime/atomic-file.ts';
import { exportError } from './io-error.ts';

export interface OutputFile {
  /** Name inside the folder. */
  name: string;
  data: string | Uint8Array;
}

/**
 * Writes files that belong together into one folder: all are complete and on disk before the first gets its name, and a
 * failure puts back what was there before.
 *
 * @returns the paths written
 * @throws AppError conflict when a file exists and `overwrite` is false; io when the disk refuses. Nothing is written then.
 */
export async function writeSet(folder: string, files: readonly OutputFile[], overwrite: boolean): Promise<string[]> {
  const token = randomBytes(6).toString('hex');
  const staged = files.map((file, at) => ({
    target: path.join(folder, file.name),
    data: file.data,
    part: path.join(folder, `.${token}-${at}.part`),
    backup: path.join(folder, `.${token}-${at}.before`),
    /** What was done so far, to be undone on failure. */
    placed: false,
    backedUp: false,
  }));
  if (!overwrite) await refuseExisting(staged.map((file) => file.target));
  let current = folder;
  try {
    await ensureFolder(folder);
    for (const file of staged) {
      current = file.target;
      const handle = await open(file.part, 'wx');
      try {
        await handle.writeFile(file.data);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    for (const file of staged) {
      current = file.target;
      file.backedUp = await keepCopy(file.target, file.backup);
      await rename(file.part, file.target);
      file.placed = true;
    }
  } catch (error) {
    for (const file of staged.filter((one) => one.placed)) {
      if (file.backedUp) await rename(file.backup, file.target);
      else await rm(file.target, { force: true });
    }
    throw exportError(error, current);
  } finally {
    for (const file of staged) {
      // A leftover hidden file must not hide why writing failed.
      await rm(file.part, { force: true }).catch(() => undefined);
      await rm(file.backup, { force: true }).catch(() => undefined);
    }
  }
  await syncFolder(folder);
  return staged.map((file) => file.target);
}

async function refuseExisting(targets: readonly string[]): Promise<void> {
  for (const target of targets) {
    const there = await stat(target).catch(() => null);
    if (!there) continue;
    throw new AppError('conflict', `${target} exists already; nothing was written.`, {
      file: target,
      fix: 'Choose another folder, or export again and allow overwriting.',
    });
  }
}

/** Keeps the present file under another name without ever leaving its own name empty. False when there is none. */
async function keepCopy(file: string, copy: string): Promise<boolean> {
  const there = await stat(file).catch(() => null);
  if (!there) return false;
  // Hard links are instant; some file systems have none.
  await link(file, copy).catch(() => copyFile(file, copy));
  return true;
}
