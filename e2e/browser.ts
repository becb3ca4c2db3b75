import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** What Playwright needs to start the browser. */
export interface BrowserLaunch {
  executablePath: string;
  args: string[];
  env: Record<string, string>;
}

const systemBrowsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Quiet, deterministic, and without a single call to the outside. */
const commonArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
  '--autoplay-policy=no-user-gesture-required',
];

/**
 * A headless Chromium: the system's, else the one npm carries (`@sparticuz/chromium`), with its own libraries and fonts,
 * so that it also starts where libnss3 and fonts are missing. DIARIST_NO_SYSTEM=1 hides the system's.
 */
export function findBrowser(): BrowserLaunch {
  if (process.env['DIARIST_NO_SYSTEM'] !== '1') {
    const found = systemBrowsers.find((file) => existsSync(file));
    if (found) return { executablePath: found, args: commonArgs, env: environment({}) };
  }
  const folder = unpackCarriedBrowser();
  return {
    executablePath: path.join(folder, 'chromium'),
    args: commonArgs,
    env: environment({
      LD_LIBRARY_PATH: path.join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: path.join(folder, 'fonts'),
    }),
  };
}

function environment(more: Record<string, string>): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(inherited), ...more };
}

/** Unpacked once per machine; several test processes may race for it, the first rename wins. */
function unpackCarriedBrowser(): string {
  const root = path.resolve(import.meta.dirname, '..');
  const moduleUrl = pathToFileURL(path.join(root, 'node_modules/@sparticuz/chromium/build/esm/index.js')).href;
  const folder = path.join(os.tmpdir(), `diarist-chromium-147-${os.userInfo().uid}`);
  if (existsSync(path.join(folder, 'chromium'))) return folder;
  const part = `${folder}.${process.pid}.part`;
  mkdirSync(part, { recursive: true });
  // The package unpacks its libraries only where it believes to run on Vercel or Lambda; VERCEL=1 says so.
  const child = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const c = (await import(${JSON.stringify(moduleUrl)})).default; await c.executablePath();`,
    ],
    { env: { ...process.env, TMPDIR: part, VERCEL: '1' }, encoding: 'utf8' },
  );
  if (child.status !== 0) throw new Error(`The carried Chromium could not be unpacked: ${child.stderr}`);
  try {
    renameSync(part, folder);
  } catch {
    rmSync(part, { recursive: true, force: true });
  }
  return folder;
}
