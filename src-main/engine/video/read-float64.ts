import { readFile } from 'node:fs/promises';

/** A file of little-endian float64. */
export async function readFloat64(file: string): Promise<Float64Array> {
  const bytes = await readFile(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
