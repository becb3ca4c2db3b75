import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadTo } from './download.ts';
import { readMirror } from './mirror.ts';
import { ownEntries } from './own-registry.ts';
import { pullModel } from './pull.ts';
import { modelEntrySchema, resolveModel } from './registry.ts';
import type { ModelEntry } from './registry.ts';
import { serveFile } from './testing/file-server.ts';
import type { FileServer } from './testing/file-server.ts';

const content = randomBytes(300_000);
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const quick = { retryMs: 1 };
let dir = '';
let server: FileServer;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'diarist-pull-'));
  server = await serveFile(content);
});
afterEach(async () => {
  await server.close();
  await rm(dir, { recursive: true });
});

const plain: ModelEntry = {
  id: 'net',
  stage: 'test',
  version: '1',
  file: 'sub/net.onnx',
  location: { kind: 'pull' },
  urls: ['https://example.org/net'],
  downloads: [],
  sha256: sha(content),
  bytes: content.length,
  licence: 'MIT',
  licenceFile: null,
  nonCommercial: false,
  contract: 'a → b',
  preprocessing: 'none',
  published: { figure: 'none', source: 'none' },
};
const entry = (more: Partial<ModelEntry> = {}): ModelEntry => ({ ...plain, downloads: [server.url], ...more });
const target = (): string => path.join(dir, 'sub/net.onnx');
async function failure(work: Promise<unknown>): Promise<AppError['data']> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return (error as AppError).data;
}

describe('pulling from an address', () => {
  it('leaves the file and nothing else', async () => {
    const pulled = await pullModel(entry(), dir, quick);
    expect(pulled).toMatchObject({ path: target(), sha256: sha(content), already: false, from: server.url });
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(existsSync(`${target()}.part`) || existsSync(`${target()}.part.json`)).toBe(false);
    expect((await pullModel(entry(), dir, quick)).already).toBe(true);
    expect(server.ranges).toHaveLength(1);
  });
  it('goes on by range where a connection broke', async () => {
    server.breakAfter = [120_000, 50_000];
    await pullModel(entry(), dir, quick);
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(server.ranges).toEqual([undefined, 'bytes=120000-', 'bytes=170000-']);
  });
  it('goes on in a later call, after it had to give up', async () => {
    server.breakAfter = [100_000, 0, 0];
    expect(await failure(pullModel(entry(), dir, quick))).toMatchObject({ code: 'io' });
    expect((await stat(`${target()}.part`)).size).toBe(100_000);
    await pullModel(entry(), dir, quick);
    expect(server.ranges.at(-1)).toBe('bytes=100000-');
    expect((await readFile(target())).equals(content)).toBe(true);
  });
  it('starts over when the file on the server is another one now', async () => {
    server.content = randomBytes(300_000);
    server.breakAfter = [100_000, 0, 0];
    await failure(pullModel(entry(), dir, quick));
    server.content = content;
    server.etag = '"v2"';
    await pullModel(entry(), dir, quick);
    expect((await readFile(target())).equals(content)).toBe(true);
  });
  it('fetches anew when the bytes of an earlier try were spoilt on disk', async () => {
    server.breakAfter = [100_000, 0, 0];
    await failure(pullModel(entry(), dir, quick));
    await writeFile(`${target()}.part`, Buffer.alloc(100_000));
    await pullModel(entry(), dir, quick);
    expect((await readFile(target())).equals(content)).toBe(true);
  });
  it('refuses another content and keeps the old file', async () => {
    await mkdir(path.join(dir, 'sub'));
    await writeFile(target(), 'old');
    server.content = randomBytes(300_000);
    expect(await failure(pullModel(entry(), dir, quick))).toMatchObject({ code: 'bad-input' });
    expect(await readFile(target(), 'utf8')).toBe('old');
    expect(existsSync(`${target()}.part`)).toBe(false);
  });
  it('refuses more bytes than the list names, before they fill the disk', async () => {
    server.content = randomBytes(400_000);
    expect(await failure(pullModel(entry(), dir, quick))).toMatchObject({ code: 'bad-input' });
    expect(existsSync(target())).toBe(false);
  });
  it('takes the next address when one fails', async () => {
    const gone = await serveFile(content);
    gone.status = 404;
    const pulled = await pullModel(entry({ downloads: [gone.url, server.url] }), dir, quick);
    expect(pulled.from).toBe(server.url);
    await gone.close();
  });
  it.each([
    [404, 'not-found'],
    [403, 'not-found'],
    [503, 'io'],
  ])('says what an answer of %i means', async (status, code) => {
    server.status = status;
    expect(await failure(pullModel(entry(), dir, quick))).toMatchObject({ code });
  });
  it('follows no redirect to another scheme, nor in circles', async () => {
    server.redirect = 'ftp://127.0.0.1/net.onnx';
    expect(await failure(pullModel(entry(), dir, quick))).toMatchObject({ code: 'io' });
    server.redirect = 'http://192.0.2.1/net.onnx';
    expect((await failure(pullModel(entry(), dir, quick))).message).toContain('without encryption');
    server.redirect = server.url;
    expect((await failure(pullModel(entry(), dir, quick))).message).toContain('without end');
  });
  it('stops when cancelled, and when nothing comes', async () => {
    const cancel = new AbortController();
    const work = downloadTo(server.url, path.join(dir, 'a.part'), {
      maxBytes: 1e6,
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    });
    expect(await failure(work)).toMatchObject({ code: 'cancelled' });
    const silent = await serveFile(content);
    silent.breakAfter = [10, 10, 10];
    const slow = downloadTo(silent.url, path.join(dir, 'b.part'), { maxBytes: 1e6, stallMs: 20, retryMs: 1 });
    expect(await failure(slow)).toMatchObject({ code: 'io' });
    await silent.close();
  });
});

describe('the address in the list', () => {
  it.each([
    ['https://example.org/a', true],
    ['http://127.0.0.1:8080/a', true],
    ['http://[::1]/a', true],
    ['http://example.org/a', false],
    ['http://127.0.0.1.example.org/a', false],
    ['ftp://127.0.0.1/a', false],
    ['file:///etc/passwd', false],
  ])('is https, or this computer: %s', (url, taken) => {
    expect(modelEntrySchema.safeParse({ ...plain, downloads: [url] }).success).toBe(taken);
  });
  it('may be missing; then the way out is named', async () => {
    expect(await failure(pullModel(plain, dir))).toMatchObject({
      code: 'unsupported',
      fix: expect.stringContaining('models add') as unknown,
    });
  });
});

describe('pulling from a mirror', () => {
  const mirrorOf = async (bytes: Buffer, listed = sha(bytes)): Promise<string> => {
    const mirror = path.join(dir, 'mirror');
    await mkdir(path.join(mirror, 'sub'), { recursive: true });
    await writeFile(path.join(mirror, 'sub/net.onnx'), bytes);
    await writeFile(path.join(mirror, 'sub/LICENSE'), 'Do good.');
    const file = {
      path: 'sub/net.onnx',
      bytes: bytes.length,
      sha256: listed,
      source: 's',
      commit: 'c',
      licence: 'MIT',
    };
    await writeFile(path.join(mirror, 'manifest.json'), JSON.stringify([file]));
    return mirror;
  };
  it('copies the file and its licence', async () => {
    const mirror = await readMirror(await mirrorOf(content));
    const user = path.join(dir, 'user');
    await pullModel(plain, user, { mirror });
    expect((await readFile(path.join(user, 'sub/net.onnx'))).equals(content)).toBe(true);
    expect(await readFile(path.join(user, 'sub/LICENSE'), 'utf8')).toBe('Do good.');
  });
  it('refuses what is not what the mirror or the list says', async () => {
    const user = path.join(dir, 'user');
    const spoilt = await readMirror(await mirrorOf(content, sha(Buffer.from('x'))));
    expect(await failure(pullModel(plain, user, { mirror: spoilt }))).toMatchObject({ code: 'bad-input' });
    const other = await readMirror(await mirrorOf(Buffer.from('another net')));
    expect(await failure(pullModel(plain, user, { mirror: other }))).toMatchObject({ code: 'bad-input' });
    expect(existsSync(path.join(user, 'sub/net.onnx'))).toBe(false);
  });
  it('notes the hash where none is published, and holds the file to it', async () => {
    const mirror = await readMirror(await mirrorOf(content));
    const user = path.join(dir, 'user');
    await pullModel({ ...plain, sha256: null, bytes: null }, user, { mirror });
    expect((await ownEntries(user))[0]).toMatchObject({ id: 'net', sha256: sha(content), bytes: content.length });
    expect((await resolveModel('net', [user])).sha256).toBe(sha(content));
    await writeFile(path.join(user, 'sub/net.onnx'), 'spoilt');
    expect(await failure(resolveModel('net', [user]))).toMatchObject({ code: 'bad-input' });
  });
  it('says when a folder is no mirror', async () => {
    expect(await failure(readMirror(dir))).toMatchObject({ code: 'not-found' });
    await writeFile(path.join(dir, 'manifest.json'), '[{"path":"../a"}]');
    expect(await failure(readMirror(dir))).toMatchObject({ code: 'bad-input' });
  });
});
