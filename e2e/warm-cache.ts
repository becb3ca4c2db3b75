import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const WARM = 'DIARIST_E2E_WARM';

/**
 * Before all tests: the bundled sample is diarized once. Each test gets a copy of that cache, so that only the tests that are
 * about diarizing wait for it.
 */
export default function warmCache(): () => void {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-e2e-warm-'));
  const cache = path.join(dir, 'cache');
  const sample = path.join(root, 'resources/sample/sample.mp4');
  const args = ['diarize', sample, '-o', path.join(dir, 'out'), '--cache-dir', cache];
  execFileSync(process.execPath, [path.join(root, 'bin/diarist'), ...args], {
    env: { ...process.env, DIARIST_DATA_DIR: path.join(dir, 'data'), DIARIST_CACHE_DIR: cache },
    stdio: 'ignore',
  });
  process.env[WARM] = cache;
  return () => rmSync(dir, { recursive: true, force: true });
}

/** A folder for an app's data and cache. @param cold nothing of the sample is known yet */
export function newAppFolder(cold = false): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-e2e-'));
  const warm = process.env[WARM];
  if (!cold && warm !== undefined) cpSync(warm, path.join(dir, 'cache'), { recursive: true, preserveTimestamps: true });
  return dir;
}
