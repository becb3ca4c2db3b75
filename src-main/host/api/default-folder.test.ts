import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultFolder, newFolderIn } from './default-folder.ts';

let home: string;
const at = (...parts: string[]): string => path.join(home, ...parts);
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'diarist-home-'));
  for (const name of ['talks', 'work', '.local/share/diarist/projects', 'app/resources/sample', 'appendix']) {
    await mkdir(at(name), { recursive: true });
  }
});
afterEach(() => rm(home, { recursive: true }));

const asked = (media: string[], project: string, last: string | null = null): Promise<string> =>
  defaultFolder({
    last,
    mediaPaths: media.map((file) => at(file)),
    projectPath: at(project),
    appDirs: [at('.local/share/diarist'), at('app')],
    home,
  });
const untitled = '.local/share/diarist/projects/Untitled.diarist';

it('is the folder of the first recording that is there, else that of the project', async () => {
  expect(await asked(['talks/a.mp4', 'work/b.mp4'], untitled)).toBe(at('talks'));
  expect(await asked(['unplugged/a.mp4', 'work/b.mp4'], untitled)).toBe(at('work'));
  expect(await asked(['unplugged/a.mp4'], 'work/p.diarist')).toBe(at('work'));
});

it('is never one of the app’s own: documents where there are any, else home', async () => {
  expect(await asked(['app/resources/sample/sample.mp4'], untitled)).toBe(home);
  await mkdir(at('Documents'));
  expect(await asked(['app/resources/sample/sample.mp4'], untitled)).toBe(at('Documents'));
  expect(await asked(['appendix/a.mp4'], untitled)).toBe(at('appendix'));
});

it('is a folder', async () => {
  await writeFile(at('talks/list.m3u'), '');
  expect(await asked(['talks/list.m3u/a.mp4'], untitled)).toBe(home);
});

it('is the last one while it is there', async () => {
  expect(await asked(['talks/a.mp4'], untitled, at('work'))).toBe(at('work'));
  expect(await asked(['talks/a.mp4'], untitled, at('gone'))).toBe(at('talks'));
  expect(await asked(['talks/a.mp4'], untitled, 'work')).toBe(at('talks'));
});

it('has room for a new folder of a name that is free', async () => {
  expect(await newFolderIn(home, 'subset')).toBe(at('subset'));
  await mkdir(at('subset'));
  await mkdir(at('subset-2'));
  expect(await newFolderIn(home, 'subset')).toBe(at('subset-3'));
});
