import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '#runtime/atomic-file.ts';

/** Hash of names and contents of all files below the given ones; tests do not count. */
export async function contentStamp(root: string, inputs: readonly string[]): Promise<string> {
  const files: string[] = [];
  for (const input of inputs) {
    const absolute = path.join(root, input);
    const dirents = await readdir(absolute, { recursive: true, withFileTypes: true }).catch(() => null);
    if (!dirents) files.push(absolute);
    for (const dirent of dirents ?? []) {
      if (dirent.isFile() && !/\.test\.tsx?$/.test(dirent.name)) files.push(path.join(dirent.parentPath, dirent.name));
    }
  }
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash.update(`${path.relative(root, file)}\0`);
    hash.update(await readFile(file).catch(() => Buffer.alloc(0)));
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** true when `folder` was made from inputs with this stamp and still holds its files. */
export async function isFresh(folder: string, stamp: string, outputs: readonly string[]): Promise<boolean> {
  const made = await readFile(stampFile(folder), 'utf8').catch(() => '');
  return made.trim() === stamp && outputs.every((output) => existsSync(path.join(folder, output)));
}

export async function writeStamp(folder: string, stamp: string): Promise<void> {
  await writeFileAtomic(stampFile(folder), `${stamp}\n`);
}

/** Beside the folder, so that it is not shipped. */
const stampFile = (folder: string): string => `${folder}.stamp`;
