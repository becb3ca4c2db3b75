import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '#shared/api/errors.ts';
import { syncFolder, writeFileAtomic } from '#runtime/atomic-file.ts';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { downloadTo, noteOf } from './download.ts';
import type { DownloadOptions } from './download.ts';
import { mirrorLicences } from './mirror.ts';
import type { Mirror, MirrorFile } from './mirror.ts';
import { keepOwnEntry } from './own-registry.ts';
import { notCopied } from './not-copied.ts';
import type { ModelEntry } from './registry.ts';
import { verifyFile } from './verify.ts';

/** Where nobody says how large a net is: larger than any of the reference systems' (Sortformer, 493 MB). */
const UNKNOWN_MAX_BYTES = 2 ** 30;

export interface PullOptions extends Omit<DownloadOptions, 'maxBytes'> {
  /** Take files from this folder, never from the network. */
  mirror?: Mirror;
  /** All bytes are here; their hash is computed now. */
  onChecking?: () => void;
}

export interface PulledModel {
  id: string;
  path: string;
  sha256: string;
  /** It was there already, with the right content. */
  already: boolean;
  from: string;
}

/**
 * Gets a model into `dir` (a person's models folder): from the mirror, or from its official addresses, into `.part`, then
 * the hash is checked and the file renamed into place. Another content than the registry's is thrown away and whatever
 * was there before stays. A file whose published hash is not known is noted in the folder's own registry.
 * @throws AppError `unsupported` when it is not to be pulled or has no address; `not-found` when the mirror has not got
 * it; `bad-input` for a wrong hash; those of {@link downloadTo}
 */
export async function pullModel(entry: ModelEntry, dir: string, options: PullOptions = {}): Promise<PulledModel> {
  if (entry.location.kind !== 'pull') {
    throw new AppError('unsupported', `The model ${entry.id} comes with the app; there is nothing to pull.`);
  }
  const target = path.resolve(dir, entry.file);
  const here = await stat(target).catch(() => null);
  if (here?.isFile() && entry.sha256 !== null && (await verifyFile(target)) === entry.sha256) {
    return { id: entry.id, path: target, sha256: entry.sha256, already: true, from: target };
  }
  await ensureFolder(path.dirname(target));
  const part = `${target}.part`;
  const { sha256, from } = options.mirror
    ? await fromMirror(entry, options.mirror, part, target, options)
    : await fromNetwork(entry, part, options).catch((failure: unknown) => {
        throw withWayOut(failure, entry, target);
      });
  // The note first: a file without it would count as any content.
  const info = await stat(part);
  if (entry.sha256 === null) await keepOwnEntry(dir, { ...entry, sha256, bytes: info.size });
  await rename(part, target);
  await syncFolder(path.dirname(target));
  return { id: entry.id, path: target, sha256, already: false, from };
}

/** Why a model cannot be pulled from the network at all. */
export const noAddress = (entry: ModelEntry): AppError =>
  new AppError('unsupported', `Nobody offers an ONNX file of ${entry.id} at an official address.`, {
    fix: `Export it from ${entry.urls[0] ?? 'its source'}, then add the file (diarist models add <file.onnx> --as ${entry.id}); or take it from a mirror folder (--mirror).`,
  });

/** Why a model cannot be taken from a mirror. */
export const notInMirror = (entry: ModelEntry, mirror: Mirror): AppError =>
  new AppError('not-found', `The mirror has no ${entry.file}.`, {
    file: path.join(mirror.dir, 'manifest.json'),
    fix: `Put the file into the mirror and its manifest, take another mirror or none, or add the file (diarist models add <file.onnx> --as ${entry.id}).`,
  });

/** What a person can do where the network does not give a file: each way, with the names it needs. */
function withWayOut(failure: unknown, entry: ModelEntry, target: string): unknown {
  if (!(failure instanceof AppError)) return failure;
  const { code, message, file, fix, detail } = failure.data;
  if (file !== undefined || (code !== 'io' && code !== 'not-found')) return failure;
  const others = `take it from a mirror folder (--mirror), or get the file by other means and add it (diarist models add <file.onnx> --as ${entry.id}).`;
  return new AppError(code, message, {
    file: target,
    fix: fix?.includes('models add') ? fix : `${fix ?? ''} Without the network: ${others}`.trim(),
    ...(detail === undefined ? {} : { detail }),
  });
}

async function fromMirror(
  entry: ModelEntry,
  mirror: Mirror,
  part: string,
  target: string,
  { signal, onProgress, onChecking }: PullOptions,
): Promise<{ sha256: string; from: string }> {
  const listed: MirrorFile | undefined = mirror.files.get(entry.file);
  if (!listed) throw notInMirror(entry, mirror);
  const source = path.join(mirror.dir, entry.file);
  let doneBytes = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      yield chunk;
      onProgress?.((doneBytes += chunk.length), listed.bytes);
    }
  };
  const copied = pipeline(
    createReadStream(source, { highWaterMark: 2 ** 20 }),
    counted,
    createWriteStream(part),
    signal ? { signal } : {},
  );
  await copied.catch(async (error: NodeJS.ErrnoException) => {
    await discard(part);
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
    throw notCopied(error, error.code === 'ENOENT' ? source : target, 'Free space, or check the mirror folder.');
  });
  onChecking?.();
  const handle = await open(part, 'r+');
  await handle.sync().finally(() => handle.close());
  const sha256 = await verifyFile(part);
  await refuseUnless(sha256 === listed.sha256, part, source, `${listed.sha256} in its manifest`, sha256);
  await refuseUnless(sha256 === (entry.sha256 ?? sha256), part, source, `${entry.sha256} in the model list`, sha256);
  for (const { name, text } of await mirrorLicences(mirror, entry.file)) {
    await writeFileAtomic(path.join(path.dirname(target), name), text);
  }
  return { sha256, from: source };
}

async function fromNetwork(
  entry: ModelEntry,
  part: string,
  options: PullOptions,
): Promise<{ sha256: string; from: string }> {
  if (entry.downloads.length === 0) throw noAddress(entry);
  const limits = { ...options, maxBytes: entry.bytes ?? UNKNOWN_MAX_BYTES };
  let failure: unknown;
  for (const url of entry.downloads) {
    try {
      let { resumed } = await downloadTo(url, part, limits);
      options.onChecking?.();
      let sha256 = await verifyFile(part);
      if (resumed && sha256 !== (entry.sha256 ?? sha256)) {
        // The bytes of the earlier try may be to blame.
        await discard(part);
        ({ resumed } = await downloadTo(url, part, limits));
        sha256 = await verifyFile(part);
      }
      await refuseUnless(sha256 === (entry.sha256 ?? sha256), part, url, entry.sha256 ?? '', sha256);
      return { sha256, from: url };
    } catch (error) {
      if (error instanceof AppError && error.data.code === 'cancelled') throw error;
      failure = error;
    }
  }
  throw failure;
}

async function refuseUnless(
  right: boolean,
  part: string,
  source: string,
  expected: string,
  found: string,
): Promise<void> {
  if (right) return;
  await discard(part);
  throw new AppError('bad-input', `What ${source} gives is not the published model: its SHA-256 is another one.`, {
    fix: 'Nothing was changed here. Try again later, or get the file elsewhere and run diarist models add.',
    detail: `expected ${expected}, found ${found}`,
  });
}

async function discard(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(noteOf(part), { force: true });
}
