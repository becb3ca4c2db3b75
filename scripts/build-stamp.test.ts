import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentStamp, isFresh, writeStamp } from './build-stamp.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'diarist-stamp-'));
  await mkdir(path.join(root, 'src', 'deep'), { recursive: true });
  await writeFile(path.join(root, 'src', 'deep', 'a.ts'), 'a');
  await writeFile(path.join(root, 'package.json'), '{}');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const stamp = () => contentStamp(root, ['src', 'package.json', 'absent']);

describe('build stamp', () => {
  it('changes with content and names of sources, not with time or tests', async () => {
    const first = await stamp();
    await writeFile(path.join(root, 'src', 'deep', 'a.ts'), 'a');
    await writeFile(path.join(root, 'src', 'deep', 'a.test.ts'), 'test');
    expect(await stamp()).toBe(first);
    await writeFile(path.join(root, 'src', 'b.ts'), '');
    const second = await stamp();
    expect(second).not.toBe(first);
    await writeFile(path.join(root, 'src', 'b.ts'), 'b');
    expect(await stamp()).not.toBe(second);
  });

  it('calls a folder fresh only with its stamp and all of its outputs', async () => {
    const dist = path.join(root, 'dist');
    await mkdir(dist);
    await writeFile(path.join(dist, 'index.html'), '');
    expect(await isFresh(dist, 's', ['index.html'])).toBe(false);
    await writeStamp(dist, 's');
    expect(await isFresh(dist, 's', ['index.html'])).toBe(true);
    expect(await isFresh(dist, 'other', ['index.html'])).toBe(false);
    expect(await isFresh(dist, 's', ['index.html', 'main.js'])).toBe(false);
  });
});
