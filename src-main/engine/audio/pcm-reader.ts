import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Sample rate of every PCM file of the engine. */
export const SAMPLE_RATE_HZ = 16_000;

/**
 * Random access to a `pcm.s16` file (little-endian int16, mono, 16 kHz) piece by piece, so that a day of audio needs no
 * more memory than a minute. Synchronous, for worker threads. Call `close()`.
 */
export class PcmReader {
  readonly totalSamples: number;
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.totalSamples = Math.floor(fstatSync(this.#fd).size / 2);
  }

  /** Samples [start, start + out.length) as int16; what lies outside the file reads as 0. Returns the count read. */
  readInt16(start: number, out: Int16Array): number {
    out.fill(0);
    const from = Math.max(0, start);
    const to = Math.min(this.totalSamples, start + out.length);
    if (to <= from) return 0;
    const bytes = new Uint8Array(out.buffer, out.byteOffset + (from - start) * 2, (to - from) * 2);
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(this.#fd, bytes, done, bytes.length - done, from * 2 + done);
      if (count === 0) break;
      done += count;
    }
    return Math.floor(done / 2);
  }

  /** The same in [-1, 1). */
  readFloat(start: number, length: number): Float32Array {
    const raw = new Int16Array(length);
    this.readInt16(start, raw);
    const out = new Float32Array(length);
    for (let i = 0; i < length; i++) out[i] = raw[i]! / 32_768;
    return out;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Sample count of a PCM file by its size, without reading it. */
export function pcmSampleCount(path: string): number {
  const reader = new PcmReader(path);
  reader.close();
  return reader.totalSamples;
}
