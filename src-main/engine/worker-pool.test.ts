import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { AppError } from '#shared/api/errors.ts';
import { CancelFlag, WorkerPool } from './worker-pool.ts';
import type { PoolOptions } from './worker-pool.ts';

const pools: WorkerPool[] = [];
function open(options: Partial<PoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu', ...options });
  pools.push(pool);
  return pool;
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});
const codeOf = (error: unknown): string => (error instanceof AppError ? error.data.code : String(error));

it('runs kernels and loads the runtime of its workers one after another', async () => {
  const states: string[] = [];
  const pool = open({ workers: 3, onRuntime: (state) => states.push(state) });
  const values = [5, 6, 7, 8, 9, 10, 11];
  const sent = values.map((value) => pool.run('sleep-echo', { millis: 200, value }, new CancelFlag()));
  expect(await Promise.all(sent)).toEqual(values);
  expect(states).toEqual(Array.from({ length: states.length }, (_, i) => (i % 2 ? 'loaded' : 'loading')));
  expect(states.length).toBeGreaterThan(2);
});

it('has its workers loaded before there is work, once', async () => {
  const states: string[] = [];
  const pool = open({ onRuntime: (state) => states.push(state) });
  pool.warmUp();
  pool.warmUp();
  await vi.waitFor(() => expect(states.filter((state) => state === 'loaded')).toHaveLength(2), { timeout: 20_000 });
  expect(await pool.run('sleep-echo', { millis: 1, value: 3 }, new CancelFlag())).toBe(3);
  expect(states).toHaveLength(4);
});

it('warmed up in vain fails nobody until there is work', async () => {
  const log: string[] = [];
  const pool = open({ workerFile: path.join(tmpdir(), 'no-such-worker.mjs'), onLog: (_level, text) => log.push(text) });
  pool.warmUp();
  await vi.waitFor(() => expect(log).not.toHaveLength(0), { timeout: 20_000 });
  expect(await pool.run('sleep-echo', { millis: 1, value: 1 }, new CancelFlag()).catch(codeOf)).toBe('crashed');
  pool.warmUp();
  await pool.close();
  pool.warmUp();
});

it('a set flag stops running kernels and keeps waiting ones from starting', async () => {
  const pool = open({ workers: 1 });
  const cancel = new CancelFlag();
  const other = pool.run('sleep-echo', { millis: 1, value: 1 }, new CancelFlag());
  const running = pool.run('sleep-echo', { millis: 60_000, value: 2 }, cancel);
  const waiting = pool.run('sleep-echo', { millis: 60_000, value: 3 }, cancel).catch(codeOf);
  const untouched = pool.run('sleep-echo', { millis: 1, value: 4 }, new CancelFlag());
  await other;
  cancel.set();
  pool.cancelTasks(cancel);
  expect(await running.catch(codeOf)).toBe('cancelled');
  expect(await waiting).toBe('cancelled');
  expect(await untouched).toBe(4);
});

it('closing waits for the running kernel instead of ending its thread', async () => {
  const pool = open({ workers: 1 });
  const running = pool.run('sleep-echo', { millis: 300, value: 1 }, new CancelFlag());
  const waiting = pool.run('sleep-echo', { millis: 300, value: 2 }, new CancelFlag()).catch(codeOf);
  await pool.run('sleep-echo', { millis: 1, value: 0 }, new CancelFlag()).catch(codeOf);
  await pool.close();
  expect(await running).toBe(1);
  expect(['cancelled', 2]).toContain(await waiting);
  expect(await pool.run('sleep-echo', { millis: 1, value: 1 }, new CancelFlag()).catch(codeOf)).toBe('cancelled');
});

it('an input that cannot be sent is the caller’s error and the worker goes on', async () => {
  const pool = open({ workers: 1 });
  const bad = { millis: 1, value: (() => 1) as unknown as number };
  await expect(pool.run('sleep-echo', bad, new CancelFlag())).rejects.toThrow('could not be cloned');
  expect(await pool.run('sleep-echo', { millis: 1, value: 3 }, new CancelFlag())).toBe(3);
});

it('a worker that dies fails its kernel and is replaced; one that cannot start fails all', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'diarist-pool-'));
  try {
    const dying = path.join(folder, 'dying.mjs');
    await writeFile(
      dying,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', (task) => {
         if (task.type === 'end') return parentPort.close();
         if (task.input.value === 0) throw new Error('boom');
         parentPort.postMessage({ type: 'done', taskId: task.taskId, output: task.input.value });
       });
       parentPort.postMessage({ type: 'loaded' });`,
    );
    const pool = open({ workers: 1, workerFile: dying });
    expect(await pool.run('sleep-echo', { millis: 1, value: 0 }, new CancelFlag()).catch(codeOf)).toBe('crashed');
    expect(await pool.run('sleep-echo', { millis: 1, value: 7 }, new CancelFlag())).toBe(7);

    const broken = open({ workers: 2, workerFile: path.join(folder, 'missing.mjs') });
    expect(await broken.run('sleep-echo', { millis: 1, value: 1 }, new CancelFlag()).catch(codeOf)).toBe('crashed');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('above its memory limit it replaces workers that have run long enough, losing no work', async () => {
  let loads = 0;
  const pool = open({ workers: 1, rssLimitBytes: 1, onRuntime: (state) => (loads += state === 'loaded' ? 1 : 0) });
  const sent = Array.from({ length: 60 }, (_, value) => pool.run('sleep-echo', { millis: 0, value }, new CancelFlag()));
  expect(await Promise.all(sent)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  expect(loads).toBe(2);
});
