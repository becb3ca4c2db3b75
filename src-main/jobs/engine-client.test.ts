import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppErrorData } from '#shared/api/errors.ts';
import { AppError } from '#shared/api/errors.ts';
import type { JobProgress } from '#shared/engine/protocol.ts';
import { EngineFixture, cacheContents, testEngineFile } from '../testing/engine-fixture.ts';
import { EngineClient, EngineCrash } from './engine-client.ts';
import type { EngineClientOptions } from './engine-client.ts';
import { engineEnvironment, forkEngine } from './engine-process.ts';
import type { EngineSpawner } from './engine-process.ts';

let fixture: EngineFixture;
const clients: EngineClient[] = [];
beforeEach(async () => {
  fixture = await EngineFixture.create(12);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await fixture.remove();
});

const withEnv =
  (more: NodeJS.ProcessEnv): EngineSpawner =>
  (events, env) =>
    forkEngine(testEngineFile)(events, { ...env, ...more });

function open(options: Partial<EngineClientOptions> = {}): EngineClient {
  const client = new EngineClient({ settings: fixture.settings, spawn: forkEngine(testEngineFile), ...options });
  clients.push(client);
  return client;
}

async function errorOf(promise: Promise<unknown>): Promise<AppErrorData> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error.data;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Resolves when the job has reported from this stage. */
function reaching(stage: string): { onProgress: (progress: JobProgress) => void; reached: Promise<void> } {
  let mark = (): void => undefined;
  const reached = new Promise<void>((resolve) => (mark = resolve));
  return { onProgress: (progress) => progress.stage === stage && progress.stageShare > 0 && mark(), reached };
}

describe('jobs', () => {
  it('give labels, progress that does not fall, artifacts early, and stages from the cache the second time', async () => {
    const client = open();
    const shares: number[] = [];
    const early: string[] = [];
    const result = await client.run(fixture.job(), {
      onProgress: (progress) => shares.push(progress.totalShare),
      onArtifacts: (artifacts) => early.push(...artifacts.map((one) => one.name)),
    });
    expect(result.segments.map((one) => one.startSec)).toEqual([0, 1, 3, 4, 6, 7, 9, 10]);
    expect(shares.length).toBeGreaterThan(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(early).toEqual(expect.arrayContaining(['pcm', 'peaks', 'level']));
    expect(result.provenance.stages.map((stage) => stage.fromCache)).toEqual([false, false, false]);
    expect(result.provenance.params).toMatchObject({ 'loudness.gain': 2, 'turns.floor': 0.05 });

    const slider = await client.run(fixture.job({ params: { 'turns.floor': 0.3 } }));
    expect(slider.provenance.stages.map((stage) => stage.fromCache)).toEqual([true, true, false]);
    expect(slider.segments.length).toBeLessThan(result.segments.length);
    const counted = await client.run(fixture.job({ speakers: { min: 1, max: 1 } }));
    expect(counted.provenance.stages.map((stage) => stage.fromCache)).toEqual([true, true, false]);
    expect(new Set(counted.segments.map((one) => one.speaker))).toEqual(new Set(['spk0']));
  });

  it('are the same with one worker that has inner threads', async () => {
    const parallel = await open().run(fixture.job());
    const other = await EngineFixture.create(12, { layout: 'single' });
    try {
      const single = await open({ settings: other.settings }).run(other.job());
      expect(single.segments).toEqual(parallel.segments);
    } finally {
      await other.remove();
    }
  });

  it('take new settings with the next job', async () => {
    const client = open();
    await client.run(fixture.job());
    const before = client.info!.pid;
    const cacheDir = path.join(fixture.folder, 'other-cache');
    const running = client.run(fixture.job({ params: { 'loudness.gain': 3 } }));
    await client.configure({ ...fixture.settings, cacheDir });
    await running;
    const result = await client.run(fixture.job());
    expect(result.artifacts[0]!.path.startsWith(cacheDir)).toBe(true);
    expect(client.info!.pid).not.toBe(before);
  });
});

describe('an engine that is prepared', () => {
  it('is the one that runs the job', async () => {
    const client = open();
    client.prepare();
    client.prepare();
    await vi.waitFor(() => expect(client.info).not.toBeNull(), { timeout: 20_000 });
    const { pid } = client.info!;
    expect((await client.run(fixture.job())).segments).toHaveLength(8);
    expect(client.info!.pid).toBe(pid);
  });
  it('ends when no job comes', async () => {
    // Long enough to be seen alive on a busy machine.
    const client = open({ idleShutdownMs: 1000 });
    client.prepare();
    await vi.waitFor(() => expect(client.info).not.toBeNull(), { timeout: 20_000, interval: 10 });
    await vi.waitFor(() => expect(client.info).toBeNull(), { timeout: 20_000 });
  });
  it('but never starts is not tried again until a job asks, which is told why', async () => {
    const broken = path.join(fixture.folder, 'broken.mjs');
    await writeFile(broken, 'process.stderr.write("no such luck"); process.exit(7);');
    let starts = 0;
    const client = open({
      spawn: (events, env) => {
        starts++;
        return forkEngine(broken)(events, env);
      },
    });
    client.prepare();
    await sleep(500);
    expect(starts).toBe(1);
    const error = await errorOf(client.run(fixture.job()));
    expect(error.message).toContain('exit code 7');
    expect(error.detail).toContain('no such luck');
  });
});

it('an engine with nothing to do ends, and starts again for the next job', async () => {
  const client = open({ idleShutdownMs: 50 });
  await client.run(fixture.job());
  const { pid } = client.info!;
  await vi.waitFor(() => expect(client.info).toBeNull(), { timeout: 20_000 });
  expect(isRunning(pid)).toBe(false);
  expect((await client.run(fixture.job())).segments).toHaveLength(8);
});

describe('cancel', () => {
  it('stops a running job soon and keeps what was finished', async () => {
    const client = open();
    const controller = new AbortController();
    const { onProgress, reached } = reaching('test-loudness');
    const job = fixture.job({ params: { 'loudness.delayMs': 300 } });
    const running = client.run(job, { signal: controller.signal, onProgress });
    await reached;
    const pid = client.info!.pid;
    controller.abort();
    expect((await errorOf(running)).code).toBe('cancelled');
    const again = await client.run(fixture.job());
    expect(again.provenance.stages[0]!.fromCache).toBe(true);
    expect(client.info!.pid).toBe(pid);
  });

  it('of a job that waits or has not begun is immediate', async () => {
    const client = open();
    const controller = new AbortController();
    const first = client.run(fixture.job());
    const second = client.run(fixture.job(), { signal: controller.signal });
    controller.abort();
    expect((await errorOf(second)).code).toBe('cancelled');
    expect((await first).segments).toHaveLength(8);
    expect((await errorOf(client.run(fixture.job(), { signal: AbortSignal.abort() }))).code).toBe('cancelled');
  });

  it('of a job that does not listen ends the engine, and another one goes on', async () => {
    const client = open();
    const controller = new AbortController();
    const { onProgress, reached } = reaching('test-stuck');
    const stuck = client.run(fixture.job({ systemId: 'test-stuck' }), { signal: controller.signal, onProgress });
    await reached;
    const pid = client.info!.pid;
    const next = client.run(fixture.job());
    controller.abort();
    expect((await errorOf(stuck)).code).toBe('cancelled');
    expect((await next).segments).toHaveLength(8);
    expect(client.info!.pid).not.toBe(pid);
  });
});

describe.skipIf(process.platform === 'win32')('a decoder that is killed', () => {
  /** An ffmpeg that dies by SIGKILL whenever it is to decode and the next of `deaths` files does not exist yet. */
  async function dyingFfmpeg(deaths: number): Promise<string> {
    const tool = path.join(fixture.folder, 'ffmpeg');
    const marks = Array.from({ length: deaths }, (_, i) => path.join(fixture.folder, `death-${i}`));
    const die = marks.map((mark) => `[ -e '${mark}' ] || { : > '${mark}'; kill -9 $$; }`).join('\n');
    const real = fixture.settings.ffmpegPath;
    await writeFile(tool, `#!/bin/sh\ncase "$*" in *pipe:1*)\n${die}\n;; esac\nexec '${real}' "$@"\n`, { mode: 0o755 });
    return tool;
  }

  it('once is started again; twice fails the job with the reason, and a retry goes through', async () => {
    const client = open({ settings: { ...fixture.settings, ffmpegPath: await dyingFfmpeg(1) } });
    expect((await client.run(fixture.job())).segments).toHaveLength(8);

    const other = await EngineFixture.create(12);
    try {
      const unlucky = open({ settings: { ...other.settings, ffmpegPath: await dyingFfmpeg(4) } });
      // The first mark is there already: three deaths are left.
      const error = await errorOf(unlucky.run(other.job()));
      expect(error).toMatchObject({ code: 'crashed', file: other.media.path });
      expect(error.message).toContain('SIGKILL');
      expect((await unlucky.run(other.job())).segments).toHaveLength(8);
    } finally {
      await other.remove();
    }
  });
});

describe('death of the engine', () => {
  it('by an abort in native code fails the job with the signal; the host lives and the next job runs', async () => {
    const once = path.join(fixture.folder, 'crashed');
    const client = open({ spawn: withEnv({ DIARIST_TEST_CRASH: `sleep-echo@${once}` }) });
    const job = client.run(fixture.job());
    await expect(job).rejects.toBeInstanceOf(EngineCrash);
    expect(await errorOf(job)).toMatchObject({ code: 'crashed', file: fixture.media.path });
    expect((await errorOf(job)).message).toContain('SIGABRT');
    expect((await client.run(fixture.job())).segments).toHaveLength(8);
  });

  it('twice while loading the runtime makes it use a single worker', async () => {
    const log: string[] = [];
    const client = open({ spawn: withEnv({ DIARIST_TEST_CRASH: 'load' }), onLog: (_level, text) => log.push(text) });
    await expect(client.run(fixture.job())).rejects.toBeInstanceOf(EngineCrash);
    expect(client.settings.layout).toBe('workers');
    await expect(client.run(fixture.job())).rejects.toBeInstanceOf(EngineCrash);
    expect(client.settings.layout).toBe('single');
    expect(log.some((line) => line.includes('one worker'))).toBe(true);
  });

  it('that never starts is told, and rests after ten times', async () => {
    const broken = path.join(fixture.folder, 'broken.mjs');
    await writeFile(broken, 'process.stderr.write("no such luck"); process.exit(7);');
    const client = open({ spawn: forkEngine(broken) });
    for (let i = 0; i < 20; i++) {
      const error = await errorOf(client.run(fixture.job()));
      expect(error.code).toBe('crashed');
      if (error.message.includes('rests')) return;
      expect(error.message).toContain('exit code 7');
    }
    throw new Error('it never rested');
  });

  it('follows the death of the host', async () => {
    const host = path.join(fixture.folder, 'host.ts');
    await writeFile(
      host,
      `import { EngineClient } from ${JSON.stringify(path.resolve(import.meta.dirname, 'engine-client.ts'))};
       import { forkEngine } from ${JSON.stringify(path.resolve(import.meta.dirname, 'engine-process.ts'))};
       const client = new EngineClient({
         settings: ${JSON.stringify(fixture.settings)}, spawn: forkEngine(${JSON.stringify(testEngineFile)}) });
       void client.run(${JSON.stringify(fixture.job({ params: { 'loudness.delayMs': 5000 } }))}, {
         onProgress: (p) => p.stage === 'test-loudness' && console.log(client.info.pid) });`,
    );
    const child = spawn(process.execPath, [host], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const enginePid = Number.parseInt(line, 10);
    expect(isRunning(enginePid)).toBe(true);
    child.kill('SIGKILL');
    for (let i = 0; i < 300 && isRunning(enginePid); i++) await sleep(50);
    expect(isRunning(enginePid)).toBe(false);
  });
});

describe('the cache', () => {
  it('after kills at random points gives byte for byte what an undisturbed run gives', async () => {
    const calm = await EngineFixture.create(12);
    const params = { 'loudness.delayMs': 100 };
    const expected = await open({ settings: calm.settings }).run(calm.job({ params }));
    const expectedFiles = await cacheContents(calm.settings.cacheDir);
    await calm.remove();

    const client = open();
    let kills = 0;
    for (;;) {
      // Counted in reports, not in time: a busy machine gets as far before each kill.
      let reports = kills < 8 ? 1 + Math.floor(Math.random() * 5) : Number.POSITIVE_INFINITY;
      try {
        const result = await client.run(fixture.job({ params }), {
          onProgress: () => {
            if (--reports === 0) process.kill(client.info!.pid, 'SIGKILL');
          },
        });
        expect(result.segments).toEqual(expected.segments);
        break;
      } catch (error) {
        expect(error).toBeInstanceOf(EngineCrash);
        kills++;
      }
    }
    expect(kills).toBeGreaterThan(0);
    expect(await cacheContents(fixture.settings.cacheDir)).toEqual(expectedFiles);
  });

  it('keeps the shards of a killed stage: they are not computed again', async () => {
    const client = open();
    const job = () => fixture.job({ params: { 'loudness.delayMs': 150 } });
    let saved: Record<string, number> = {};
    const first = client.run(job(), {
      onProgress: ({ stage, stageShare }) => {
        if (stage !== 'test-loudness' || stageShare < 0.3 || !client.info || Object.keys(saved).length > 0) return;
        process.kill(client.info.pid, 'SIGKILL');
        saved = shardTimes(fixture.settings.cacheDir);
      },
    });
    await expect(first).rejects.toBeInstanceOf(EngineCrash);
    expect(Object.keys(saved).length).toBeGreaterThanOrEqual(3);
    let later: Record<string, number> = {};
    await client.run(job(), {
      onProgress: ({ stage, stageShare }) => {
        if (stage === 'test-loudness' && stageShare > 0.5 && stageShare < 1)
          later = shardTimes(fixture.settings.cacheDir);
      },
    });
    expect(later).toMatchObject(saved);
  });

  it('deleted in the middle of a job is built again', async () => {
    const client = open();
    for (const millis of [30, 150, 300]) {
      const { onProgress, reached } = reaching('test-loudness');
      const params = { 'loudness.delayMs': 40, 'loudness.gain': millis / 10 };
      const running = client.run(fixture.job({ params }), { onProgress });
      await reached;
      await sleep(millis);
      await rm(fixture.settings.cacheDir, { recursive: true, force: true, maxRetries: 10 });
      const result = await running;
      expect(result.segments).toHaveLength(8);
      expect(Object.keys(await cacheContents(fixture.settings.cacheDir))).toHaveLength(5);
    }
  });

  it('whose contents were damaged is repaired', async () => {
    const client = open();
    const first = await client.run(fixture.job());
    const expected = await cacheContents(fixture.settings.cacheDir);
    await writeFile(first.artifacts.find((one) => one.name === 'pcm')!.path, 'short');
    await rm(first.artifacts.find((one) => one.name === 'level')!.path);
    const second = await client.run(fixture.job());
    expect(second.segments).toEqual(first.segments);
    expect(second.provenance.stages.map((stage) => stage.fromCache)).toEqual([false, false, true]);
    expect(await cacheContents(fixture.settings.cacheDir)).toEqual(expected);
  });

  it('is shared by two engines at once', async () => {
    const [a, b] = [open(), open()];
    const job = () => fixture.job({ params: { 'loudness.delayMs': 60 } });
    const results = await Promise.all([a.run(job()), b.run(job())]);
    expect(results[0].segments).toEqual(results[1].segments);
    // The second one waited for the first instead of doing the same again.
    const computed = results.flatMap((result) => result.provenance.stages).filter((stage) => !stage.fromCache);
    expect(computed.map((stage) => stage.id).sort()).toEqual(['pcm', 'test-loudness', 'test-turns']);
  });

  it('that cannot be written says so and names the way out', async () => {
    const cacheDir = path.join(fixture.folder, 'a-file');
    await writeFile(cacheDir, '');
    const error = await errorOf(open({ settings: { ...fixture.settings, cacheDir } }).run(fixture.job()));
    expect(error).toMatchObject({ code: 'io', file: cacheDir });
    expect(error.fix).toContain('choose another cache folder');
  });

  it('keeps to its limit after a job', async () => {
    const client = open({ settings: { ...fixture.settings, cacheLimitBytes: 1000 } });
    await client.run(fixture.job());
    const sizes = Object.values(await cacheContents(fixture.settings.cacheDir)).map((text) => text.length * 0.75);
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(1000);
    expect((await client.run(fixture.job())).segments).toHaveLength(8);
  });
});

it('the engine inherits nothing that would change how its runtime starts', () => {
  const env = engineEnvironment({
    PATH: '/bin',
    NODE_OPTIONS: '--inspect',
    ELECTRON_RUN_AS_NODE: '1',
    Node_Path: '/x',
  });
  expect(env).toEqual({ PATH: '/bin' });
});

/** Shards of unfinished stages and when they were written. */
function shardTimes(cacheDir: string): Record<string, number> {
  const work = path.join(cacheDir, 'work');
  const shards = readdirSync(work, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.f32'));
  return Object.fromEntries(shards.map((name) => [name, statSync(path.join(work, name)).mtimeMs]));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
