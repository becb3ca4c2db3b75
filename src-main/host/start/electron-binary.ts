import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';

/** Longest wait for the first byte of the download. */
const firstByteMs = 10_000;
const triedEveryMs = 24 * 60 * 60 * 1000;

export type ElectronBinary = { path: string } | { path: null; reason: string };

export interface ElectronPlace {
  /** Folder of the npm package `electron`; null = not installed. */
  packageDir: string | null;
  /** Remembers when a download was last tried. */
  stampFile: string;
  /** Use what is there, never the network. */
  offline: boolean;
}

/** The electron package of this checkout. It carries no binary: that is downloaded at the first start. */
export function electronPackage(): string | null {
  try {
    return path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return null;
  }
}

/** Electron's executable where it already is; null = not yet. */
export async function installedElectron(packageDir: string): Promise<string | null> {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const name = await readFile(path.join(packageDir, 'path.txt'), 'utf8').catch(() => null);
  if (!override && !name) return null;
  const file = path.join(override ?? path.join(packageDir, 'dist'), name?.trim() || 'electron');
  return existsSync(file) ? file : null;
}

/**
 * Electron's executable, downloaded where it is missing: 10 s to the first byte, tried once a day. Never throws; the
 * reason is one clause for people.
 */
export async function findElectron(
  place: ElectronPlace,
  download: (packageDir: string) => Promise<void> = downloadElectron,
): Promise<ElectronBinary> {
  if (!place.packageDir) return { path: null, reason: 'Electron is not installed' };
  const present = await installedElectron(place.packageDir);
  if (present) return { path: present };
  if (place.offline) return { path: null, reason: 'DIARIST_OFFLINE=1 keeps Electron from being downloaded' };
  const lastTry = await stat(place.stampFile).catch(() => null);
  const sinceMs = lastTry ? Date.now() - lastTry.mtimeMs : Infinity;
  // File times are finer than Date.now(): a fresh one may lie a fraction ahead. One far ahead is a clock that was set back.
  if (sinceMs > -1000 && sinceMs < triedEveryMs) {
    return { path: null, reason: 'Electron could not be downloaded today and is tried again tomorrow' };
  }
  await ensureFolder(path.dirname(place.stampFile));
  await writeFile(place.stampFile, `${new Date().toISOString()}\n`);
  try {
    await download(place.packageDir);
  } catch (error) {
    return { path: null, reason: `Electron could not be downloaded (${(error as Error).message})` };
  }
  const fetched = await installedElectron(place.packageDir);
  return fetched ? { path: fetched } : { path: null, reason: 'Electron was downloaded but is incomplete' };
}

/** Asks for the first byte, then lets Electron's own installer fetch and verify the archive. */
async function downloadElectron(packageDir: string): Promise<void> {
  const { version } = JSON.parse(await readFile(path.join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const mirror =
    process.env['ELECTRON_MIRROR'] ??
    process.env['npm_config_electron_mirror'] ??
    'https://github.com/electron/electron/releases/download/v';
  const archive = `${mirror}${version}/electron-v${version}-${process.platform}-${process.arch}.zip`;
  await firstByte(archive);
  process.stdout.write('Downloading Electron (once, about 120 MB) …\n');
  await new Promise<void>((resolve, reject) => {
    const installer = spawn(process.execPath, [path.join(packageDir, 'install.js')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    installer.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    installer.on('error', reject);
    installer.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(errors.split('\n', 1)[0] || `code ${code}`)),
    );
  });
}

async function firstByte(url: string): Promise<void> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), firstByteMs);
  try {
    const response = await fetch(url, { signal: controller.signal, headers: { Range: 'bytes=0-0' } });
    if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
    await response.body?.getReader().read();
  } catch (error) {
    if (controller.signal.aborted) throw new Error(`no answer from ${new URL(url).host} within 10 s`, { cause: error });
    if (error instanceof TypeError) throw new Error(`${new URL(url).host} cannot be reached`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
