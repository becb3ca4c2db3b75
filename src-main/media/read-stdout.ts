import type net from 'node:net';
import type { Readable } from 'node:stream';
import { readingPair, type ReadingPair, type ReadInto } from './reading-pair.ts';

type Verdict = 'stop' | undefined | Promise<'stop' | undefined>;

/**
 * Every chunk of a stream to `onChunk`, which holds the stream back by returning a promise and ends the reading by `stop`.
 * Frames of pictures come in hundreds of chunks a second: no promise is made for a chunk that needs none.
 */
export function readAll(
  stream: Readable,
  onChunk: (chunk: Buffer) => 'stop' | undefined | Promise<'stop' | undefined>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    /** Node lets a held stream flow once its process has ended: what comes then waits here. */
    const queue: Buffer[] = [];
    let state: 'free' | 'busy' | 'done' = 'free';
    let closed = false;
    const finish = (error?: unknown): void => {
      state = 'done';
      stream.destroy();
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('reading failed', { cause: error }));
    };
    const drain = (): void => {
      try {
        for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
          const verdict = onChunk(chunk);
          if (verdict === 'stop') return finish();
          if (!verdict) continue;
          state = 'busy';
          stream.pause();
          verdict.then((judged) => {
            if (judged === 'stop') return finish();
            state = 'free';
            drain();
          }, finish);
          return;
        }
      } catch (error) {
        return finish(error);
      }
      if (closed) finish();
      else stream.resume();
    };
    stream.on('data', (chunk: Buffer) => {
      if (state === 'done') return;
      queue.push(chunk);
      if (state === 'free') drain();
    });
    stream.once('close', () => {
      closed = true;
      if (state === 'free') finish();
    });
    stream.once('error', (error) => {
      if (state !== 'done') finish(error);
    });
  });
}

/** Reads what a process writes into given buffers: straight, or, where there is but a pipe, by copying. */
export class BufferReader {
  readonly #into: ReadInto;
  #onBytes: (count: number) => boolean = () => false;

  constructor(into: ReadInto) {
    this.#into = into;
  }

  connect(): Promise<ReadingPair | null> {
    return readingPair(
      () => this.#into.buffer(),
      (count) => this.#onBytes(count),
    );
  }

  /** Until the other end closes or enough was read. */
  readAll(reader: net.Socket, onRead: () => void, judge: (verdict: Verdict) => Verdict): Promise<void> {
    return new Promise((resolve, reject) => {
      let closed = false;
      let waiting = false;
      const finish = (error?: Error): void => {
        reader.destroy();
        if (error) reject(error);
        else resolve();
      };
      this.#onBytes = (count) => {
        onRead();
        try {
          const verdict = judge(this.#into.filled(count));
          if (verdict === 'stop') finish();
          if (!(verdict instanceof Promise)) return verdict === undefined;
          waiting = true;
          verdict.then((judged) => {
            waiting = false;
            if (judged === 'stop' || closed) finish();
            else reader.resume();
          }, finish);
        } catch (error) {
          finish(error instanceof Error ? error : new Error('reading failed', { cause: error }));
        }
        return false;
      };
      reader.once('error', finish);
      reader.once('close', () => {
        closed = true;
        if (!waiting) finish();
      });
      reader.resume();
    });
  }

  /** A chunk of a pipe. */
  pour(chunk: Uint8Array, at = 0): Verdict {
    for (let from = at; from < chunk.length;) {
      const room = this.#into.buffer();
      const count = Math.min(room.length, chunk.length - from);
      room.set(chunk.subarray(from, from + count));
      from += count;
      const verdict = this.#into.filled(count);
      if (verdict === 'stop') return verdict;
      const next = from;
      if (verdict) return verdict.then((judged) => judged ?? this.pour(chunk, next));
    }
    return undefined;
  }
}
