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
  const sha256 = await hashFile(file);
  known.set(key, sha256);
  return sha256;
}

/**
 * SHA-256 of what lies on the disk now, lower-case hex, however often it was read before.
 * @param onBytes is told how many bytes came with each read
 */
export async function hashFile(
  file: string,
  { signal, onBytes }: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
): Promise<string> {
  const hash = createHash('sha256');
  const read = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      hash.update(chunk);
      onBytes?.(chunk.length);
    }
  };
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), read, signal ? { signal } : {});
  return hash.digest('hex');
}
