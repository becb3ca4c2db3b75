import { createHash, hash } from 'node:crypto';
import { open, readFile, readdir, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { stageEntryMetaSchema, stageMetaName } from '#shared/engine/stage-entry.ts';
import type { StageEntryMeta } from '#shared/engine/stage-entry.ts';
import type { StageFiles } from './stage.ts';

const wholeLimitBytes = 4 * 2 ** 20;
const blockBytes = 64 * 2 ** 10;
const blockCount = 16;

/** sha256 of the whole file up to 4 MiB, else of its size and 16 evenly spaced blocks with the first and the last. */
export async function digestOf(file: string, sizeBytes: number): Promise<string> {
  if (sizeBytes <= wholeLimitBytes) return `sha256:${hash('sha256', await readFile(file))}`;
  const sha = createHash('sha256').update(String(sizeBytes));
  const handle = await open(file, 'r');
  try {
    const block = Buffer.alloc(blockBytes);
    for (let i = 0; i < blockCount; i++) {
      const position = Math.floor(((sizeBytes - blockBytes) * i) / (blockCount - 1));
      const { bytesRead } = await handle.read(block, 0, blockBytes, position);
      sha.update(block.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
  return `sampled:${sha.digest('hex')}`;
}

/** Names and digests of what lies in a folder, but for the description itself; durable when it returns. */
export async function describeFiles(folder: string): Promise<StageEntryMeta['files']> {
  const files: StageEntryMeta['files'] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || entry.name === stageMetaName) continue;
    const file = path.join(folder, entry.name);
    const handle = await open(file, 'r+');
    await handle.sync().finally(() => handle.close());
    const { size } = await stat(file);
    files.push({ name: entry.name, sizeBytes: size, digest: await digestOf(file, size) });
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A finished, verified stage in the cache. */
export class StageEntry implements StageFiles {
  readonly folder: string;
  readonly meta: StageEntryMeta;

  private constructor(folder: string, meta: StageEntryMeta) {
    this.folder = folder;
    this.meta = meta;
  }

  /** null when it is absent, half-deleted or its contents are not what was written; opening counts as a use. */
  static async open(folder: string, stageId: string, key: string): Promise<StageEntry | null> {
    const metaFile = path.join(folder, stageMetaName);
    try {
      const meta = stageEntryMetaSchema.parse(JSON.parse(await readFile(metaFile, 'utf8')));
      if (meta.key !== key || meta.stageId !== stageId) return null;
      for (const file of meta.files) {
        const where = path.join(folder, file.name);
        if ((await stat(where)).size !== file.sizeBytes) return null;
        if ((await digestOf(where, file.sizeBytes)) !== file.digest) return null;
      }
      const now = new Date();
      await utimes(metaFile, now, now);
      return new StageEntry(folder, meta);
    } catch {
      return null;
    }
  }

  get key(): string {
    return this.meta.key;
  }

  has(name: string): boolean {
    return this.meta.files.some((file) => file.name === name);
  }

  path(name: string): string {
    if (!this.has(name)) {
      const names = this.meta.files.map((file) => file.name).join(', ');
      throw new AppError('internal', `The stage ${this.meta.stageId} wrote no ${name}, only ${names || 'nothing'}.`);
    }
    return path.join(this.folder, name);
  }

  async readJson<T>(name: string, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(JSON.parse(await readFile(this.path(name), 'utf8')));
  }

  async readFloat32(name: string): Promise<Float32Array> {
    return toFloat32(await readFile(this.path(name)));
  }
}

/** Little-endian float32 bytes as an array of its own. */
export function toFloat32(bytes: Uint8Array): Float32Array {
  const copy = new Uint8Array(bytes.byteLength - (bytes.byteLength % 4));
  copy.set(bytes.subarray(0, copy.byteLength));
  return new Float32Array(copy.buffer);
}
