import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browse, kindOfFile } from './files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-browse-'));
  for (const name of ['b10', 'b9', '.hidden']) await mkdir(path.join(folder, name));
  for (const name of ['Talk 10.MP4', 'talk 9.mp4', 'a.diarist', 'x.rttm', 'notes.txt', '.secret.mp4', 'trñ😀"\n.wav']) {
    await writeFile(path.join(folder, name), 'abc');
  }
  await symlink(path.join(folder, 'b9'), path.join(folder, 'to-folder'));
  await symlink(path.join(folder, 'gone.mp4'), path.join(folder, 'broken.mp4'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('browsing the host', () => {
  it('lists folders first, then what can be opened, in natural order; no hidden, other or broken ones', async () => {
    const { entries, parent } = await browse(folder);
    expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
      ['b9', 'directory'],
      ['b10', 'directory'],
      ['to-folder', 'directory'],
      ['a.diarist', 'project'],
      ['talk 9.mp4', 'media'],
      ['Talk 10.MP4', 'media'],
      ['trñ😀"\n.wav', 'media'],
      ['x.rttm', 'labels'],
    ]);
    expect(entries.find(({ name }) => name === 'x.rttm')).toMatchObject({
      sizeBytes: 3,
      path: path.join(folder, 'x.rttm'),
    });
    expect(parent).toBe(path.dirname(folder));
  });

  it('begins at home and ends at the root', async () => {
    expect((await browse(null)).path).toBe(os.homedir());
    expect((await browse(path.parse(folder).root)).parent).toBeNull();
  });

  it.each([
    ['relative', 'bad-input'],
    ['/\0', 'bad-input'],
    [`${os.tmpdir()}/no such folder`, 'not-found'],
  ])('refuses %j', async (given, code) => {
    await expect(browse(given)).rejects.toMatchObject({ data: { code } });
  });

  it('refuses a file', async () => {
    await expect(browse(path.join(folder, 'x.rttm'))).rejects.toMatchObject({ data: { code: 'bad-input' } });
  });

  it('knows media by their last extension only', () => {
    expect([kindOfFile('a.mp4.txt'), kindOfFile('mp4'), kindOfFile('a.MKV'), kindOfFile('p.DIARIST')]).toEqual([
      null,
      null,
      'media',
      'project',
    ]);
  });
});
