import { copyFile, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Provider } from '#shared/engine/protocol.ts';
import { SessionCache, createWith, differenceOf, ladderOf, openSession } from './session.ts';
import type { SessionFactory } from './session.ts';

const silero = createRequire(import.meta.url).resolve('@ricky0123/vad-web/dist/silero_vad_v6.onnx');
let folder: string;
let model: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-session-'));
  model = path.join(folder, 'net.onnx');
  await copyFile(silero, model);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const create = createWith(ort);
const feeds = () => ({
  input: new ort.Tensor('float32', new Float32Array(576).fill(0.01), [1, 576]),
  state: new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]),
  sr: new ort.Tensor('int64', BigInt64Array.of(16_000n), []),
});
/** A factory whose "GPU" is the CPU with its answers changed by `alter`. */
const fakeGpu =
  (alter: (data: Float32Array) => void, released: string[]): SessionFactory =>
  async (bytes, provider, threads) => {
    const session = await create(bytes, 'cpu', threads);
    const run = session.run.bind(session);
    vi.spyOn(session, 'release').mockImplementation(async () => void released.push(provider));
    vi.spyOn(session, 'run').mockImplementation(async (given: ort.InferenceSession.FeedsType) => {
      const answer = await run(given);
      if (provider !== 'cpu') for (const tensor of Object.values(answer)) alter(tensor.data as Float32Array);
      return answer;
    });
    return session;
  };
const webgpu = { provider: 'webgpu' as Provider, intraOpThreads: 1 };

it('a provider this machine refuses becomes the CPU, with the reason', async () => {
  const refusing: SessionFactory = async (bytes, provider, threads) => {
    if (provider === 'webgpu') {
      throw new Error(
        '/src/core/webgpu_context.cc:136 void Initialize(const T&) ok was false. Failed to get a WebGPU adapter',
      );
    }
    return create(bytes, provider, threads);
  };
  const opened = await openSession(refusing, model, webgpu);
  expect(opened).toMatchObject({ provider: 'cpu', reason: 'webgpu refused: Failed to get a WebGPU adapter' });
  expect(Object.keys(await opened.session.run(feeds()))).toHaveLength(2);
});

it('a ladder goes down to the first provider that takes the net, and says why not the ones before', async () => {
  const [first, second] = ladderOf('auto');
  const down =
    (...refused: (Provider | undefined)[]): SessionFactory =>
    (bytes, provider, threads) => {
      if (refused.includes(provider)) throw new Error(`no ${provider} here`);
      return create(bytes, 'cpu', threads);
    };
  const open = (factory: SessionFactory) => openSession(factory, model, { provider: 'auto', intraOpThreads: 1 });
  expect(await open(down())).toMatchObject({ provider: first, reason: null });
  const reason = `${first} refused: no ${first} here`;
  const opened = await open(down(first));
  expect(opened).toMatchObject({ provider: second, reason });
  expect(Object.keys(await opened.session.run(feeds()))).toHaveLength(2);
  const all = ladderOf('auto').map((provider) => `${provider} refused: no ${provider} here`);
  expect(await open(down(...ladderOf('auto')))).toMatchObject({ provider: 'cpu', reason: all.join('; ') });
  expect(ladderOf('auto', 'win32')).toEqual(['cuda', 'dml', 'webgpu']);
  expect(ladderOf('auto', 'darwin')).toEqual(['coreml', 'webgpu']);
});

it('a net that cannot work on what it is given is named', async () => {
  const { session } = await openSession(create, model, { provider: 'cpu', intraOpThreads: 1 });
  const wrong = { ...feeds(), input: new ort.Tensor('float32', new Float32Array(576), [1, 1, 576]) };
  await expect(session.run(wrong)).rejects.toMatchObject({ data: { code: 'bad-input', file: model } });
});

it('a provider whose first answer is the CPU’s is trusted, and the CPU session released', async () => {
  const released: string[] = [];
  const verdicts: unknown[] = [];
  const opened = await openSession(
    fakeGpu(() => undefined, released),
    model,
    webgpu,
    (now) => verdicts.push(now),
  );
  await opened.session.run(feeds());
  await opened.session.run(feeds());
  expect(released).toEqual(['cpu']);
  expect(verdicts).toEqual([{ provider: 'webgpu', reason: null }]);
  expect(opened.session.inputNames).toContain('input');
});

it.each([
  ['differs', (data: Float32Array) => void (data[0]! += 1)],
  ['is not a number', (data: Float32Array) => void (data[0] = Number.NaN)],
])('a provider whose first answer %s is given up for good, and nobody sees that answer', async (_what, alter) => {
  const released: string[] = [];
  const verdicts: { provider: Provider; reason: string | null }[] = [];
  const opened = await openSession(fakeGpu(alter, released), model, webgpu, (now) => verdicts.push(now));
  const cpu = await openSession(create, model, { provider: 'cpu', intraOpThreads: 1 });
  for (let i = 0; i < 2; i++) {
    expect(differenceOf(await cpu.session.run(feeds()), await opened.session.run(feeds()))).toBeNull();
  }
  expect(released).toEqual(['webgpu']);
  expect(verdicts).toHaveLength(1);
  expect(verdicts[0]).toMatchObject({ provider: 'cpu' });
  expect(verdicts[0]!.reason).toContain('differs from the CPU');
});

it('a damaged or missing model names its file and the way out', async () => {
  const cpu = { provider: 'cpu' as Provider, intraOpThreads: 1 };
  await truncate(model, 1000);
  await expect(openSession(create, model, cpu)).rejects.toMatchObject({
    data: { code: 'io', file: model, fix: 'Pull the model again.' },
  });
  await expect(openSession(create, path.join(folder, 'none.onnx'), cpu)).rejects.toMatchObject({
    data: { code: 'io' },
  });
});

it('loads what a kernel makes of a file, beside the file itself', async () => {
  let opened = 0;
  const cache = new SessionCache((file, rewrite) => {
    opened++;
    return openSession(create, file, { provider: 'cpu', intraOpThreads: 1, ...(rewrite ? { rewrite } : {}) });
  });
  const seen: number[] = [];
  const rewrite = {
    name: 'same',
    apply: (bytes: Uint8Array) => {
      seen.push(bytes.length);
      return bytes;
    },
  };
  const made = await cache.get(model, rewrite);
  expect(await cache.get(model)).not.toBe(made);
  expect(await cache.get(model, rewrite)).toBe(made);
  expect(opened).toBe(2);
  expect(seen).toEqual([(await stat(model)).size]);
  await cache.releaseAll();
  const failing = { name: 'none', apply: () => expect.fail('another net') };
  await expect(cache.get(model, failing)).rejects.toMatchObject({ data: { code: 'io', file: model } });
});

it('the cache of a worker opens a model once, and again when its file was replaced or was refused', async () => {
  let opened = 0;
  const cache = new SessionCache(async (file) => {
    opened++;
    return openSession(create, file, { provider: 'cpu', intraOpThreads: 1 });
  });
  const first = await cache.get(model);
  expect(await cache.get(model)).toBe(first);
  await writeFile(model, 'rubbish');
  await expect(cache.get(model)).rejects.toThrow();
  await copyFile(silero, model);
  expect(await cache.get(model)).not.toBe(first);
  expect(opened).toBe(3);
  await cache.releaseAll();
});
