import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { trimFolder } from './trim-folder.ts';

it('deletes what was used longest ago until the rest fits, and never the one to keep', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-trim-'));
  try {
    const add = async (name: string, sizeBytes: number, ageSec: number): Promise<string> => {
      const file = path.join(folder, name);
      await writeFile(file, Buffer.alloc(sizeBytes));
      const used = new Date(Date.now() - ageSec * 1000);
      await utimes(file, used, used);
      return file;
    };
    const oldest = await add('a', 100, 300);
    await add('b', 100, 200);
    await add('c', 100, 100);
    await trimFolder(folder, 300, oldest);
    expect((await readdir(folder)).sort()).toEqual(['a', 'b', 'c']);
    await trimFolder(folder, 250, oldest);
    expect((await readdir(folder)).sort()).toEqual(['a', 'c']);
    await trimFolder(folder, 0, oldest);
    expect(await readdir(folder)).toEqual(['a']);
    await trimFolder(path.join(folder, 'absent'), 0, oldest);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
