import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { WebSocketServer } from 'ws';
import { AppError } from '#shared/api/errors.ts';
import { maxFrameBytes, socketPath } from '#shared/api/wire.ts';
import type { Dispatch } from '../api/dispatch.ts';
import type { EventBus } from '../api/events.ts';
import type { RouteRequest, RouteResponse } from '../routes.ts';
import { plainResponse } from '../routes.ts';
import { Gate } from './gate.ts';
import { attachSocket } from './socket.ts';

/** Tried first when no port is named, so that bookmarks and `ssh -L` lines keep working. */
export const usualPort = 8642;

export interface ServedHost {
  /** With the token; open it once. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface ServerOptions {
  dispatch: Dispatch;
  events: EventBus;
  respond: (request: RouteRequest) => Promise<RouteResponse>;
  /** A port that must be had; absent = {@link usualPort} or any free one. */
  port?: number | undefined;
}

/**
 * The app for a browser of this machine: loopback only, token → cookie, Host and Origin checked everywhere.
 *
 * @throws AppError conflict when the named port is taken
 */
export async function startServer(options: ServerOptions): Promise<ServedHost> {
  const gate = new Gate();
  const server = createServer((request, response) => {
    void answer(gate, options, request, response);
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes });
  server.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    duplex.on('error', () => {});
    const isSocket = pathOf(request) === socketPath;
    if (!isSocket || !gate.socketAllowed(request.headers)) return refuseUpgrade(duplex, isSocket ? 403 : 404);
    sockets.handleUpgrade(request, duplex, head, (socket) => attachSocket(socket, options.dispatch, options.events));
  });
  // A page that was left open must not hold a slot for ever, a long video may.
  server.requestTimeout = 30_000;
  const port = await listen(server, options.port);
  return {
    port,
    url: `http://127.0.0.1:${port}/?token=${gate.token}`,
    close: async () => {
      for (const socket of sockets.clients) socket.close(1001, 'Diarist was closed');
      sockets.close();
      const closed = new Promise((resolve) => server.close(resolve));
      setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
      }, 300);
      await closed;
    },
  };
}

async function listen(server: Server, port: number | undefined): Promise<number> {
  const attempt = (candidate: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: '127.0.0.1', port: candidate, exclusive: true }, () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  if (port === undefined) return attempt(usualPort).catch(() => attempt(0));
  return attempt(port).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('conflict', `Port ${port} cannot be used (${error.code ?? error.message}).`, {
      fix: 'Name another one with --port, or leave it out to take any free one.',
    });
  });
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/';

function tokenOf(request: IncomingMessage): string | null {
  const query = (request.url ?? '').split('?').slice(1).join('?');
  return new URLSearchParams(query).get('token');
}

async function answer(
  gate: Gate,
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const result = admit(gate, request) ?? (await options.respond(toRoute(request)));
    send(result, response);
  } catch (error) {
    console.error('A request failed:', error);
    if (response.headersSent) response.destroy();
    else send(plainResponse(500, 'Diarist could not answer; its terminal says why.'), response);
  }
}

/** null = may pass. */
function admit(gate: Gate, request: IncomingMessage): RouteResponse | null {
  const { headers } = request;
  if (!gate.hostAllowed(headers)) return plainResponse(421, 'Diarist answers to the names of this machine only.');
  const token = tokenOf(request);
  if (request.method === 'GET' && pathOf(request) === '/' && token !== null) {
    // The token leaves the address at once; it does not matter which page the link was on.
    if (!gate.tokenMatches(token)) return plainResponse(403, staleAddress);
    return plainResponse(303, 'Welcome.', { 'Set-Cookie': gate.setCookieHeader(), Location: '/' });
  }
  if (gate.isForeign(headers)) return plainResponse(403, 'Diarist does not answer to other pages.');
  if (!gate.hasCookie(headers)) return plainResponse(403, staleAddress);
  return null;
}

const staleAddress = 'Open the address that Diarist printed when it started: it holds the key to this page.';

function toRoute(request: IncomingMessage): RouteRequest {
  const ifRange = request.headers['if-range'];
  return {
    method: request.method ?? 'GET',
    path: pathOf(request),
    range: request.headers.range ?? null,
    ifRange: typeof ifRange === 'string' ? ifRange : null,
    // 'self' means http: there; older browsers need the socket named.
    connectSources: [`ws://${request.headers.host}`],
  };
}

function send(result: RouteResponse, response: ServerResponse): void {
  response.writeHead(result.status, result.headers);
  if (result.body === null || result.body instanceof Uint8Array) response.end(result.body ?? undefined);
  // Closes the source when the browser goes away, and breaks the connection when the source fails.
  else pipeline(result.body, response, () => {});
}

function refuseUpgrade(duplex: Duplex, status: number): void {
  duplex.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
