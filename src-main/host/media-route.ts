import { AppError } from '#shared/api/errors.ts';
import type { OpenFile } from '#media/range.ts';
import { contentRange, openForServing, parseRange } from '#media/range.ts';
import { ByteStream } from './byte-stream.ts';
import type { Route, RouteResponse } from './routes.ts';
import { plainResponse } from './routes.ts';

export type ServedKind = 'media' | 'proxy' | 'artifact';

/** A file the host has put into the set that may be read. */
export interface ServedFile {
  /** Absolute path on the host's machine; never leaves it. */
  readonly path: string;
  readonly contentType: string;
  /** Named by its content: may be kept by the browser for ever. */
  readonly immutable: boolean;
}

/** The set of files that may be read, by id; null = not in it. */
export type FindServed = (kind: ServedKind, id: string) => Promise<ServedFile | null>;

/** `/kind/id`, and nothing that could be a path, an escape or a drive in the place of the id. */
const address = /^\/(media|proxy|artifact)\/([A-Za-z0-9_-]{1,128})$/;
const isMine = /^\/(media|proxy|artifact)(\/|$)/;

/**
 * Media, review copies and bulk arrays by id, for both faces: 200, 206, 416 and HEAD. The file is opened first and what
 * was opened is then looked at, so that nothing can be put in its place in between.
 */
export function createMediaRoute(find: FindServed): Route {
  return async (request) => {
    if (!isMine.test(request.path)) return null;
    const [, kind, id] = address.exec(request.path) ?? [];
    const file = kind && id ? await find(kind as ServedKind, id) : null;
    if (!file) return notHere();
    let opened: OpenFile;
    try {
      opened = await openForServing(file.path);
    } catch (error) {
      // Its reason names a path: that stays in the host, the API tells the person (media.list: missing).
      if (error instanceof AppError) return notHere();
      throw error;
    }
    const { handle, sizeBytes, mtimeMs } = opened;
    const etag = `"${sizeBytes.toString(16)}-${Math.round(mtimeMs).toString(16)}"`;
    const headers: Record<string, string> = {
      'Content-Type': file.contentType,
      'Accept-Ranges': 'bytes',
      ETag: etag,
      'Cache-Control': file.immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    };
    // A part of another version must not be joined to what the browser has.
    const stale = request.ifRange != null && request.ifRange !== etag;
    const reply = parseRange(stale ? null : request.range, sizeBytes);
    const rangeText = contentRange(reply, sizeBytes);
    if (rangeText !== null) headers['Content-Range'] = rangeText;
    const length = reply.status === 416 ? 0 : reply.lengthBytes;
    headers['Content-Length'] = String(length);
    if (reply.status === 416 || length === 0 || request.method !== 'GET') {
      await handle.close();
      return { status: reply.status, headers, body: null };
    }
    return { status: reply.status, headers, body: new ByteStream(handle, reply.start, reply.start + length - 1) };
  };
}

const notHere = (): RouteResponse => plainResponse(404, 'This id names nothing that can be read.');

const mediaTypes: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  // What is in it is what counts: Chromium plays most of them, but not under their own name.
  mov: 'video/mp4',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
  ogv: 'video/ogg',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
};

/** Content type a browser plays a file by, from its name. */
export function mediaContentType(name: string): string {
  return mediaTypes[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}
