import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseVia3 } from '#shared/formats/via3.ts';
import { exportFiles, exportText } from './label-files.ts';
import { safeName, UniqueNames } from './safe-name.ts';
import { MemoryProject } from './testing/memory-project.ts';
import { writeSet } from './write-set.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-labels-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const project = () => {
  const made = new MemoryProject();
  made.add('a', '/media/my talk.mp4', 20, [
    ['Anna B', 1, 2.5, 'accepted'],
    ['Ben', 2, 4],
  ]);
  made.add('b', '/media/b.wav', 5, [['Cleo', 0, 1]]);
  return made;
};

describe('exportText', () => {
  it('writes RTTM with three decimals under the file id', async () => {
    expect(await exportText(project(), 'a', 'rttm')).toEqual({
      fileName: 'my_talk.rttm',
      text:
        'SPEAKER my_talk 1 1.000 1.500 <NA> <NA> Anna_B 0.75 <NA>\n' +
        'SPEAKER my_talk 1 2.000 2.000 <NA> <NA> Ben 0.75 <NA>\n',
      warnings: ['The speaker "Anna B" is written as Anna_B: RTTM fields hold no white space.'],
    });
  });

  it('writes a VIA project that names the recording', async () => {
    const { fileName, text } = await exportText(project(), 'a', 'via3');
    const document = parseVia3(text);
    expect(fileName).toBe('my_talk.via.json');
    expect(document.media).toEqual([{ fileId: 'my_talk', name: 'my talk.mp4', hasVideo: false }]);
    expect(document.turns.map((turn) => turn.speaker)).toEqual(['Anna B', 'Ben']);
  });

  it('writes as UEM what was reviewed, or everything with a warning', async () => {
    expect(await exportText(project(), 'a', 'uem')).toMatchObject({ text: 'my_talk 1 0.000 2.000\n', warnings: [] });
    expect(await exportText(project(), 'b', 'uem')).toMatchObject({
      text: 'b 1 0.000 5.000\n',
      warnings: ['Nothing was reviewed yet: the scored region is the whole recording.'],
    });
  });
});

describe('exportFiles', () => {
  const request = { mediaIds: ['a', 'b'], formats: ['rttm', 'via3', 'uem'] as const, overwrite: false };

  it('writes every format of every file and makes the folder', async () => {
    const out = path.join(folder, 'new', 'deep');
    const { written } = await exportFiles(project(), { ...request, folder: out });
    const names = ['b.rttm', 'b.uem', 'b.via.json', 'my_talk.rttm', 'my_talk.uem', 'my_talk.via.json'];
    expect((await readdir(out)).sort()).toEqual(names);
    expect(written.map((file) => path.basename(file)).sort()).toEqual(names);
  });

  it('refuses to overwrite, names the file and the way out, and writes nothing', async () => {
    await writeFile(path.join(folder, 'b.uem'), 'mine');
    const attempt = exportFiles(project(), { ...request, folder });
    await expect(attempt).rejects.toMatchObject({ data: { code: 'conflict', file: path.join(folder, 'b.uem') } });
    await expect(attempt).rejects.toHaveProperty('data.fix', expect.stringContaining('overwriting'));
    expect(await readdir(folder)).toEqual(['b.uem']);
    await exportFiles(project(), { ...request, folder, overwrite: true });
    expect(await readFile(path.join(folder, 'b.uem'), 'utf8')).toBe('b 1 0.000 5.000\n');
    expect(await readdir(folder)).toHaveLength(6);
  });

  it('refuses two recordings that would share a file, also where case does not count', async () => {
    const both = project();
    both.add('c', '/other/B.mp3', 5, [['Cleo', 0, 1]]);
    await expect(exportFiles(both, { ...request, mediaIds: ['b', 'c'], folder })).rejects.toThrow(
      '/other/B.mp3 and /media/b.wav',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses unknown media before anything is written', async () => {
    await expect(exportFiles(project(), { ...request, mediaIds: ['a', 'zz'], folder })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('writeSet', () => {
  it('puts back what was there when one of the files cannot be placed', async () => {
    await writeFile(path.join(folder, 'one'), 'old one');
    await mkdir(path.join(folder, 'two', 'in the way'), { recursive: true });
    const files = ['one', 'new', 'two'].map((name) => ({ name, data: `new ${name}` }));
    await expect(writeSet(folder, files, true)).rejects.toThrow();
    expect((await readdir(folder)).sort()).toEqual(['one', 'two']);
    expect(await readFile(path.join(folder, 'one'), 'utf8')).toBe('old one');
  });

  it('says when part of the path is a file', async () => {
    await writeFile(path.join(folder, 'file'), '');
    const attempt = writeSet(path.join(folder, 'file', 'below'), [{ name: 'x', data: '' }], false);
    await expect(attempt).rejects.toThrow('part of the path is a file; nothing was exported');
  });
});

describe('safeName', () => {
  it.each([
    ['talk', 'talk'],
    ['trñ00', 'trñ00'],
    ['EN2002a.Mix-Headset', 'EN2002a.Mix-Headset'],
    ['-rf', '_rf'],
    ['..', '_'],
    ['a/b\\c:d*e?f"g<h>i|j', 'a_b_c_d_e_f_g_h_i_j'],
    ['CON', '_CON'],
    ['lpt1.wav', '_lpt1.wav'],
    ['dot.', 'dot_'],
    ['', '_'],
    ['line\nbreak\u202e', 'line_break_'],
  ])('%j becomes %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('cuts long names so that different ones stay different', () => {
    const [first, second] = ['é'.repeat(200), `${'é'.repeat(199)}e`].map((name) => safeName(name));
    expect(Buffer.byteLength(first!)).toBeLessThanOrEqual(180);
    expect(first).not.toBe(second);
  });

  it('numbers names that differ only in case or composition', () => {
    const names = new UniqueNames();
    expect(['Talk', 'talk', 'TALK', 'e\u0301', '\u00e9'].map((name) => names.of(name))).toEqual([
      'Talk',
      'talk_2',
      'TALK_3',
      'e\u0301',
      '\u00e9_2',
    ]);
  });
});
