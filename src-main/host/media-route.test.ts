import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, open, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMediaRoute, mediaContentType } from './media-route.ts';
import type { RouteRequest, RouteResponse } from './routes.ts';
import { createRouter } from './routes.ts';

let folder: string;
let respond: (request: RouteRequest) => Promise<RouteResponse>;
const content = Buffer.from(Array.from({ length: 100_003 }, (_, at) => (at * 31 + (at >> 8)) & 255));
const files = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-route-'));
  const add = async (id: string, name: string, data: Buffer | string = content): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, data);
    files.set(id, file);
    return file;
  };
  await add('talk', 'talk.mp4');
  await add('odd', 'a "b"\n%2e%2e😀.mp4');
  await add('empty', 'empty.mp4', '');
  await add('short', 'short.mp4');
  await mkdir(path.join(folder, 'sub'));
  files.set('folder', path.join(folder, 'sub'));
  files.set('gone', path.join(folder, 'gone.mp4'));
  files.set('device', '/dev/zero');
  await symlink(path.join(folder, 'talk.mp4'), path.join(folder, 'link.mp4'));
  files.set('link', path.join(folder, 'link.mp4'));
  if (process.platform !== 'win32') {
    execFileSync('mkfifo', [path.join(folder, 'pipe.mp4')]);
    files.set('fifo', path.join(folder, 'pipe.mp4'));
  }
  respond = createRouter([
    createMediaRoute(async (kind, id) => {
      const file = files.get(id);
      if (!file || (kind === 'proxy' && id !== 'talk')) return null;
      return { path: file, contentType: mediaContentType(file), immutable: kind === 'artifact' };
    }),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Got {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}
async function get(target: string, range: string | null = null, more: Partial<RouteRequest> = {}): Promise<Got> {
  const { status, headers, body } = await respond({ method: 'GET', path: target, range, ...more });
  if (body === null) return { status, headers, body: Buffer.alloc(0) };
  return { status, headers, body: body instanceof Uint8Array ? Buffer.from(body) : await buffer(body) };
}
const openDescriptors = async (): Promise<number> => (await readdir('/proc/self/fd')).length;

describe('media route: what is sent', () => {
  it('sends a whole file with 200 and says that ranges work', async () => {
    const got = await get('/media/talk');
    expect(got.status).toBe(200);
    expect(got.body.equals(content)).toBe(true);
    expect(got.headers).toMatchObject({
      'Content-Type': 'video/mp4',
      'Content-Length': '100003',
      'Accept-Ranges': 'bytes',
      'X-Content-Type-Options': 'nosniff',
    });
  });

  it('sends exactly the bytes of any range (property)', async () => {
    const byte = fc.integer({ min: 0, max: content.length - 1 });
    await fc.assert(
      fc.asyncProperty(byte, byte, async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const got = await get('/media/talk', `bytes=${start}-${end}`);
        expect(got.status).toBe(206);
        expect(got.headers['Content-Range']).toBe(`bytes ${start}-${end}/${content.length}`);
        expect(got.headers['Content-Length']).toBe(String(end - start + 1));
        expect(got.body.equals(content.subarray(start, end + 1))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['bytes=100000-', 206, 3],
    ['bytes=-10', 206, 10],
    ['bytes=-999999999', 206, 100_003],
    ['bytes=0-999999999', 206, 100_003],
    ['bytes=100003-', 416, 0],
    ['bytes=999999999-1000000000', 416, 0],
    ['bytes=-0', 416, 0],
  ])('%s → %d', async (range, status, length) => {
    const got = await get('/media/talk', range);
    expect([got.status, got.body.length]).toEqual([status, length]);
    if (status === 416) expect(got.headers['Content-Range']).toBe('bytes */100003');
  });

  it('answers HEAD like GET, without the body', async () => {
    for (const range of [null, 'bytes=5-9', 'bytes=999999-']) {
      const full = await get('/media/talk', range);
      const head = await get('/media/talk', range, { method: 'HEAD' });
      expect(head.body.length).toBe(0);
      expect([head.status, head.headers]).toEqual([full.status, full.headers]);
    }
  });

  it('sends all of it when the file is no longer the one the range was meant for', async () => {
    const etag = (await get('/media/talk')).headers['ETag']!;
    expect((await get('/media/talk', 'bytes=0-1', { ifRange: etag })).status).toBe(206);
    expect((await get('/media/talk', 'bytes=0-1', { ifRange: '"old"' })).status).toBe(200);
  });

  it('sends an empty file, odd names and links into the set', async () => {
    expect(await get('/media/empty')).toMatchObject({ status: 200, headers: { 'Content-Length': '0' } });
    expect((await get('/media/odd')).body.length).toBe(content.length);
    expect((await get('/media/link', 'bytes=0-0')).status).toBe(206);
  });

  it('lets the browser keep what is named by its content, and nothing else', async () => {
    expect((await get('/artifact/talk')).headers['Cache-Control']).toContain('immutable');
    expect((await get('/media/talk')).headers['Cache-Control']).toBe('private, no-cache');
  });
});

describe('media route: what is not there', () => {
  const names = [
    '..',
    '../talk',
    '%2e%2e',
    '%2e%2e%2ftalk',
    '..%2ftalk',
    '%252e%252e',
    'talk%00',
    'talk%00.mp4',
    '%00',
    'talk\\..\\talk',
    '..\\talk',
    '%5c%5cserver%5cshare',
    '\\\\server\\share',
    '//server/share',
    'C:',
    'C:\\Windows\\win.ini',
    'C:/Windows/win.ini',
    'c%3a%5c',
    '/etc/passwd',
    '%2fetc%2fpasswd',
    'file:///etc/passwd',
    'talk/',
    'talk/x',
    'talk.mp4',
    './talk',
    ' talk',
    'talk ',
    'talk;x',
    'TALK',
    '__proto__',
    'constructor',
    '',
    'x'.repeat(10_000),
    '😀',
    'folder',
    'gone',
    'device',
    'fifo',
  ];
  for (const kind of ['media', 'proxy', 'artifact']) {
    it(`refuses every name of the table under /${kind}, for GET, HEAD and ranges, without opening anything`, async () => {
      for (const name of names) {
        for (const method of ['GET', 'HEAD']) {
          for (const range of [null, 'bytes=0-10']) {
            const got = await get(`/${kind}/${name}`, range, { method });
            expect([name, got.status]).toEqual([name, 404]);
            expect(got.headers['Content-Range']).toBeUndefined();
            expect(got.body.toString()).not.toContain(folder);
          }
        }
      }
    });
  }

  it('knows no other kinds and no bare kind', async () => {
    for (const target of ['/media', '/media/', '/Media/talk', '/mediax/talk', '//media/talk', '/media//talk']) {
      expect((await get(target)).status, target).toBe(404);
    }
    expect((await get('/proxy/link')).status).toBe(404);
  });
});

describe('media route under load', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer((request, response) => {
      void respond({ method: request.method!, path: request.url!, range: request.headers.range ?? null }).then(
        (result) => {
          response.writeHead(result.status, result.headers);
          if (result.body === null || result.body instanceof Uint8Array) response.end(result.body ?? undefined);
          else pipeline(result.body, response, () => {});
        },
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('answers 200 ranges at one time', async () => {
    const ranges = Array.from({ length: 200 }, (_, at) => [at * 400, at * 400 + 20_000] as const);
    const answers = await Promise.all(
      ranges.map(async ([start, end]) => {
        const answer = await fetch(`http://127.0.0.1:${port}/media/talk`, {
          headers: { Range: `bytes=${start}-${end}` },
        });
        return Buffer.from(await answer.arrayBuffer());
      }),
    );
    answers.forEach((answer, at) => {
      expect(answer.equals(content.subarray(ranges[at]![0], ranges[at]![1] + 1))).toBe(true);
    });
  });

  it.runIf(process.platform === 'linux')(
    'leaves no descriptor open after 2,000 seeks, most of them broken off',
    async () => {
      const big = path.join(folder, 'big.mp4');
      const handle = await open(big, 'w');
      await handle.truncate(64 * 1024 * 1024);
      await handle.close();
      files.set('big', big);
      const before = await openDescriptors();
      for (let round = 0; round < 40; round += 1) {
        await Promise.all(
          Array.from({ length: 50 }, async (_, at) => {
            const { body } = await respond({ method: 'GET', path: '/media/big', range: `bytes=${at * 1000}-` });
            if (!body || body instanceof Uint8Array) throw new Error('no stream');
            // As a browser does: some never read, some read a little, all go away.
            if (at % 2 === 0) await new Promise((resolve) => body.once('data', resolve));
            const closed = new Promise((resolve) => body.once('close', resolve));
            body.destroy();
            await closed;
          }),
        );
      }
      expect(await openDescriptors()).toBeLessThanOrEqual(before + 2);
    },
  );

  it('breaks the connection when a file becomes shorter while it is sent', async () => {
    const file = path.join(folder, 'shrinking.mp4');
    const handle = await open(file, 'w');
    await handle.truncate(50 * 1024 * 1024);
    await handle.close();
    files.set('shrinking', file);
    const outcome = await new Promise<string>((resolve) => {
      const call = httpRequest({ host: '127.0.0.1', port, path: '/media/shrinking' }, (response) => {
        response.once('data', () => void truncate(file, 1000));
        response.on('data', () => {});
        response.on('end', () => resolve('ended as if complete'));
        response.on('error', () => resolve('broken'));
      });
      call.on('error', () => resolve('broken'));
      call.end();
    });
    expect(outcome).toBe('broken');
  });

  it('sends what a growing file had when it was asked for', async () => {
    const file = files.get('short')!;
    const { headers, body } = await respond({ method: 'GET', path: '/media/short', range: null });
    await writeFile(file, Buffer.alloc(50_000), { flag: 'a' });
    if (!body || body instanceof Uint8Array) throw new Error('no stream');
    expect((await buffer(body)).length).toBe(content.length);
    expect(headers['Content-Length']).toBe(String(content.length));
  });
});
