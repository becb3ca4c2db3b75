import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

const known = new Map<string, string>();

/**
 * SHA-256 of a file, lower-case hex. Remembered for this process by path, size, modification time and inode: a file
 * that is replaced or touched is read again.
 */
export async function verifyFile(file: string): Promise<string> {
  const info = await stat(file, { bigint: true });
  const key = `${file}\0${info.size}\0${info.mtimeNs}\0${info.ino}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const sha256 = hash.digest('hex');
  known.set(key, sha256);
  return sha256;
}
