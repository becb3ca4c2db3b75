import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { formatsOfName, readLabels, type LabelSet } from '#shared/formats/index.ts';
import { isLargeRttm, readLargeRttm } from './rttm-stream.ts';

/** No label file is near it, and longer texts fit no string of JavaScript. */
const MAX_BYTES = 512 * 2 ** 20;
const causes: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links lead in a circle',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
};

/** The bytes of a file, or of a pipe such as a shell's `<(…)`. @throws AppError not-found, bad-input */
export async function readInput(file: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
  if (size <= MAX_BYTES) return Buffer.concat(chunks);
  throw new AppError('bad-input', `${file} is larger than ${MAX_BYTES / 2 ** 20} MiB.`, {
    file,
    fix: 'Choose a label file, or divide it by recordings.',
  });
}

function unreadable(file: string, error: NodeJS.ErrnoException): AppError {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return new AppError('not-found', `${file} does not exist.`, { file, fix: 'Check the path.' });
  return new AppError('bad-input', `${file} cannot be read: ${causes[error.code ?? ''] ?? error.message}.`, {
    file,
    fix: 'Choose a label file that can be read.',
  });
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
    const { labels, warnings } = await readOne(file);
    // Not spread into push: a file may hold a million turns.
    for (const turn of labels.turns) all.turns.push(turn);
    for (const region of labels.regions) all.regions.push(region);
    for (const warning of warnings) all.warnings.push(`${file}: ${warning}`);
  }
  return all;
}

async function readOne(file: string): Promise<{ labels: Pick<LabelSet, 'turns' | 'regions'>; warnings: string[] }> {
  const name = path.basename(file);
  if (!(await isLargeRttm(file))) return readLabels(await readInput(file), name);
  const { turns, warnings } = await readLargeRttm(file, name);
  return { labels: { turns, regions: [] }, warnings };
}

async function labelFilesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error as NodeJS.ErrnoException);
  });
  const files = entries
    .filter((entry) => entry.isFile() && formatsOfName(entry.name).length > 0)
    .map((entry) => path.join(entry.parentPath, entry.name));
  if (files.length === 0)
    throw new AppError('bad-input', `${folder} holds no label files.`, {
      file: folder,
      fix: 'Name the files themselves.',
    });
  return files.sort();
}
