import { hash, randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { AppError } from '#shared/api/errors.ts';
import { toFloat32 } from './stage-files.ts';

const digestBytes = 32;

/** null when it is absent or torn: a torn shard is computed again. */
export async function readShard(folder: string, name: string): Promise<Float32Array | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(fileOf(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const body = bytes.subarray(digestBytes);
  if (bytes.length < digestBytes || !bytes.subarray(0, digestBytes).equals(digestOf(body))) return null;
  return toFloat32(body);
}

/** Checksum and data, by rename: whoever reads finds all of it or nothing. */
export async function writeShard(folder: string, name: string, values: Float32Array): Promise<void> {
  const file = fileOf(folder, name);
  const body = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  await ensureFolder(folder);
  const part = `${file}.${randomBytes(4).toString('hex')}.part`;
  const handle = await open(part, 'w');
  try {
    await handle.writeFile(digestOf(body));
    await handle.writeFile(body);
  } finally {
    await handle.close();
  }
  await rename(part, file);
}

const digestOf = (body: Uint8Array): Buffer => Buffer.from(hash('sha256', body), 'hex');

function fileOf(folder: string, name: string): string {
  if (!/^[\w][\w.-]{0,120}$/u.test(name)) {
    throw new AppError('internal', `${JSON.stringify(name)} is no name for a shard: letters, digits, . _ - only.`);
  }
  return path.join(folder, `${name}.f32`);
}
