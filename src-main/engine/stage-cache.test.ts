import { mkdtemp, readFile, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readShard, writeShard } from './shards.ts';
import { CacheDisturbed, StageCache, StageWork } from './stage-cache.ts';
import { StageEntry } from './stage-files.ts';

let dir: string;
let cache: StageCache;
const never = new AbortController().signal;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'diarist-cache-'));
  cache = new StageCache(dir, 1e9);
});
afterEach(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

const meta = { stageVersion: '1', wallSec: 1, cpuSec: 1, warnings: ['careful'], artifacts: { data: 'data.bin' } };

async function begin(key: string): Promise<StageWork> {
  const work = await cache.lookupOrBegin('stage', key, never);
  if (!(work instanceof StageWork)) throw new Error('it is there already');
  return work;
}

async function fill(key: string, bytes: Uint8Array): Promise<StageEntry> {
  const work = await begin(key);
  await writeFile(path.join(work.outFolder, 'data.bin'), bytes);
  return work.commit(meta, ['data.bin']);
}

describe('entries', () => {
  it('are there whole once committed, and leave no work behind', async () => {
    await fill('k1', Buffer.from('hello'));
    const entry = await cache.lookup('stage', 'k1');
    expect(await readFile(entry!.path('data.bin'), 'utf8')).toBe('hello');
    expect(entry!.meta).toMatchObject({ warnings: ['careful'], artifacts: { data: 'data.bin' } });
    expect(() => entry!.path('other.bin')).toThrow('wrote no other.bin, only data.bin');
    expect(await readdir(path.join(dir, 'work', 'stage'))).toEqual([]);
    expect(await cache.lookupOrBegin('stage', 'k1', never)).toBeInstanceOf(StageEntry);
  });

  const small = Buffer.alloc(1000, 7);
  const large = Buffer.alloc(6 * 2 ** 20, 7);
  it.each<[string, Buffer, (folder: string) => Promise<void>]>([
    ['a missing file', small, (folder) => rm(path.join(folder, 'data.bin'))],
    ['a missing description', small, (folder) => rm(path.join(folder, 'meta.json'))],
    ['a torn description', small, (folder) => truncate(path.join(folder, 'meta.json'), 20)],
    ['a short file', small, (folder) => truncate(path.join(folder, 'data.bin'), 999)],
    ['a flipped bit', small, (folder) => overwrite(path.join(folder, 'data.bin'), 500)],
    ['a damaged end of a large file', large, (folder) => overwrite(path.join(folder, 'data.bin'), large.length - 1)],
    ['an entry of another key', small, (folder) => overwriteKey(path.join(folder, 'meta.json'))],
  ])('%s is noticed and the entry made again', async (_what, content, damage) => {
    const entry = await fill('k2', content);
    await damage(entry.folder);
    expect(await cache.lookup('stage', 'k2')).toBeNull();
    const again = await fill('k2', content);
    expect((await readFile(again.path('data.bin'))).equals(content)).toBe(true);
  });

  it('are not committed when the cache was deleted under the work', async () => {
    const work = await begin('k3');
    await writeFile(path.join(work.outFolder, 'data.bin'), 'x');
    await rm(dir, { recursive: true });
    expect(await work.exists()).toBe(false);
    await expect(work.commit(meta, ['data.bin'])).rejects.toBeInstanceOf(CacheDisturbed);
    await work.abandon();
    expect((await fill('k3', Buffer.from('y'))).key).toBe('k3');
  });

  it('are not committed without a file the stage wrote', async () => {
    const work = await begin('k4');
    await writeFile(path.join(work.outFolder, 'other.bin'), 'x');
    await expect(work.commit(meta, ['data.bin', 'other.bin'])).rejects.toBeInstanceOf(CacheDisturbed);
    await work.abandon();
  });
});

describe('unfinished work', () => {
  it('of an abandoned attempt goes, its shards stay', async () => {
    const work = await begin('k5');
    await writeFile(path.join(work.outFolder, 'half.bin'), 'x');
    await writeShard(work.shardFolder, 'piece-0', Float32Array.of(1, 2, 3));
    await work.abandon();
    const next = await begin('k5');
    expect(await readdir(next.outFolder)).toEqual([]);
    expect(await readShard(next.shardFolder, 'piece-0')).toEqual(Float32Array.of(1, 2, 3));
    await next.abandon();
  });

  it('is waited for, then found finished', async () => {
    const first = await begin('k6');
    const second = cache.lookupOrBegin('stage', 'k6', never);
    const controller = new AbortController();
    const third = cache.lookupOrBegin('stage', 'k6', controller.signal);
    controller.abort();
    await expect(third).rejects.toThrow();
    await writeFile(path.join(first.outFolder, 'data.bin'), 'x');
    await first.commit(meta, ['data.bin']);
    expect(await second).toBeInstanceOf(StageEntry);
  });

  it('a torn or damaged shard counts as absent, an empty one does not', async () => {
    const work = await begin('k7');
    const file = path.join(work.shardFolder, 'p.f32');
    expect(await readShard(work.shardFolder, 'p')).toBeNull();
    await writeShard(work.shardFolder, 'p', Float32Array.of(1, 2, 3));
    await overwrite(file, 33);
    expect(await readShard(work.shardFolder, 'p')).toBeNull();
    await writeShard(work.shardFolder, 'p', Float32Array.of(1, 2, 3));
    await truncate(file, 40);
    expect(await readShard(work.shardFolder, 'p')).toBeNull();
    await truncate(file, 3);
    expect(await readShard(work.shardFolder, 'p')).toBeNull();
    await writeShard(work.shardFolder, 'p', new Float32Array(0));
    expect(await readShard(work.shardFolder, 'p')).toEqual(new Float32Array(0));
    await expect(writeShard(work.shardFolder, '../p', new Float32Array(0))).rejects.toThrow('no name for a shard');
    await work.abandon();
  });
});

describe('eviction', () => {
  const bytes = Buffer.alloc(1000);
  async function usedAt(key: string, ageSec: number): Promise<void> {
    const time = new Date(Date.now() - ageSec * 1000);
    await utimes(path.join(cache.entryFolder('stage', key), 'meta.json'), time, time);
  }
  const present = async (): Promise<string[]> => (await readdir(path.join(dir, 'stages', 'stage'))).sort();

  it('takes the least recently used until the limit is kept', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await fill(key, bytes);
    await usedAt('a', 10);
    await usedAt('b', 400);
    await usedAt('c', 300);
    await usedAt('d', 200);
    // A look is a use.
    await cache.lookup('stage', 'b');
    expect(await new StageCache(dir, 3500).evict()).toBeLessThanOrEqual(3500);
    expect(await present()).toEqual(['a', 'b']);
  });

  it('never takes what a running job has named, nor work in hand', async () => {
    await fill('a', bytes);
    await fill('b', bytes);
    await usedAt('a', 1000);
    const pin = await cache.pin([{ stageId: 'stage', key: 'a' }]);
    const work = await begin('w');
    await writeShard(work.shardFolder, 'p', new Float32Array(100));
    await new StageCache(dir, 0).evict();
    expect(await present()).toEqual(['a']);
    expect(await readShard(work.shardFolder, 'p')).not.toBeNull();
    await pin.release();
    await work.abandon();
    expect(await new StageCache(dir, 0).evict()).toBe(0);
    expect(await present()).toEqual([]);
  });

  it('does not mind pins of dead processes', async () => {
    await fill('a', bytes);
    const pin = await cache.pin([{ stageId: 'stage', key: 'a' }]);
    const [name] = await readdir(path.join(dir, 'pins'));
    const file = path.join(dir, 'pins', name!);
    await writeFile(file, (await readFile(file, 'utf8')).replace(/"started":"\d+"/u, '"started":"1"'));
    await new StageCache(dir, 0).evict();
    expect(await present()).toEqual(process.platform === 'linux' ? [] : ['a']);
    await pin.release();
  });
});

async function overwrite(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at]! ^= 1;
  await writeFile(file, bytes);
}

async function overwriteKey(file: string): Promise<void> {
  await writeFile(file, (await readFile(file, 'utf8')).replace('"key":"k2"', '"key":"k9"'));
}
