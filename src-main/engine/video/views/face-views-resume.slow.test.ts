import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheContents } from '../../../testing/engine-fixture.ts';
import { WorkerPool } from '../../worker-pool.ts';
import { runViews } from './testing/view-job.ts';

const sample = path.resolve(import.meta.dirname, '../../../../resources/sample/sample.mp4');
let folder = '';
let pool: WorkerPool;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-views-'));
  pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu' });
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

it('a pass that was stopped after its first block goes on there, and gives the same bytes', async () => {
  const stopped = path.join(folder, 'stopped');
  // A block of 32 s and the start of another.
  const range = { startSec: 0, endSec: 40 };
  const abort = new AbortController();
  const blocks = async (): Promise<string[]> => {
    const names = await readdir(stopped, { recursive: true }).catch(() => []);
    return names.filter((name) => /views-\d+\.f32$/u.test(name));
  };
  const watch = setInterval(() => {
    void blocks().then(({ length }) => {
      if (length > 0) abort.abort();
    });
  }, 50);
  await expect(runViews(sample, { pool, range, cacheDir: stopped, signal: abort.signal })).rejects.toMatchObject({
    data: { code: 'cancelled' },
  });
  clearInterval(watch);
  expect(await blocks()).toHaveLength(1);
  const whole = path.join(folder, 'whole');
  // What comes before the pass is known to both; nothing of the pass itself.
  await cp(path.join(stopped, 'stages'), path.join(whole, 'stages'), {
    recursive: true,
    filter: (file) => !file.includes('face-views'),
  });
  expect((await readdir(whole, { recursive: true })).filter((name) => name.includes('face-views'))).toEqual([]);
  await runViews(sample, { pool, range, cacheDir: stopped });
  await runViews(sample, { pool, range, cacheDir: whole });
  const [first, second] = [await cacheContents(stopped), await cacheContents(whole)];
  expect(Object.keys(first).some((name) => name.endsWith('lips.f32'))).toBe(true);
  expect(first).toEqual(second);
}, 600_000);
