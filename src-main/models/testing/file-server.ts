import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer {
  url: string;
  /** Range header of each request, in order. */
  ranges: (string | undefined)[];
  /** What it serves; may be changed between requests. */
  content: Buffer;
  etag: string;
  /** Bytes after which each of the next answers breaks off. */
  breakAfter: number[];
  /** Bytes of the file after which answers send nothing more, without an end. */
  pauseAfter: number | null;
  /** Answer this status instead. */
  status: number | null;
  /** Answer with a redirect there instead. */
  redirect: string | null;
  close(): Promise<void>;
}

/** One file over HTTP on the loopback interface, with ranges, that can be told to misbehave. */
export async function serveFile(content: Buffer): Promise<FileServer> {
  const server = createServer((request, response) => {
    state.ranges.push(request.headers.range);
    if (state.redirect !== null) return void response.writeHead(302, { location: state.redirect }).end();
    if (state.status !== null) return void response.writeHead(state.status).end();
    const size = state.content.length;
    const from = rangeStart(request, state.etag);
    if (from !== null && from >= size) {
      return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    }
    const body = state.content.subarray(from ?? 0);
    const headers: Record<string, string> = { etag: state.etag, 'content-length': String(body.length) };
    if (from !== null) headers['content-range'] = `bytes ${from}-${size - 1}/${size}`;
    response.writeHead(from === null ? 200 : 206, headers);
    const limit = state.breakAfter.shift();
    if (state.pauseAfter !== null) return void response.write(body.subarray(0, state.pauseAfter - (from ?? 0)));
    if (limit === undefined) response.end(body);
    else response.write(body.subarray(0, limit), () => setTimeout(() => response.destroy(), 50));
  });
  const state: FileServer = {
    url: '',
    ranges: [],
    content,
    etag: '"v1"',
    breakAfter: [],
    pauseAfter: null,
    status: null,
    redirect: null,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/net.onnx`;
  return state;
}

function rangeStart(request: IncomingMessage, etag: string): number | null {
  const condition = request.headers['if-range'];
  const start = /^bytes=(\d+)-$/u.exec(request.headers.range ?? '')?.[1];
  return start === undefined || (condition !== undefined && condition !== etag) ? null : Number(start);
}
