import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appVersion } from '#runtime/version.ts';

const command = path.resolve(import.meta.dirname, '../../bin/diarist');
const name = `${appVersion()}-node-${process.versions.node}-${process.arch}`;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-code-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** `diarist --version` as a person starts it: tests have a place of their own for compiled code. */
function start(env: Record<string, string> = {}): void {
  const { NODE_COMPILE_CACHE: _, ...inherited } = process.env;
  const run = spawnSync(process.execPath, [command, '--version'], {
    env: { ...inherited, TMPDIR: path.join(dir, 'tmp'), DIARIST_CACHE_DIR: path.join(dir, 'cache'), ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([run.status, run.stdout, run.stderr]).toEqual([0, `${appVersion()}\n`, '']);
}
const kept = (...parts: string[]): string[] => readdirSync(path.join(dir, 'cache', 'code', ...parts));

describe('compiled code', () => {
  it('is kept in the app’s own cache folder, by version, and nowhere else', () => {
    start();
    expect(readdirSync(path.join(dir, 'cache'))).toEqual(['code']);
    expect(kept()).toEqual([name]);
    expect(kept(name)).toHaveLength(1);
    expect(existsSync(path.join(dir, 'tmp'))).toBe(false);
  });

  it('of old versions is removed when a new one begins', () => {
    for (let version = 1; version <= 5; version++) {
      const old = path.join(dir, 'cache', 'code', `0.0.${version}`);
      mkdirSync(old, { recursive: true });
      utimesSync(old, version, version);
    }
    start();
    expect(kept().sort()).toEqual(['0.0.4', '0.0.5', name]);
    start();
    expect(kept()).toHaveLength(3);
  });

  it('is not kept where a person has chosen a place or none', () => {
    start({ NODE_DISABLE_COMPILE_CACHE: '1' });
    start({ NODE_COMPILE_CACHE: path.join(dir, 'own') });
    expect(existsSync(path.join(dir, 'cache'))).toBe(false);
    expect(existsSync(path.join(dir, 'own'))).toBe(true);
  });

  it('is not missed where nothing can be written', () => {
    writeFileSync(path.join(dir, 'file'), '');
    start({ DIARIST_CACHE_DIR: path.join(dir, 'file', 'cache') });
    if (process.platform === 'linux') start({ DIARIST_CACHE_DIR: '/proc/nowhere/cache' });
  });

  it.skipIf(process.platform === 'win32')('is not read from a folder that others may write to', () => {
    const folder = path.join(dir, 'cache', 'code', name);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    start();
    expect(readdirSync(folder)).toEqual([]);
  });
});
