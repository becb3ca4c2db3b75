import { mkdtemp, readdir, rm } from 'node:fs/promises';
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
  await expect(runViews(sample, { pool, cacheDir: stopped, signal: abort.signal })).rejects.toMatchObject({
    data: { code: 'cancelled' },
  });
  clearInterval(watch);
  expect(await blocks()).toHaveLength(1);
  await runViews(sample, { pool, cacheDir: stopped });
  const whole = path.join(folder, 'whole');
  await runViews(sample, { pool, cacheDir: whole });
  const [first, second] = [await cacheContents(stopped), await cacheContents(whole)];
  expect(Object.keys(first).some((name) => name.endsWith('lips.f32'))).toBe(true);
  expect(first).toEqual(second);
}, 600_000);
