import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and its parents. Unlike `mkdir` with `recursive`, which tries for ever where a file system answers
 * ENOENT for a parent that is there (/proc, some network mounts), each level is tried once.
 *
 * @throws the system's error: ENOENT, EACCES, EROFS, ENOSPC, ENOTDIR, …
 */
export function ensureFolderSync(folder: string): void {
  const missing: string[] = [];
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const found = statSync(at, { throwIfNoEntry: false });
    if (found && !found.isDirectory()) {
      throw Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${at}'`), { code: 'ENOTDIR', path: at });
    }
    if (found || at === path.dirname(at)) break;
    missing.push(at);
  }
  for (const one of missing.reverse()) {
    try {
      mkdirSync(one);
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** {@link ensureFolderSync} for callers that await; a handful of quick calls on local metadata. */
export async function ensureFolder(folder: string): Promise<void> {
  ensureFolderSync(folder);
}
