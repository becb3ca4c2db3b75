import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { liesIn } from '#runtime/lies-in.ts';

export interface DefaultFolderFacts {
  /** What was used last; null = nothing. */
  last: string | null;
  /** Recordings that are worked on, in order. */
  mediaPaths: readonly string[];
  projectPath: string;
  /** Folders of the app itself, which nobody looks into: its data, its sample. */
  appDirs: readonly string[];
  home?: string;
}

/**
 * Where files go that a person lets the app write and has named no folder for: where the last ones went, else beside the recordings, else beside the
 * project, else their documents, else their home. Never into the app's own folders, nor where nothing can be written.
 */
export async function defaultFolder({
  last,
  mediaPaths,
  projectPath,
  appDirs,
  home,
}: DefaultFolderFacts): Promise<string> {
  const homeDir = home ?? os.homedir();
  if (last !== null && path.isAbsolute(last) && (await canWriteInto(last))) return last;
  const candidates = [...mediaPaths, projectPath].map((file) => path.dirname(file));
  for (const folder of [...new Set(candidates), path.join(homeDir, 'Documents')]) {
    const isOwn = appDirs.some((dir) => folder === path.resolve(dir) || liesIn(folder, dir));
    if (!isOwn && (await canWriteInto(folder))) return folder;
  }
  return homeDir;
}

/** `subset` in this folder, or the first of `subset-2`, … that is not there. */
export async function newFolderIn(folder: string, name: string): Promise<string> {
  for (let at = 1; ; at++) {
    const wanted = path.join(folder, at === 1 ? name : `${name}-${at}`);
    if (!(await stat(wanted).catch(() => null))) return wanted;
  }
}

async function canWriteInto(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return (await stat(folder)).isDirectory();
  } catch {
    return false;
  }
}
