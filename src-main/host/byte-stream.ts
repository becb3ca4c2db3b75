import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

const blockBytes = 256 * 1024;

/**
 * Bytes `start`…`end` (inclusive) of an open file, whatever happens to its name meanwhile. Closes the handle when it ends,
 * fails or is destroyed. A file that became shorter is an error, so that the receiver does not take half for whole.
 */
export class ByteStream extends Readable {
  readonly #handle: FileHandle;
  readonly #end: number;
  #at: number;

  constructor(handle: FileHandle, start: number, end: number) {
    super({ highWaterMark: blockBytes });
    this.#handle = handle;
    this.#at = start;
    this.#end = end;
  }

  override _read(): void {
    const wanted = Math.min(blockBytes, this.#end - this.#at + 1);
    if (wanted <= 0) {
      this.push(null);
      return;
    }
    this.#handle.read(Buffer.allocUnsafe(wanted), 0, wanted, this.#at).then(
      ({ bytesRead, buffer }) => {
        if (bytesRead === 0) {
          this.destroy(new Error('The file became shorter while it was sent.'));
          return;
        }
        this.#at += bytesRead;
        this.push(buffer.subarray(0, bytesRead));
      },
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // FileHandle.close waits for a read that is under way.
    this.#handle.close().then(
      () => done(error),
      (closeError: Error) => done(error ?? closeError),
    );
  }
}
