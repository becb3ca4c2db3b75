import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiEvent, ApiInput, ApiMethod, ApiOutput, ModelInfo } from '#shared/api/contract.ts';
import { fromErrorData } from '#shared/api/errors.ts';
import { writeOnnx } from '#models/convert/onnx-writer.ts';
import { listNet } from '#models/testing/listed-net.ts';
import { serveFile } from '#models/testing/file-server.ts';
import type { FileServer } from '#models/testing/file-server.ts';
import type { Host } from '../host.ts';
import type { TestPlace } from '../testing/test-host.ts';
import { testHost, testPlace } from '../testing/test-host.ts';

const content = randomBytes(3_000_000);
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let place: TestPlace;
let host: Host;
let server: FileServer;
let events: ApiEvent[];
const models = (): string => path.join(place.folder, 'data', 'models');
const target = (): string => path.join(models(), 'test/net.onnx');

const listTestNet = (more: object = {}): Promise<void> =>
  listNet(models(), { id: 'test-net', stage: 'test', url: server.url, content, ...more });

beforeEach(async () => {
  place = await testPlace();
  server = await serveFile(content);
  await listTestNet();
  host = await testHost(place);
  events = [];
  host.events.on((event) => events.push(event));
});
afterEach(async () => {
  await host.close();
  await server.close();
  await place.remove();
});

async function call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
  const result = await host.dispatch(method, input);
  if (!result.ok) throw fromErrorData(result.error);
  return result.value as ApiOutput<M>;
}
const net = async (): Promise<ModelInfo> => (await call('models.list', {})).find(({ id }) => id === 'test-net')!;
const pull = (): Promise<unknown> => call('models.pull', { ids: ['test-net'], agreed: true });
const ended = (): Promise<void> =>
  expect.poll(async () => (await net()).pull?.state).toMatch(/^(done|failed|cancelled)$/u);
/** A net that passes rows of this width on. */
const identityNet = (width: number): Uint8Array =>
  writeOnnx({
    name: 'identity',
    inputs: [{ name: 'x', dims: ['B', width] }],
    outputs: [{ name: 'y', dims: ['B', width] }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    constants: [],
  });
const states = (): string[] => [
  ...new Set(events.flatMap((event) => (event.type === 'model.pull' ? [event.pull.state] : []))),
];

describe('getting a model', () => {
  it('is offered with licence, size, source and place, and fetches nothing yet', async () => {
    const offer = await call('models.offer', { ids: ['test-net', 'test-net', 'ecapa-voxceleb'] });
    expect(offer).toMatchObject({ folder: models(), mirror: null });
    expect(offer.freeBytes).toBeGreaterThan(0);
    expect(offer.models).toHaveLength(2);
    expect(offer.models[0]).toMatchObject({
      sizeBytes: content.length,
      from: server.url,
      source: 'https://example.org/net',
      file: target(),
      licence: 'CC-BY-NC-4.0',
      nonCommercial: true,
      problem: null,
    });
    expect(offer.models[1]).toMatchObject({ from: null, problem: { code: 'unsupported' } });
    expect(server.ranges).toEqual([]);
    await expect(call('models.offer', { ids: ['nonsense'] })).rejects.toMatchObject({
      data: { code: 'bad-parameter' },
    });
  });

  it('tells how far it is, checks what came, and the model is there', async () => {
    await pull();
    await ended();
    expect(await net()).toMatchObject({ installed: true, removable: true, partBytes: 0, pull: { state: 'done' } });
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(states()).toEqual(['queued', 'running', 'checking', 'done']);
    expect(events.at(-1)).toEqual({ type: 'models.changed' });
  });

  it('is cancelled while it runs, and goes on by range from what came', async () => {
    server.pauseAfter = 1_000_000;
    await pull();
    await expect.poll(async () => (await net()).pull?.doneBytes).toBe(1_000_000);
    await expect(call('models.remove', { id: 'test-net' })).rejects.toMatchObject({ data: { code: 'conflict' } });
    await call('models.cancelPull', { id: 'test-net' });
    await ended();
    expect(await net()).toMatchObject({ installed: false, partBytes: 1_000_000, pull: { state: 'cancelled' } });
    expect((await call('models.offer', { ids: ['test-net'] })).models[0]).toMatchObject({ partBytes: 1_000_000 });
    server.pauseAfter = null;
    await pull();
    await ended();
    expect(server.ranges).toEqual([undefined, 'bytes=1000000-']);
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  it('goes on after the app was closed in the middle', async () => {
    server.pauseAfter = 2_000_000;
    await pull();
    await expect.poll(async () => (await net()).pull?.doneBytes).toBe(2_000_000);
    await host.close();
    server.pauseAfter = null;
    host = await testHost(place);
    expect(await net()).toMatchObject({ partBytes: 2_000_000, pull: null });
    await pull();
    await ended();
    expect(server.ranges.at(-1)).toBe('bytes=2000000-');
    expect(await net()).toMatchObject({ installed: true });
  });

  it('refuses another content and keeps the file that was there', async () => {
    await mkdir(path.dirname(target()), { recursive: true });
    await writeFile(target(), 'an older version');
    server.content = randomBytes(content.length);
    await pull();
    await ended();
    expect((await net()).pull).toMatchObject({ state: 'failed', error: { code: 'bad-input' } });
    expect(await readFile(target(), 'utf8')).toBe('an older version');
    expect(existsSync(`${target()}.part`)).toBe(false);
    expect(await net()).toMatchObject({ installed: false, damaged: true, removable: true });
  });

  it('says which file could not be had from which address, and every other way', async () => {
    await server.close();
    await pull();
    await expect.poll(async () => (await net()).pull?.state, { timeout: 10_000 }).toBe('failed');
    const { error } = (await net()).pull!;
    expect(error).toMatchObject({ code: 'io', file: target() });
    expect(error!.message).toContain(server.url);
    expect(error!.message).toContain('cannot be reached');
    expect(error!.fix).toMatch(/mirror folder.*diarist models add <file.onnx> --as test-net/u);
    server = await serveFile(content);
  });

  it('asks nothing outside this computer while DIARIST_OFFLINE=1 forbids it', async () => {
    process.env['DIARIST_OFFLINE'] = '1';
    try {
      await call('models.pull', { ids: ['gtcrn'], agreed: true });
      const gtcrn = async () => (await call('models.list', {})).find(({ id }) => id === 'gtcrn')!.pull;
      await expect.poll(async () => (await gtcrn())?.state).toBe('failed');
      expect((await gtcrn())!.error!.message).toContain('DIARIST_OFFLINE');
      await pull();
      await ended();
      expect(await net()).toMatchObject({ installed: true });
    } finally {
      delete process.env['DIARIST_OFFLINE'];
    }
  });

  it('waits its turn, and is left out when cancelled before', async () => {
    server.pauseAfter = 1_000_000;
    await pull();
    await call('models.pull', { ids: ['gtcrn'], agreed: true });
    await call('models.cancelPull', { id: 'gtcrn' });
    await call('models.cancelPull', { id: 'test-net' });
    await ended();
    expect((await call('models.list', {})).find(({ id }) => id === 'gtcrn')!.pull).toMatchObject({
      state: 'cancelled',
      doneBytes: 0,
    });
  });

  it('comes from the mirror folder that is set, never from the network then', async () => {
    const mirror = path.join(place.folder, 'mirror');
    await expect(call('settings.set', { modelMirror: mirror })).rejects.toMatchObject({ data: { code: 'not-found' } });
    await mkdir(path.join(mirror, 'test'), { recursive: true });
    await writeFile(path.join(mirror, 'test/net.onnx'), content);
    await writeFile(path.join(mirror, 'test/LICENSE'), 'Do good.');
    const file = { path: 'test/net.onnx', bytes: content.length, sha256: sha(content) };
    const manifest = [{ ...file, source: 's', commit: 'c', licence: 'MIT' }];
    await writeFile(path.join(mirror, 'manifest.json'), JSON.stringify(manifest));
    await call('settings.set', { modelMirror: mirror });
    const offer = await call('models.offer', { ids: ['test-net', 'gtcrn'] });
    expect(offer.models[0]).toMatchObject({ licenceTexts: [{ name: 'LICENSE', text: 'Do good.' }] });
    expect(offer.models[1]).toMatchObject({ from: null, problem: { code: 'not-found' } });
    await pull();
    await ended();
    expect(await net()).toMatchObject({ installed: true });
    expect(server.ranges).toEqual([]);
  });
});

describe('models that are there', () => {
  it('are verified as they lie on the disk now, and removed', async () => {
    await pull();
    await ended();
    const verify = (): Promise<unknown> => call('models.verify', { ids: ['test-net'], taskId: 'v' });
    expect(await verify()).toMatchObject([{ id: 'test-net', state: 'right', error: null }]);
    // Spoilt in place: neither size nor time tell.
    const { atime, mtime } = await stat(target());
    const spoilt = Buffer.from(content);
    spoilt[7]! ^= 1;
    await writeFile(target(), spoilt);
    await utimes(target(), atime, mtime);
    expect(await verify()).toMatchObject([{ state: 'wrong', error: { code: 'bad-input', file: target() } }]);
    expect(await call('models.remove', { id: 'test-net' })).toEqual({ file: target() });
    expect(existsSync(target())).toBe(false);
    // The person's own list names it: it can be had again.
    expect(await net()).toMatchObject({ installed: false, hasAddress: true });
    await expect(call('models.remove', { id: 'silero-vad-v6' })).rejects.toMatchObject({
      data: { code: 'unsupported' },
    });
    const all = await call('models.verify', { ids: null, taskId: 'all' });
    expect(all.find(({ id }) => id === 'silero-vad-v6')).toMatchObject({ state: 'right' });
  });

  it('may be files of one’s own, if they fit the slot', async () => {
    const own = path.join(place.folder, 'own.onnx');
    await writeFile(own, 'no net');
    const add = (file: string): Promise<unknown> => call('models.add', { id: 'test-net', file });
    await expect(add('own.onnx')).rejects.toMatchObject({ data: { code: 'bad-input' } });
    await expect(add(own)).rejects.toMatchObject({ data: { code: 'bad-input', file: own } });
    await writeFile(own, identityNet(5));
    await expect(add(own)).rejects.toMatchObject({
      data: { message: expect.stringContaining('does not fit the slot') as unknown },
    });
    await writeFile(own, identityNet(4));
    await add(own);
    expect(await net()).toMatchObject({ installed: true, removable: true, licence: 'not stated (added by hand)' });
    expect(events).toContainEqual({ type: 'models.changed' });
    expect(await call('models.remove', { id: 'test-net' })).toMatchObject({
      file: path.join(models(), 'added/test-net.onnx'),
    });
  });
});
