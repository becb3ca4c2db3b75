import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureFolder } from './ensure-folder.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-folder-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('ensureFolder', () => {
  it('makes a folder with its parents, again and again', async () => {
    const deep = path.join(dir, 'a/b/c');
    await ensureFolder(deep);
    await ensureFolder(deep);
    expect(existsSync(deep)).toBe(true);
  });

  it('refuses a path through a file', async () => {
    writeFileSync(path.join(dir, 'file'), '');
    await expect(ensureFolder(path.join(dir, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.runIf(process.platform === 'linux')('ends with an error where the file system takes no folders', async () => {
    await expect(ensureFolder('/proc/nowhere/below')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
