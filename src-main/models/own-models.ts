import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { syncFolder } from '#runtime/atomic-file.ts';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { notCopied } from './not-copied.ts';
import { readOnnxSignature, signatureMismatch } from './onnx-signature.ts';
import { dropOwnEntry, keepOwnEntry, ownEntries } from './own-registry.ts';
import { readRegistries } from './registry.ts';
import type { ModelEntry } from './registry.ts';
import { verifyFile } from './verify.ts';

/** Version of files that a person put in. */
const ADDED = 'added';

/**
 * Puts a person's own ONNX file into the slot of a model: copied into `dir`, noted in its registry, where it goes before
 * the app's entry. Its inputs and outputs must be what the slot takes.
 * @throws AppError `bad-input` for a file that is no model or has another shape; `unsupported` for a model of the app
 */
export async function addModel(file: string, slot: ModelEntry, dir: string): Promise<ModelEntry> {
  if (slot.location.kind !== 'pull') {
    throw new AppError('unsupported', `The model ${slot.id} comes with the app and cannot be replaced.`);
  }
  const signature = await readOnnxSignature(file);
  const mismatch = slot.signature ? signatureMismatch(signature, slot.signature) : null;
  if (mismatch !== null) {
    throw new AppError('bad-input', `This net does not fit the slot ${slot.id}: ${mismatch}.`, {
      file,
      fix: `The slot takes: ${slot.contract}. Export the net so, or name another slot.`,
    });
  }
  const sha256 = await verifyFile(file);
  const published = sha256 === slot.sha256;
  const entry: ModelEntry = {
    ...slot,
    file: published ? slot.file : `added/${slot.id}.onnx`,
    sha256,
    bytes: (await stat(file)).size,
    ...(published ? {} : { version: ADDED, urls: [], downloads: [], licence: 'not stated (added by hand)' }),
    ...(published ? {} : { published: { figure: 'none', source: 'added by hand' } }),
  };
  const target = path.join(dir, entry.file);
  await ensureFolder(path.dirname(target));
  const part = `${target}.part`;
  try {
    await copyFile(file, part);
    const handle = await open(part, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(part, target);
    await syncFolder(path.dirname(target));
  } catch (error) {
    await rm(part, { force: true });
    throw notCopied(error, target, 'Free space, or see that the folder may be written, and add it again.');
  }
  await keepOwnEntry(dir, entry);
  return entry;
}

/**
 * Deletes a pulled or added model from `dir`; models of the app stay. What `dir`'s registry says of it goes too, unless a
 * person wrote it there for a model that no other folder of `dirs` lists.
 * @returns the deleted file, null when there was none
 */
export async function removeModel(
  entry: ModelEntry,
  dir: string,
  dirs: readonly string[] = [],
): Promise<string | null> {
  if (entry.location.kind !== 'pull') {
    throw new AppError('unsupported', `The model ${entry.id} comes with the app and cannot be removed.`);
  }
  const own = (await ownEntries(dir)).find((one) => one.id === entry.id);
  const target = path.join(dir, (own ?? entry).file);
  const there = await stat(target).catch(() => null);
  if (there) await rm(target);
  for (const rest of [`${target}.part`, `${target}.part.json`]) await rm(rest, { force: true });
  const others = dirs.filter((one) => path.resolve(one) !== path.resolve(dir));
  const isListedElsewhere =
    others.length === 0 || (await readRegistries(others)).some((other) => other.id === entry.id);
  if (isListedElsewhere || own?.version === ADDED) await dropOwnEntry(dir, entry.id);
  return there ? target : null;
}
