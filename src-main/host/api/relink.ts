import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { MediaIdentity, MediaItem } from '#shared/domain/media.ts';
import { identifyFile } from '#media/identity.ts';

export interface Relinked {
  mediaId: string;
  path: string;
  identity: MediaIdentity;
}

/**
 * Finds missing files by content below a folder, whatever they are called now. Only files of the right size are read.
 *
 * @throws AppError not-found when the folder cannot be read
 */
export async function findMoved(folder: string, missing: readonly MediaItem[]): Promise<Relinked[]> {
  if (!path.isAbsolute(folder))
    throw new AppError('bad-input', 'Folders are named by their full path.', { file: folder });
  const bySize = new Map<number, MediaItem[]>();
  for (const item of missing) {
    const { sizeBytes } = item.identity;
    bySize.set(sizeBytes, [...(bySize.get(sizeBytes) ?? []), item]);
  }
  const found = new Map<string, Relinked>();
  for await (const file of filesBelow(folder)) {
    if (found.size === missing.length) break;
    const info = await stat(file).catch(() => null);
    const candidates = (info?.isFile() ? bySize.get(info.size) : undefined)?.filter(({ id }) => !found.has(id));
    if (!candidates?.length) continue;
    const identity = await identifyFile(file).catch(() => null);
    for (const item of candidates) {
      if (identity?.hash === item.identity.hash) found.set(item.id, { mediaId: item.id, path: file, identity });
    }
  }
  return [...found.values()];
}

/** Breadth first, so that the nearest copy wins. Links to folders are not followed: they may lead in circles. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  const folders = [path.resolve(folder)];
  for (let here = folders.shift(); here !== undefined; here = folders.shift()) {
    const dirents = await readdir(here, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (path.resolve(folder) !== here) return [];
      throw new AppError('not-found', `This folder cannot be read (${error.code ?? error.message}).`, { file: folder });
    });
    for (const dirent of dirents) {
      const entry = path.join(here, dirent.name);
      if (dirent.isDirectory()) folders.push(entry);
      else yield entry;
    }
  }
}
