import { open, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#shared/api/errors.ts';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { z } from 'zod';
import { mayFetch, refuseOffline } from './address.ts';

export interface DownloadOptions {
  signal?: AbortSignal;
  onProgress?: (doneBytes: number, totalBytes: number | null) => void;
  /** More than this is refused while it arrives. */
  maxBytes: number;
  /** Connections that bring nothing for so long are given up. */
  stallMs?: number;
  /** Pause before the second and later tries. */
  retryMs?: number;
}

const TRIES = 3;
const REDIRECTS = 5;
/** What the bytes of a `.part` file belong to; without it they are thrown away. */
const noteSchema = z.object({ url: z.string(), validator: z.string().nullable() });

/**
 * Downloads into `part`, going on where an earlier try stopped (HTTP range, guarded by `If-Range`), synced to disk at the
 * end. The content is not verified here. After a failure the part stays for the next try.
 * @returns whether bytes of an earlier try were kept
 * @throws AppError `io` (network, disk), `not-found`, `bad-input` (larger than allowed), `cancelled`
 */
export async function downloadTo(url: string, part: string, options: DownloadOptions): Promise<{ resumed: boolean }> {
  await ensureFolder(path.dirname(part));
  let resumed = false;
  for (let attempt = 1; ; attempt++) {
    try {
      resumed = (await downloadOnce(url, part, options)) || resumed;
      await rm(noteOf(part), { force: true });
      return { resumed };
    } catch (error) {
      if (options.signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
      if (error instanceof AppError) throw error;
      if (isDiskError(error)) {
        throw new AppError('io', `The download could not be written: ${error.message}.`, {
          file: part,
          fix: 'Make room on the disk or choose another models folder; the download then goes on where it stopped.',
        });
      }
      if (attempt === TRIES) {
        throw new AppError('io', `The download of ${url} broke off: ${wordsOf(error, url)}.`, {
          fix: 'Check the network and start it again: it goes on where it stopped.',
        });
      }
      await sleep(options.retryMs ?? 1000);
    }
  }
}

export const noteOf = (part: string): string => `${part}.json`;

async function downloadOnce(url: string, part: string, options: DownloadOptions): Promise<boolean> {
  const kept = await keptBytes(url, part);
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (kept.bytes > 0) {
    headers['range'] = `bytes=${kept.bytes}-`;
    if (kept.validator !== null) headers['if-range'] = kept.validator;
  }
  const stall = new AbortController();
  const stallMs = options.stallMs ?? 30_000;
  const timer = setTimeout(() => stall.abort(new Error(`nothing came for ${stallMs / 1000} s`)), stallMs);
  const signal = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal;
  try {
    const response = await follow(url, headers, signal);
    if (response.status === 416 && kept.bytes > 0) {
      // All of it is here already, or the file has changed: the hash will tell.
      await response.body?.cancel();
      if (totalOf(response.headers.get('content-range')) === kept.bytes) return true;
      await rm(part, { force: true });
      throw new Error('the file changed on the server');
    }
    if (!response.ok || !response.body) throw refusal(url, response.status);
    const goOn = response.status === 206 && startOf(response.headers.get('content-range')) === kept.bytes;
    if (response.status === 206 && !goOn) {
      await rm(part, { force: true });
      throw new Error('the server sent another part than was asked for');
    }
    const before = goOn ? kept.bytes : 0;
    const length = response.headers.get('content-length');
    const total = length === null ? null : before + Number(length);
    const tooLarge = new AppError(
      'bad-input',
      `What ${url} sends is larger than the model list says; it was refused.`,
      {
        fix: 'Update the app, or get the file from its source by hand.',
      },
    );
    if (total !== null && total > options.maxBytes) throw tooLarge;
    await checkRoom(part, (total ?? before) - before);
    await writeFile(noteOf(part), JSON.stringify({ url, validator: validatorOf(response.headers) }));
    const file = await open(part, goOn ? 'a' : 'w');
    try {
      let done = before;
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        timer.refresh();
        done += chunk.length;
        if (done > options.maxBytes) throw tooLarge;
        await file.writeFile(chunk);
        options.onProgress?.(done, total);
      }
      if (total !== null && done !== total) throw new Error(`${done} of ${total} bytes came`);
    } finally {
      await file.sync().finally(() => file.close());
    }
    return goOn;
  } finally {
    clearTimeout(timer);
  }
}

async function keptBytes(url: string, part: string): Promise<{ bytes: number; validator: string | null }> {
  try {
    const note = noteSchema.parse(JSON.parse(await readFile(noteOf(part), 'utf8')));
    if (note.url === url) return { bytes: (await stat(part)).size, validator: note.validator };
  } catch {
    // No earlier try, or nothing is known of it.
  }
  return { bytes: 0, validator: null };
}

/** Redirects by hand: none may leave HTTPS, or this computer. */
async function follow(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  let at = new URL(url);
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    refuseOffline(at);
    const response = await fetch(at, { headers, signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, at);
    if (!mayFetch(next)) {
      throw new AppError('io', `${url} leads to an address without encryption (${next.origin}); it was not followed.`);
    }
    at = next;
  }
  throw new AppError('io', `${url} leads from address to address without end.`);
}

/** Weak ETags do not promise equal bytes. */
function validatorOf(headers: Headers): string | null {
  const tag = headers.get('etag');
  return tag !== null && !tag.startsWith('W/') ? tag : headers.get('last-modified');
}

const startOf = (range: string | null): number => Number(/^bytes (\d+)-/u.exec(range ?? '')?.[1] ?? -1);
const totalOf = (range: string | null): number => Number(/\/(\d+)$/u.exec(range ?? '')?.[1] ?? -1);

function refusal(url: string, status: number): Error {
  if (status >= 500 || status === 429) return new Error(`the server answered ${status}`);
  return new AppError('not-found', `${url} cannot be had: the server answered ${status}.`, {
    fix:
      status === 401 || status === 403
        ? 'Its owner asks for a login or for agreeing to terms: get it in a browser, then run diarist models add.'
        : 'Use a mirror (--mirror), or get the file from its source and run diarist models add.',
  });
}

async function checkRoom(part: string, bytes: number): Promise<void> {
  const disk = await statfs(path.dirname(part)).catch(() => null);
  if (!disk || disk.bavail * disk.bsize > bytes) return;
  throw new AppError('io', `There is no room for ${Math.ceil(bytes / 1e6)} MB on this disk.`, {
    file: path.dirname(part),
    fix: 'Make room, or choose another folder with --models-dir.',
  });
}

const isDiskError = (error: unknown): error is NodeJS.ErrnoException =>
  ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '') &&
  (error as NodeJS.ErrnoException).syscall !== 'connect';

const unreachable = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT']);

/** fetch hides the reason in `cause`. */
function wordsOf(error: unknown, url: string): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  if (cause?.code !== undefined && unreachable.has(cause.code)) {
    return `${new URL(url).host} cannot be reached (${cause.code})`;
  }
  return cause?.message ? cause.message : error.message;
}
