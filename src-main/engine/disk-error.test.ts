import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { asDiskError } from './disk-error.ts';

describe('what the disk has against the cache folder', () => {
  it('is said with the folder and a way out, when a folder of its path is gone or a file', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'diarist-disk-'));
    const gone = path.join(dir, 'gone', 'cache');
    await expect(asDiskError(gone, () => writeFile(path.join(gone, 'a'), ''))).rejects.toMatchObject({
      message: 'The cache folder cannot be used: a folder of the path is not there.',
      data: { code: 'io', file: gone },
    });
    const file = path.join(dir, 'file');
    await writeFile(file, '');
    const below = path.join(file, 'cache');
    await expect(asDiskError(below, () => writeFile(path.join(below, 'a'), ''))).rejects.toThrow(
      'part of the path is a file',
    );
    await rm(dir, { recursive: true });
  });
  it('is not what another missing file means', async () => {
    await expect(asDiskError('/cache', () => readFile('/no such media.wav'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
