import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Protocol } from 'electron';
import type { RouteRequest, RouteResponse } from '../routes.ts';
import { appScheme, isAppUrl } from './origin.ts';

/** S8. Before `ready`: an origin of its own, streams for video, fetch for arrays. */
export function registerScheme(protocol: Protocol): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
}

/**
 * Answers `diarist://app/…` from the same routes as the served host, `Range` included: `net.fetch('file://…')` would
 * ignore it and make every seek jump to 0 (electron #38749).
 */
export function handleScheme(protocol: Protocol, respond: (request: RouteRequest) => Promise<RouteResponse>): void {
  protocol.handle(appScheme, async (request) => {
    if (!isAppUrl(request.url)) return new Response(null, { status: 404 });
    const answer = await respond({
      method: request.method,
      path: rawPath(request.url),
      range: request.headers.get('range'),
      ifRange: request.headers.get('if-range'),
    });
    return new Response(toBody(answer.body), { status: answer.status, headers: answer.headers });
  });
}

/** The path as it came: URL would resolve dots before the routes can refuse them. */
function rawPath(address: string): string {
  const afterHost = address.slice(`${appScheme}://app`.length);
  return afterHost.split(/[?#]/, 1)[0] || '/';
}

function toBody(body: RouteResponse['body']): Uint8Array<ArrayBuffer> | ReadableStream | null {
  if (body === null) return null;
  return body instanceof Uint8Array ? new Uint8Array(body) : Readable.toWeb(body);
}
