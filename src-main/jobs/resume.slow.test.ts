import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appRoot } from '#runtime/entry-path.ts';
import { findTools } from '#media/ffmpeg.ts';
import { cacheContents } from '../testing/engine-fixture.ts';

/**
 * The default system on five minutes of the bundled sample, through the command line, with SIGKILL at 21 points: of the
 * host, of the engine, of ffmpeg.
 */
let folder: string;
let media: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-resume-'));
  media = path.join(folder, 'long.mp4');
  const { ffmpegPath } = await findTools();
  const sample = path.join(appRoot(), 'resources', 'sample', 'sample.mp4');
  const args = ['-nostdin', '-v', 'error', '-stream_loop', '4', '-i', sample, '-c', 'copy', media];
  await promisify(execFile)(ffmpegPath, args);
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** `diarist diarize` in a process of its own. */
function start(run: string): { pid: number; ended: Promise<{ code: number | null; stderr: string }> } {
  const args = ['diarize', media, '-o', path.join(folder, run, 'out'), '--cache-dir', path.join(folder, run, 'cache')];
  const child = spawn(process.execPath, [path.join(appRoot(), 'bin', 'diarist'), ...args, '--force'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    pid: child.pid!,
    ended: once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, stderr })),
  };
}

const rttm = (run: string): Promise<string> => readFile(path.join(folder, run, 'out', 'long.rttm'), 'utf8');
const via = async (run: string): Promise<string> =>
  (await readFile(path.join(folder, run, 'out', 'long.via.json'), 'utf8')).replace(/("created":\s*)\d+/u, '$10');

it.skipIf(process.platform !== 'linux')('SIGKILL at 21 points of a job changes nothing in its result', async () => {
  const began = performance.now();
  expect(await start('calm').ended).toEqual({ code: 0, stderr: '' });
  const calmMs = performance.now() - began;

  const killed = { host: 0, engine: 0, ffmpeg: 0 };
  const targets = (['ffmpeg', 'engine', 'host'] as const).flatMap((target) => Array.from({ length: 7 }, () => target));
  for (const target of targets) {
    // The engine and ffmpeg are tried again by the job itself; with a fresh cache there is always something to do.
    if (target !== 'host') await rm(path.join(folder, 'rough', 'cache'), { recursive: true, force: true });
    const job = start('rough');
    let over = false;
    const ended = job.ended.finally(() => (over = true));
    if (target === 'ffmpeg') {
      while (!over && !(await killFirst(job.pid, 'ffmpeg'))) await sleep(5);
      killed.ffmpeg += over ? 0 : 1;
    } else {
      await sleep(Math.random() * calmMs);
      if (target === 'engine') killed.engine += (await killFirst(job.pid, 'engine')) ? 1 : 0;
      else if (!over) process.kill(job.pid, 'SIGKILL');
    }
    if (target === 'host') killed.host += (await ended).code === null ? 1 : 0;
    else {
      expect(await ended).toMatchObject({ code: 0 });
      expect(await rttm('rough')).toBe(await rttm('calm'));
    }
  }
  expect(Math.min(killed.host, killed.engine, killed.ffmpeg)).toBeGreaterThan(0);
  // The engines of killed hosts end by themselves.
  expect(await start('rough').ended).toEqual({ code: 0, stderr: '' });
  expect(await rttm('rough')).toBe(await rttm('calm'));
  expect(await via('rough')).toBe(await via('calm'));
  expect((await rttm('calm')).length).toBeGreaterThan(0);
  expect(await cacheContents(path.join(folder, 'rough', 'cache'))).toEqual(
    await cacheContents(path.join(folder, 'calm', 'cache')),
  );
});

/** SIGKILL the engine or an ffmpeg below a process; false when there is none now. */
async function killFirst(root: number, what: 'engine' | 'ffmpeg'): Promise<boolean> {
  for (const pid of await descendants(root)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const exe = await readlink(`/proc/${pid}/exe`).catch(() => '');
    const found =
      what === 'engine'
        ? command.includes('engine/entry.ts')
        : /^ffmpeg/.test(path.basename(exe)) && /pipe:1/.test(command);
    if (!found) continue;
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      // It ended by itself in between.
    }
  }
  return false;
}

async function descendants(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent) parents.set(Number(name), parent);
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent === undefined ? false : parent === root || isBelow(parent);
  };
  return [...parents.keys()].filter(isBelow);
}
