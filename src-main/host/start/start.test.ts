import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appRoot } from '#runtime/entry-path.ts';
import { toneWav } from '../testing/test-host.ts';
import { findElectron } from './electron-binary.ts';
import { chooseFace } from './face.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-start-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('which face is tried', () => {
  const facts = { serve: false, platform: 'linux' as const, isRoot: false, env: { DISPLAY: ':0' } };
  it.each([
    ['a desk', {}, 'desktop', undefined],
    ['Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' } }, 'desktop', undefined],
    ['macOS without DISPLAY', { platform: 'darwin' as const, env: {} }, 'desktop', undefined],
    ['--serve', { serve: true }, 'served', null],
    ['no display', { env: {} }, 'served', 'this computer has no display'],
    ['root', { isRoot: true }, 'served', 'the desktop window does not run as root'],
  ])('%s', (_name, change, face, reason) => {
    expect(chooseFace({ ...facts, ...change })).toEqual(reason === undefined ? { face } : { face, reason });
  });
});

describe("Electron's binary", () => {
  const install = async (packageDir: string): Promise<void> => {
    await mkdir(path.join(packageDir, 'dist'), { recursive: true });
    await writeFile(path.join(packageDir, 'dist', 'electron'), '');
    await writeFile(path.join(packageDir, 'path.txt'), 'electron');
  };
  const place = (offline = false) => ({ packageDir: folder, stampFile: path.join(folder, 'data', 'tried'), offline });
  const failing = async (): Promise<void> => {
    throw new Error('no answer from github.com within 10 s');
  };

  it('is used where it is, also offline', async () => {
    await install(folder);
    const found = { path: path.join(folder, 'dist', 'electron') };
    expect(await findElectron(place(), failing)).toEqual(found);
    expect(await findElectron(place(true), failing)).toEqual(found);
  });

  it('is downloaded once where it is missing', async () => {
    expect(await findElectron(place(), install)).toMatchObject({ path: path.join(folder, 'dist', 'electron') });
  });

  it('is tried once a day, and never offline', async () => {
    let tries = 0;
    const download = async (): Promise<void> => {
      tries += 1;
      await failing();
    };
    expect(await findElectron(place(true), download)).toMatchObject({ path: null });
    expect(tries).toBe(0);
    expect(await findElectron(place(), download)).toMatchObject({
      reason: expect.stringContaining('no answer') as string,
    });
    expect(await findElectron(place(), download)).toMatchObject({
      reason: expect.stringContaining('tomorrow') as string,
    });
    expect(tries).toBe(1);
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    await utimes(place().stampFile, yesterday, yesterday);
    await findElectron(place(), download);
    expect(tries).toBe(2);
  });

  it('is not there when the package is not installed, or the archive was incomplete', async () => {
    expect(await findElectron({ ...place(), packageDir: null }, install)).toMatchObject({ path: null });
    expect(await findElectron(place(), async () => {})).toMatchObject({
      reason: expect.stringContaining('incomplete') as string,
    });
  });
});

describe('npm start', () => {
  const running: ChildProcess[] = [];
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
  });

  function start(args: string[], env: Record<string, string> = {}) {
    const { DISPLAY: _x, WAYLAND_DISPLAY: _w, ...inherited } = process.env;
    const child = spawn(process.execPath, [path.join(appRoot(), 'bin', 'diarist'), 'app', ...args], {
      cwd: folder,
      env: {
        ...inherited,
        DIARIST_OFFLINE: '1',
        DIARIST_DATA_DIR: path.join(folder, 'data'),
        DIARIST_CACHE_DIR: path.join(folder, 'cache'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const address = async (): Promise<string> => {
      await expect.poll(() => output, { timeout: 60_000 }).toMatch(/\?token=\S+\n/);
      return /http:\S+/.exec(output)![0];
    };
    return { child, ended, address, output: () => output };
  }

  it.runIf(process.platform === 'linux')(
    'serves where there is no display, says so in one line, and closes cleanly',
    async () => {
      await writeFile(path.join(folder, 'trñ "00".wav'), toneWav(1));
      const project = path.join(folder, 'work', 'p.diarist');
      const app = start(['--project', project, '--port', '0', 'trñ "00".wav']);
      const url = await app.address();
      expect(app.output().trim().split('\n')).toEqual([
        expect.stringMatching(/^No desktop window: .+\. Serving the app to a browser instead\.$/),
        `Diarist is at ${url}`,
      ]);
      const page = await fetch(url, { redirect: 'manual' });
      expect(page.status).toBe(303);
      expect(existsSync(`${project}-wal`)).toBe(true);
      app.child.kill('SIGTERM');
      expect(await app.ended).toBe(0);
      // The log was folded into the project: one file is the whole of it.
      expect([existsSync(project), existsSync(`${project}-wal`)]).toEqual([true, false]);
    },
  );

  it('says nothing of windows when serving was asked for', async () => {
    const app = start(['--serve', '--port', '0', '--project', 'p.diarist']);
    await app.address();
    expect(app.output()).toMatch(/^Diarist is at /);
    app.child.kill('SIGINT');
    expect(await app.ended).toBe(0);
  });

  it('refuses a file that is not there before anything is made', async () => {
    const app = start(['--serve', 'no such.mp4']);
    expect(await app.ended).not.toBe(0);
    expect(app.output()).toContain('no such.mp4');
    expect(existsSync(path.join(folder, 'data'))).toBe(false);
  });

  it('refuses a port that is taken, in words', async () => {
    const first = start(['--serve', '--port', '0', '--project', 'a.diarist']);
    const { port } = new URL(await first.address());
    const second = start(['--serve', '--port', port, '--project', 'b.diarist']);
    expect(await second.ended).not.toBe(0);
    expect(second.output()).toMatch(new RegExp(`Port ${port} cannot be used`));
  });
});
