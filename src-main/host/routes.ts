import type { Readable } from 'node:stream';

/** A request of either face, as far as routes need it. */
export interface RouteRequest {
  method: string;
  /** Path of the address as it came, still encoded, without query. */
  path: string;
  /** `Range` and `If-Range` headers. */
  range?: string | null;
  ifRange?: string | null;
  /** Further sources the page may connect to, for its content security policy: `ws://127.0.0.1:8642`. */
  connectSources?: readonly string[];
}

/** What both faces send. A stream that fails or ends early must break the response, not end it. */
export interface RouteResponse {
  status: number;
  headers: Record<string, string>;
  body: Readable | Uint8Array | null;
}

/** null = not mine. */
export type Route = (request: RouteRequest) => Promise<RouteResponse | null>;

const baseHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** A short answer in plain text, never stored. */
export function plainResponse(status: number, text: string, headers: Record<string, string> = {}): RouteResponse {
  const body = Buffer.from(`${text}\n`, 'utf8');
  return {
    status,
    headers: {
      ...baseHeaders,
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': String(body.byteLength),
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      ...headers,
    },
    body,
  };
}

/** The routes of the app, first match wins; adds what every answer carries. Only GET and HEAD exist. */
export function createRouter(routes: readonly Route[]): (request: RouteRequest) => Promise<RouteResponse> {
  const answer = async (request: RouteRequest): Promise<RouteResponse> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plainResponse(405, 'Only GET and HEAD.', { Allow: 'GET, HEAD' });
    }
    for (const route of routes) {
      const response = await route(request);
      if (response) return response;
    }
    return plainResponse(404, 'There is nothing here.');
  };
  return async (request) => {
    const response = await answer(request);
    response.headers = { ...baseHeaders, ...response.headers };
    if (request.method === 'HEAD' && response.body) {
      if (!(response.body instanceof Uint8Array)) response.body.destroy();
      response.body = null;
    }
    return response;
  };
}
