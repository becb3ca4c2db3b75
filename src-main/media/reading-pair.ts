import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** Where the bytes of a process go. */
export interface ReadInto {
  /** Room for the next bytes, not empty; asked for again after each {@link filled}. */
  buffer(): Uint8Array;
  /** So many bytes of the buffer have been filled. A promise holds the process back; `stop`: enough was read. */
  filled(count: number): 'stop' | undefined | Promise<'stop' | undefined>;
}

export interface ReadingPair {
  /** Ours: reads into the buffers. */
  readonly reader: net.Socket;
  /** What the process gets as its stdout; destroy it once the process has started. */
  readonly childEnd: net.Socket;
}

/**
 * Two ends of a connection, ours reading straight into buffers that are given to it: a pipe of Node gives a new buffer of
 * 64 KiB for every read, which for frames of pictures costs more than the reading. null on Windows, and where the
 * temporary folder can hold no socket; a pipe does it then.
 * @param onBytes called with the count of bytes that were read; false holds the reading until `reader.resume()`
 */
export async function readingPair(
  buffer: () => Uint8Array,
  onBytes: (count: number) => boolean,
): Promise<ReadingPair | null> {
  if (process.platform === 'win32') return null;
  // Nobody else may enter the folder, so that nobody else can connect.
  const folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-')).catch(() => null);
  if (folder === null) return null;
  const server = net.createServer({ pauseOnConnect: true });
  try {
    const address = path.join(folder, 's');
    const childEnd = new Promise<net.Socket>((resolve, reject) => {
      server.once('connection', resolve).once('error', reject);
    });
    childEnd.catch(() => undefined);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(address, resolve);
    });
    const reader = net.connect({ path: address, onread: { buffer: () => buffer(), callback: onBytes } });
    await new Promise<void>((resolve, reject) => {
      reader.once('connect', resolve).once('error', reject);
    });
    return { reader, childEnd: await childEnd };
  } catch {
    return null;
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
