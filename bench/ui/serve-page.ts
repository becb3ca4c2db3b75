import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { encodePeaks, PeaksBuilder } from '#shared/media/peaks.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Builds the bench page (src-renderer/timeline/bench: the real components, as in production) into a temporary folder and
 * serves it on the loopback, with waveform peaks of `durationSec` of made-up speech at `/peaks.bin`.
 * @param media files to serve by name, for playing: name → absolute path
 */
export async function serveBenchPage(
  durationSec: number,
  media: Readonly<Record<string, string>> = {},
): Promise<ServedPage> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-bench-ui-'));
  const { build } = await import('vite');
  await build({
    root: path.join(root, 'src-renderer/timeline/bench'),
    configFile: path.join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  const peaks = madeUpPeaks(durationSec);
  const frames = Buffer.from(Float64Array.from({ length: Math.floor(durationSec * 25) }, (_, i) => i / 25).buffer);
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1) || 'index.html';
    if (name === 'peaks.bin' || name === 'frames.bin') {
      response.end(name === 'peaks.bin' ? peaks : frames);
      return;
    }
    const file = media[name] ?? path.join(folder, path.normalize(`/${name}`));
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    void sendFile(request, response, file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.mp4': 'video/mp4',
  '.wav': 'audio/wav',
};

async function sendFile(request: http.IncomingMessage, response: http.ServerResponse, file: string): Promise<void> {
  const { size } = await stat(file);
  const type = types[path.extname(file)] ?? 'application/octet-stream';
  const range = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '');
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Number(range[2]) : size - 1;
  response.writeHead(range ? 206 : 200, {
    'Content-Type': type,
    'Content-Length': end - start + 1,
    'Accept-Ranges': 'bytes',
    ...(range ? { 'Content-Range': `bytes ${start}-${end}/${size}` } : {}),
  });
  createReadStream(file, { start, end }).pipe(response);
}

/** Bursts of noise with the rhythm of speech; one block is repeated, because the drawing does not care. */
function madeUpPeaks(durationSec: number): Uint8Array {
  const rateHz = 16_000;
  const block = new Int16Array(rateHz * 20);
  let state = 1;
  for (let i = 0; i < block.length; i++) {
    state = (state * 16_807) % 2_147_483_647;
    const sec = i / rateHz;
    const loud = Math.max(0, Math.sin(sec * 1.9) + 0.3) * (0.4 + 0.6 * Math.abs(Math.sin(sec * 17)));
    block[i] = (state / 2_147_483_647 - 0.5) * 2 * 22_000 * loud + (state % 200);
  }
  const builder = new PeaksBuilder(rateHz);
  for (let leftSec = durationSec; leftSec > 0; leftSec -= 20) {
    builder.push(leftSec >= 20 ? block : block.subarray(0, Math.floor(leftSec * rateHz)));
  }
  return encodePeaks(builder.finish());
}
