import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import { parseUem } from '#shared/formats/uem.ts';
import { subsetManifestSchema, type SubsetManifest, type SubsetRecording } from './subset-manifest.ts';

export const soundRateHz = 16_000;

/** Samples of a cut: both ends rounded to the sample grid of the recording. */
export const samplesOf = (startSec: number, endSec: number): number =>
  Math.round(endSec * soundRateHz) - Math.round(startSec * soundRateHz);

/**
 * Reads a subset back from disk and checks it against its manifest: every file's size and hash, no file missing or extra,
 * RTTM and UEM parse to the counted turns inside the recording, every sound has the samples it should.
 *
 * @throws AppError io naming the first file that is wrong
 */
export async function verifySubset(folder: string, signal?: AbortSignal): Promise<SubsetManifest> {
  const manifest = await readManifest(folder);
  const listed = new Set(manifest.files.map((file) => file.path));
  for (const found of await filesBelow(folder)) {
    if (found !== 'manifest.json' && !listed.delete(found)) throw wrong(found, 'is not in the manifest');
  }
  for (const missing of listed) throw wrong(missing, 'is missing');
  for (const file of manifest.files) {
    signal?.throwIfAborted();
    const { bytes, sha256 } = await hashFile(path.join(folder, file.path));
    if (bytes !== file.bytes || sha256 !== file.sha256) throw wrong(file.path, 'differs from what was written');
  }
  for (const recording of manifest.recordings) await verifyRecording(folder, recording);
  return manifest;
}

async function readManifest(folder: string): Promise<SubsetManifest> {
  try {
    const value: unknown = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8'));
    return subsetManifestSchema.parse(value);
  } catch (error) {
    throw wrong('manifest.json', `cannot be read back (${(error as Error).message})`);
  }
}

async function verifyRecording(folder: string, recording: SubsetRecording): Promise<void> {
  const { turns } = parseRttm(await readFile(path.join(folder, recording.rttm), 'utf8'), { file: recording.rttm });
  if (turns.length !== recording.counts.turns) throw wrong(recording.rttm, `holds ${turns.length} turns`);
  const { regions } = parseUem(await readFile(path.join(folder, recording.uem), 'utf8'), { file: recording.uem });
  for (const one of [...turns, ...regions]) {
    if (one.fileId !== recording.fileId) throw wrong(recording.rttm, `speaks of ${one.fileId}`);
    if (one.endSec > recording.durationSec + 0.001) throw wrong(recording.rttm, 'reaches beyond the recording');
  }
  for (const sound of recording.sounds) {
    const samples = await wavSamples(path.join(folder, sound.path));
    if (samples !== sound.samples || samples !== samplesOf(sound.startSec, sound.endSec)) {
      throw wrong(sound.path, `holds ${samples} samples instead of ${sound.samples}`);
    }
  }
}

/** Samples of a 16 kHz mono 16-bit WAV. @throws AppError io for any other file */
export async function wavSamples(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(4096);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const { size } = await handle.stat();
    if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE')
      throw wrong(file, 'is no WAV');
    for (let at = 12; at + 8 <= bytesRead;) {
      const id = head.toString('latin1', at, at + 4);
      const length = head.readUInt32LE(at + 4);
      if (id === 'fmt ') {
        const format = [
          head.readUInt16LE(at + 8),
          head.readUInt16LE(at + 10),
          head.readUInt32LE(at + 12),
          head.readUInt16LE(at + 22),
        ];
        if (format.join() !== [1, 1, soundRateHz, 16].join()) throw wrong(file, 'is not 16 kHz mono 16 bit');
      }
      if (id === 'data') {
        if (at + 8 + length > size) throw wrong(file, 'is cut short');
        return length / 2;
      }
      at += 8 + length + (length % 2);
    }
    throw wrong(file, 'holds no sound');
  } finally {
    await handle.close();
  }
}

/** SHA-256 and size, streamed. */
export async function hashFile(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Paths of all files below a folder, relative, with `/`, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

function wrong(file: string, what: string): AppError {
  return new AppError('io', `The export did not read back as written: ${file} ${what}.`, {
    file,
    fix: 'Export again to another disk; this one may be failing or full.',
  });
}
