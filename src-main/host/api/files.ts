import { readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ApiOutput, DirectoryEntry } from '#shared/api/contract.ts';
import { AppError } from '#shared/api/errors.ts';
import type { Handlers } from './dispatch.ts';

/** Names a person expects to open; what a file really is, ffprobe decides. */
const mediaExtensions = new Set(
  (
    'mp4 m4v mov mkv webm avi wmv flv mpg mpeg ts mts m2ts vob ogv 3gp 3g2 mxf asf f4v divx dv gif ' +
    'wav mp3 m4a aac flac ogg oga opus wma aif aiff aifc au caf ac3 eac3 dts amr mka sph w64 tta wv ape spx mp2'
  ).split(' '),
);
const labelExtensions = new Set(['rttm', 'uem', 'json']);

export type EntryKind = DirectoryEntry['kind'];

/** What the open dialog shows a file as; null = not at all. */
export function kindOfFile(name: string): EntryKind | null {
  const extension = path.extname(name).slice(1).toLowerCase();
  if (extension === 'diarist') return 'project';
  if (mediaExtensions.has(extension)) return 'media';
  if (extension === 'onnx') return 'model';
  return labelExtensions.has(extension) ? 'labels' : null;
}

const natural = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/**
 * Folders and openable files of the host's machine; hidden names are left out, folders come first.
 *
 * @throws AppError bad-input (relative path, not a folder), not-found, io (no permission)
 */
export async function browse(folder: string | null): Promise<ApiOutput<'files.browse'>> {
  const asked = folder ?? os.homedir();
  if (!path.isAbsolute(asked) || asked.includes('\0')) {
    throw new AppError('bad-input', 'Folders are named by their full path.', { file: asked.replaceAll('\0', '?') });
  }
  const here = path.resolve(asked);
  const dirents = await readdir(here, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new AppError('not-found', 'This folder does not exist.', { file: here });
    if (error.code === 'ENOTDIR') throw new AppError('bad-input', 'This is a file, not a folder.', { file: here });
    throw new AppError('io', `This folder cannot be read: ${error.message}`, { file: here });
  });
  const entries = await Promise.all(
    dirents
      .filter((dirent) => !dirent.name.startsWith('.'))
      .map(async (dirent): Promise<DirectoryEntry | null> => {
        const entryPath = path.join(here, dirent.name);
        // Links count as what they point to; broken ones and devices are not shown.
        const info = await stat(entryPath).catch(() => null);
        if (info?.isDirectory()) return { name: dirent.name, path: entryPath, kind: 'directory', sizeBytes: null };
        const kind = info?.isFile() ? kindOfFile(dirent.name) : null;
        return kind && info ? { name: dirent.name, path: entryPath, kind, sizeBytes: info.size } : null;
      }),
  );
  const shown = entries.filter((entry) => entry !== null);
  const rank = (entry: DirectoryEntry): number => (entry.kind === 'directory' ? 0 : 1);
  shown.sort((a, b) => rank(a) - rank(b) || natural.compare(a.name, b.name));
  const parent = path.dirname(here);
  return { path: here, parent: parent === here ? null : parent, entries: shown };
}

export const fileHandlers = (): Pick<Handlers, 'files.browse'> => ({
  'files.browse': (input) => browse(input.path),
});
