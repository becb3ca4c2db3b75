import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { writeFileAtomic } from '#runtime/atomic-file.ts';
import { registrySchema } from './registry.ts';
import type { ModelEntry } from './registry.ts';

/**
 * The registry of a person's own models folder: files they added, and hashes of files whose published hash is not
 * known. It is read before the app's (`readRegistries`), so that its entries win.
 */
const fileOf = (dir: string): string => path.join(dir, 'registry.json');

/** @throws AppError `bad-input` for a file that is no registry */
export async function ownEntries(dir: string): Promise<ModelEntry[]> {
  const file = fileOf(dir);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new AppError('io', `The model list could not be read: ${error.message}.`, { file });
  });
  if (text === null) return [];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const parsed = registrySchema.safeParse(json);
  if (parsed.success) return parsed.data.models;
  throw new AppError('bad-input', 'The model list is not valid.', { file, fix: 'Repair or delete that file.' });
}

/** Puts an entry in the place of one with the same id. */
export async function keepOwnEntry(dir: string, entry: ModelEntry): Promise<void> {
  const models = (await ownEntries(dir)).filter((one) => one.id !== entry.id);
  await write(dir, [...models, entry]);
}

/** @returns the entry that was there */
export async function dropOwnEntry(dir: string, id: string): Promise<ModelEntry | null> {
  const models = await ownEntries(dir);
  const gone = models.find((one) => one.id === id);
  if (!gone) return null;
  await write(
    dir,
    models.filter((one) => one !== gone),
  );
  return gone;
}

const write = (dir: string, models: readonly ModelEntry[]): Promise<void> =>
  writeFileAtomic(fileOf(dir), `${JSON.stringify({ models }, null, 2)}\n`);
