import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Route } from './routes.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** Vite writes this into the page; each answer gets a nonce of its own in its place. */
const noncePlaceholder = '__CSP_NONCE__';

/**
 * Files of our own only. Scripts are never inline; the nonce is for style elements that libraries insert at run time.
 * Chromium's built-in player draws nothing from elsewhere, so media and images need no further source.
 */
export function contentSecurityPolicy(nonce: string, connectSources: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "media-src 'self'",
    "font-src 'self'",
    `connect-src ${["'self'", ...connectSources].join(' ')}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

interface Page {
  type: string;
  body: Buffer;
}

/**
 * Every file below the built renderer by its address: what is not in the list does not exist. Held in memory (a few
 * megabytes), so that a build under a running app cannot mix two versions of the page.
 */
async function loadFiles(folder: string): Promise<Map<string, Page>> {
  const files = new Map<string, Page>();
  for (const dirent of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!dirent.isFile()) continue;
    const file = path.join(dirent.parentPath, dirent.name);
    const address = `/${path.relative(folder, file).split(path.sep).map(encodeURIComponent).join('/')}`;
    const type = contentTypes[path.extname(file)] ?? 'application/octet-stream';
    files.set(address, { type, body: await readFile(file) });
  }
  return files;
}

/**
 * The built renderer (dist/renderer). Pages are never stored by the browser; assets carry a content hash in their name.
 *
 * @throws when the folder does not exist
 */
export async function createPages(folder: string): Promise<Route> {
  const files = await loadFiles(folder);
  return async (request) => {
    const address = request.path === '/' ? '/index.html' : request.path;
    const page = files.get(address);
    if (!page) return null;
    const headers: Record<string, string> = { 'Content-Type': page.type };
    let { body } = page;
    if (address.endsWith('.html')) {
      const nonce = randomBytes(16).toString('base64');
      body = Buffer.from(body.toString('utf8').replaceAll(noncePlaceholder, nonce), 'utf8');
      headers['Content-Security-Policy'] = contentSecurityPolicy(nonce, request.connectSources);
      headers['Cross-Origin-Opener-Policy'] = 'same-origin';
      headers['X-Frame-Options'] = 'DENY';
      headers['Cache-Control'] = 'no-store';
    } else {
      headers['Cache-Control'] = address.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache';
    }
    headers['Content-Length'] = String(body.byteLength);
    return { status: 200, headers, body };
  };
}
