import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { formatsOfName, readLabels, type LabelSet } from '#shared/formats/index.ts';

/** The bytes of a file. @throws AppError not-found, bad-input */
export async function readInput(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new AppError('not-found', `${file} does not exist.`, { file, fix: 'Check the path.' });
    throw new AppError('bad-input', `${file} cannot be read: ${(error as Error).message}`, { file });
  }
}

/**
 * Labels of a file, or of all label files below a folder, as one set: recordings are told apart by their file id.
 *
 * @throws AppError not-found, bad-input with line and column; all or nothing
 */
export async function readLabelPath(input: string): Promise<LabelSet & { warnings: string[] }> {
  const isFolder = await stat(input).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const files = isFolder ? await labelFilesBelow(input) : [input];
  const all: LabelSet & { warnings: string[] } = { turns: [], regions: [], boxes: [], media: [], warnings: [] };
  for (const file of files) {
    const { labels, warnings } = readLabels(await readInput(file), path.basename(file));
    // Not spread into push: a file may hold a million turns.
    for (const turn of labels.turns) all.turns.push(turn);
    for (const region of labels.regions) all.regions.push(region);
    for (const warning of warnings) all.warnings.push(`${file}: ${warning}`);
  }
  return all;
}

async function labelFilesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && formatsOfName(entry.name).length > 0)
    .map((entry) => path.join(entry.parentPath, entry.name));
  if (files.length === 0) throw new AppError('bad-input', `${folder} holds no label files.`, { file: folder });
  return files.sort();
}
