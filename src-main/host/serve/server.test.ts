import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { EventBus } from '../api/events.ts';
import { createPages } from '../pages.ts';
import { createRouter } from '../routes.ts';
import type { ServedHost } from './server.ts';
import { startServer } from './server.ts';

let folder: string;
let host: ServedHost;
const events = new EventBus();
const calls: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-server-'));
  await mkdir(path.join(folder, 'assets'));
  await writeFile(path.join(folder, 'index.html'), '<meta property="csp-nonce" nonce="__CSP_NONCE__"><p>Diarist');
  await writeFile(path.join(folder, 'assets', 'app-1a2b.js'), 'export {};');
  host = await startServer({
    port: 0,
    events,
    respond: createRouter([await createPages(folder)]),
    dispatch: async (method, input) => {
      calls.push({ method, input });
      return { ok: false, error: { code: 'bad-input', message: 'no methods here' } };
    },
  });
});
afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}
/** node:http sends Host, Origin and odd paths as given; fetch does not. */
function get(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest({ host: '127.0.0.1', port: host.port, path: target, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    call.on('error', reject).end();
  });
}
async function signIn(): Promise<string> {
  const { search } = new URL(host.url);
  const answer = await get(`/${search}`);
  return (answer.headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? '';
}
const wsOptions = (cookie: string, more: Record<string, string> = {}) => ({
  headers: { Cookie: cookie, Origin: `http://127.0.0.1:${host.port}`, ...more },
});
/** 'open' or the refusing status. */
function knock(options: { headers: Record<string, string> }, target = '/api'): Promise<string> {
  return new Promise((resolve) => {
    const socket = new NodeWebSocket(`ws://127.0.0.1:${host.port}${target}`, options);
    socket.on('open', () => {
      socket.close();
      resolve('open');
    });
    socket.on('error', (error) => resolve(error.message));
  });
}

describe('served host: who may come in', () => {
  it('exchanges the token at once for an HttpOnly SameSite=Strict cookie and drops it from the address', async () => {
    const { search } = new URL(host.url);
    const answer = await get(`/${search}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    const cookie = answer.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toMatch(/^diarist-[0-9a-f]{12}=[\w-]{40,}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie).not.toContain(new URLSearchParams(search).get('token'));
  });

  it('serves nothing without the cookie, nor for a wrong token or cookie', async () => {
    for (const target of ['/', '/index.html', '/assets/app-1a2b.js', '/media/x', '/?token=wrong', '/?token=']) {
      expect((await get(target)).status, target).toBe(403);
    }
    const cookie = await signIn();
    expect((await get('/', { Cookie: `${cookie}x` })).status).toBe(403);
    expect((await get('/', { Cookie: `other=1; ${cookie}` })).status).toBe(200);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '0.0.0.0:1', '192.168.1.2', 'localhost.:1'])(
    'refuses the host name "%s" (DNS rebinding)',
    async (name) => {
      expect((await get('/', { Cookie: await signIn(), Host: name })).status).not.toBe(200);
      expect(await knock(wsOptions(await signIn(), { Host: name, Origin: `http://${name}` }))).not.toBe('open');
    },
  );

  it('lets in the port that ssh -L shows to the browser', async () => {
    const answer = await get('/', { Cookie: await signIn(), Host: 'localhost:9000', Origin: 'http://localhost:9000' });
    expect(answer.status).toBe(200);
  });

  it('refuses what another page of this machine starts, though its cookie is sent along', async () => {
    const cookie = await signIn();
    const port = String(host.port);
    for (const headers of [
      { Origin: 'http://127.0.0.1:1' },
      { Origin: `https://127.0.0.1:${port}` },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ] as Record<string, string>[]) {
      expect((await get('/', { Cookie: cookie, ...headers })).status, JSON.stringify(headers)).toBe(403);
    }
  });

  it('opens the socket for its own page only', async () => {
    const cookie = await signIn();
    expect(await knock(wsOptions(cookie))).toBe('open');
    expect(await knock(wsOptions(cookie), '/other')).toContain('404');
    expect(await knock(wsOptions('diarist-1=2'))).toContain('403');
    expect(await knock({ headers: { Cookie: cookie } })).toContain('403');
    expect(await knock(wsOptions(cookie, { Origin: 'http://127.0.0.1:1' }))).toContain('403');
    expect(await knock(wsOptions(cookie, { Origin: 'null' }))).toContain('403');
  });

  it('listens on loopback only', async () => {
    const outside = Object.values(os.networkInterfaces())
      .flat()
      .find((address) => address && !address.internal && address.family === 'IPv4');
    if (!outside) return;
    await expect(fetch(`http://${outside.address}:${host.port}/`)).rejects.toThrow();
  });

  it('says so when a named port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const options = {
      port,
      events,
      respond: createRouter([]),
      dispatch: async () => ({ ok: true, value: {} }) as never,
    };
    await expect(startServer(options)).rejects.toMatchObject({ data: { code: 'conflict' } });
    other.close();
  });
});

describe('served host: pages', () => {
  it('sends a strict policy with a fresh nonce, nosniff and no-store', async () => {
    const cookie = await signIn();
    const [first, second] = [await get('/', { Cookie: cookie }), await get('/', { Cookie: cookie })];
    const policy = String(first.headers['content-security-policy']);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe-(inline|eval)/);
    expect(first.text).toContain(`nonce="${nonce}"`);
    expect(second.text).not.toContain(nonce);
    expect(first.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
  });

  it('answers HEAD without a body and refuses other methods', async () => {
    const cookie = await signIn();
    const head = await get('/', { Cookie: cookie }, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await get('/', { Cookie: cookie }, method)).status, method).toBe(405);
    }
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/assets/..%2findex.html',
    '/assets\\app-1a2b.js',
    '/%00',
    '/assets',
  ])('has no file at %s', async (target) => {
    expect((await get(target, { Cookie: await signIn() })).status).toBe(404);
  });
});

describe('served host: socket', () => {
  it('serves many clients, pushes events to all, and survives frames that are no calls', async () => {
    const cookie = await signIn();
    const sockets = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const socket = new NodeWebSocket(`ws://127.0.0.1:${host.port}/api`, wsOptions(cookie));
        await new Promise((resolve) => socket.once('open', resolve));
        return socket;
      }),
    );
    const next = (socket: NodeWebSocket) =>
      new Promise<unknown>((resolve) => socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()))));
    const received = sockets.map(next);
    events.emit({ type: 'project.changed' });
    expect(await Promise.all(received)).toEqual(sockets.map(() => ({ event: { type: 'project.changed' } })));

    const socket = sockets[0]!;
    for (const junk of ['', 'null', '[]', '{', '{"id":-1,"method":"x"}', '{"id":1}', Buffer.from([1, 2, 3])]) {
      const answer = next(socket);
      socket.send(junk);
      expect(await answer).toMatchObject({ id: null, error: { code: 'bad-input' } });
    }
    const answer = next(socket);
    socket.send(JSON.stringify({ id: 7, method: 'app.info', input: {} }));
    expect(await answer).toMatchObject({ id: 7, result: { ok: false } });
    expect(calls).toEqual([{ method: 'app.info', input: {} }]);

    for (const open of sockets) open.close();
    await expect.poll(() => events.size).toBe(0);
  });
});
