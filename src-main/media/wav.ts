import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { AppError } from '#shared/api/errors.ts';
import { syncFolder } from '#runtime/atomic-file.ts';
import type { FfmpegTools } from './ffmpeg.ts';
import { PCM_RATE_HZ, streamPcm, type PcmResult, type PcmSource } from './pcm.ts';

export const WAV_HEADER_BYTES = 44;

/** Header of a WAV file of 16-bit PCM. @throws RangeError beyond WAV's 4 GiB (37 h of 16 kHz mono) */
export function wavHeader(sampleCount: number, sampleRateHz: number = PCM_RATE_HZ, channels = 1): Buffer {
  const dataBytes = 2 * channels * sampleCount;
  if (!(dataBytes + WAV_HEADER_BYTES - 8 <= 0xffff_ffff)) throw new RangeError('A WAV file holds at most 4 GiB.');
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(dataBytes + WAV_HEADER_BYTES - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(2 * channels * sampleRateHz, 28);
  header.writeUInt16LE(2 * channels, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** 16-bit samples as the bytes of a WAV file's data. */
export function wavData(samples: Int16Array): Buffer {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return os.endianness() === 'LE' ? data : Buffer.from(data).swap16();
}

export interface WavCut {
  /** Seconds from t = 0. */
  readonly startSec: number;
  readonly endSec: number;
  readonly outPath: string;
}

/**
 * Write parts of the chosen audio as 16 kHz mono 16-bit WAV files, in one pass over the source and without seeking, so
 * that sample n of a cut is exactly sample round(startSec · 16000) + n of the PCM that was diarized. Each cut has exactly
 * round(endSec · 16000) − round(startSec · 16000) samples; what lies beyond the audio is silence. Files appear only when
 * all are complete; after an error or a cancel none does, unless the disk fails between renames.
 * @throws AppError as {@link streamPcm}; `bad-input` for a cut that ends before it begins; `io`
 */
export async function cutWav(
  tools: FfmpegTools,
  source: PcmSource,
  cuts: readonly WavCut[],
  options: { signal?: AbortSignal | undefined; onProgress?: (share: number) => void } = {},
): Promise<PcmResult | null> {
  const writers = cuts.map((cut) => new CutWriter(cut)).sort((a, b) => a.from - b.from);
  if (writers.length === 0) return null;
  const last = writers.reduce((most, writer) => Math.max(most, writer.to), 0);
  let waiting = 0;
  const active = new Set<CutWriter>();
  try {
    const result = await streamPcm(
      tools,
      { ...source, choice: { ...source.choice, range: null } },
      {
        signal: options.signal,
        untilSec: last / PCM_RATE_HZ,
        ...(options.onProgress ? { onProgress: options.onProgress } : {}),
        onChunk: async (samples, startSample) => {
          const endSample = startSample + samples.length;
          for (; waiting < writers.length && writers[waiting]!.from < endSample; waiting++)
            active.add(writers[waiting]!);
          for (const writer of active) {
            await writer.write(samples, startSample);
            if (writer.to > endSample) continue;
            active.delete(writer);
            await writer.finish();
          }
        },
      },
    );
    for (const writer of [...active, ...writers.slice(waiting)]) await writer.finish();
    for (const writer of writers) await writer.publish();
    for (const folder of new Set(cuts.map((cut) => path.dirname(path.resolve(cut.outPath))))) await syncFolder(folder);
    return result;
  } catch (error) {
    throw writeError(error);
  } finally {
    for (const writer of writers) await writer.discard();
  }
}

/** An error of the file system as one a person can act on; any other as it is. */
function writeError(error: unknown): unknown {
  const { code, path: file } = error as NodeJS.ErrnoException;
  if (error instanceof AppError || code === undefined) return error;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new AppError(
    'io',
    full ? 'The disk is full: the audio was not written.' : `The audio could not be written (${code}).`,
    {
      ...(file === undefined ? {} : { file }),
      fix: full ? 'Free some space and try again.' : 'Choose a folder that you may write to.',
      detail: String(error),
    },
  );
}

/** One file of a cut: beside its final place under a hidden name until it is published. */
class CutWriter {
  readonly from: number;
  readonly to: number;
  readonly #outPath: string;
  readonly #part: string;
  #handle: FileHandle | null = null;
  #written = 0;

  constructor({ startSec, endSec, outPath }: WavCut) {
    this.from = Math.round(startSec * PCM_RATE_HZ);
    this.to = Math.round(endSec * PCM_RATE_HZ);
    if (!(this.from >= 0 && this.to > this.from && Number.isFinite(this.to))) {
      throw new AppError('bad-input', `A cut from ${startSec} s to ${endSec} s has no length.`, { file: outPath });
    }
    this.#outPath = path.resolve(outPath);
    this.#part = path.join(path.dirname(this.#outPath), `.${randomBytes(6).toString('hex')}.part`);
  }

  async write(samples: Int16Array, startSample: number): Promise<void> {
    const skip = Math.max(0, this.from - startSample);
    const take = Math.min(samples.length, this.to - startSample);
    if (take <= skip) return;
    const handle = await this.#open();
    await handle.writeFile(wavData(samples.subarray(skip, take)));
    this.#written += take - skip;
  }

  /** Silence up to the promised length; then everything is on the disk. */
  async finish(): Promise<void> {
    const handle = await this.#open();
    for (let missing = this.to - this.from - this.#written; missing > 0;) {
      const count = Math.min(missing, PCM_RATE_HZ);
      await handle.writeFile(Buffer.alloc(2 * count));
      missing -= count;
    }
    await handle.sync();
    await handle.close();
    this.#handle = null;
  }

  publish(): Promise<void> {
    return rename(this.#part, this.#outPath);
  }

  async discard(): Promise<void> {
    await this.#handle?.close().catch(() => undefined);
    this.#handle = null;
    // What went wrong before says more than a part that cannot be removed.
    await rm(this.#part, { force: true }).catch(() => undefined);
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle) return this.#handle;
    await ensureFolder(path.dirname(this.#part));
    this.#handle = await open(this.#part, 'wx');
    await this.#handle.writeFile(wavHeader(this.to - this.from));
    return this.#handle;
  }
}
