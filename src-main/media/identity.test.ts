import { createHash } from 'node:crypto';
import { open, rename, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identifyFile, statMatches } from './identity.ts';
import { scratchFolder } from './testing/make-media.ts';

const MIB = 2 ** 20;
let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await scratchFolder());
});
afterEach(() => remove());

/** A file with holes: large, but nothing on the disk. */
async function sparse(name: string, sizeBytes: number): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, '');
  await truncate(file, sizeBytes);
  return file;
}
async function poke(file: string, at: number): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(Buffer.from([1]), 0, 1, at);
  await handle.close();
}

test('up to 64 MiB the hash is the SHA-256 of the content', async () => {
  const file = path.join(folder, 'a.bin');
  const bytes = Buffer.alloc(3 * MIB + 17, 'diarist');
  await writeFile(file, bytes);
  const identity = await identifyFile(file);
  expect(identity.hash).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  expect(identity).toMatchObject({ sizeBytes: bytes.length, mtimeMs: (await stat(file)).mtimeMs });
  expect((await identifyFile(await sparse('64', 64 * MIB))).hash).toMatch(/^sha256:/);
});

test('beyond that 64 blocks and the size count: first and last byte, another size', async () => {
  const size = 300 * MIB + 5;
  const file = await sparse('big.bin', size);
  const before = (await identifyFile(file)).hash;
  expect(before).toMatch(/^sampled:[0-9a-f]{64}$/);
  expect((await identifyFile(await sparse('other.bin', size + 1))).hash).not.toBe(before);
  for (const at of [0, size - 1, Math.floor((31 * (size - MIB)) / 63)]) {
    await poke(file, at);
    expect((await identifyFile(file)).hash, `byte ${at}`).not.toBe(before);
    await truncate(file, 0);
    await truncate(file, size);
  }
  expect((await identifyFile(file)).hash).toBe(before);
});

test('the hash survives a rename; size or time stamp tell a change', async () => {
  const file = path.join(folder, 'a.bin');
  await writeFile(file, 'content');
  const identity = await identifyFile(file);
  expect(await statMatches(identity, file)).toBe(true);
  const moved = path.join(folder, 'b.bin');
  await rename(file, moved);
  expect((await identifyFile(moved)).hash).toBe(identity.hash);
  expect(await statMatches(identity, moved)).toBe(true);
  expect(await statMatches(identity, file)).toBe(false);
  await utimes(moved, new Date(), new Date(identity.mtimeMs + 60_000));
  expect(await statMatches(identity, moved)).toBe(false);
  await writeFile(moved, 'longer content');
  expect(await statMatches(identity, moved)).toBe(false);
  expect(await statMatches(identity, folder)).toBe(false);
});

test('an empty file has an identity', async () => {
  const file = path.join(folder, 'empty');
  await writeFile(file, '');
  expect(await identifyFile(file)).toMatchObject({
    sizeBytes: 0,
    hash: expect.stringMatching(/^sha256:e3b0c442/) as string,
  });
});
