import { createHash } from 'node:crypto';
import type { MediaIdentity } from '#shared/domain/media.ts';
import { stat } from 'node:fs/promises';
import { openForServing } from './open-regular.ts';

const WHOLE_LIMIT = 64 * 2 ** 20;
const BLOCK = 2 ** 20;
const BLOCKS = 64;

/**
 * Identity of a file's content: `sha256:` of all of it up to 64 MiB; beyond that `sampled:`, the SHA-256 of the size (8
 * bytes, little endian) and 64 blocks of 1 MiB, evenly spaced from the first byte to the last. Survives a rename and a
 * move; the time stamp is only a quick sign of change.
 * @throws AppError for what is missing, unreadable or not a regular file
 */
export async function identifyFile(file: string): Promise<MediaIdentity> {
  const { handle, sizeBytes, mtimeMs } = await openForServing(file);
  try {
    const hash = createHash('sha256');
    const sampled = sizeBytes > WHOLE_LIMIT;
    const buffer = Buffer.allocUnsafe(BLOCK);
    if (sampled) {
      const size = Buffer.alloc(8);
      size.writeBigUInt64LE(BigInt(sizeBytes));
      hash.update(size);
    }
    const count = sampled ? BLOCKS : Math.ceil(sizeBytes / BLOCK);
    for (let index = 0; index < count; index++) {
      const from = sampled ? Math.floor((index * (sizeBytes - BLOCK)) / (BLOCKS - 1)) : index * BLOCK;
      let got = 0;
      while (got < BLOCK) {
        const { bytesRead } = await handle.read(buffer, got, BLOCK - got, from + got);
        if (bytesRead === 0) break;
        got += bytesRead;
      }
      hash.update(buffer.subarray(0, got));
    }
    return { sizeBytes, mtimeMs, hash: `${sampled ? 'sampled' : 'sha256'}:${hash.digest('hex')}` };
  } finally {
    await handle.close();
  }
}

/** Whether size and time stamp are still those of the identity: a cheap check that reads no content. */
export async function statMatches(identity: MediaIdentity, file: string): Promise<boolean> {
  try {
    const info = await stat(file);
    // File systems round time stamps differently when a file is copied: FAT to 2 s, most others to 1 ms or finer.
    return info.isFile() && info.size === identity.sizeBytes && Math.abs(info.mtimeMs - identity.mtimeMs) < 2;
  } catch {
    return false;
  }
}
