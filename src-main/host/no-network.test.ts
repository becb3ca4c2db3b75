import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTools } from '#media/ffmpeg.ts';

const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample.mp4');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-offline-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A network of its own without any route, where the system lets us make one. */
const isolated = process.platform === 'linux' && spawnSync('unshare', ['-rn', 'true']).status === 0;

async function watched(target: string): Promise<{ output: string; attempts: string[] }> {
  const here = (name: string): string => path.join(import.meta.dirname, 'testing', name);
  const log = path.join(folder, 'network.log');
  const node = [process.execPath, '--import', here('deny-network.ts'), here('run-sample.ts'), target];
  const command = isolated ? ['unshare', '-rn', ...node] : node;
  const child = spawn(command[0]!, command.slice(1), {
    env: {
      ...process.env,
      DIARIST_NETWORK_LOG: log,
      DIARIST_DATA_DIR: path.join(folder, 'data'),
      DIARIST_CACHE_DIR: path.join(folder, 'cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, code === 0 ? '' : errors]).toEqual([0, '']);
  const attempts = (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  return { output, attempts };
}

describe(`S7 without a network (${isolated ? 'no route' : 'connections refused'})`, () => {
  it('diarizes the sample and exports it, and host and engine never try to connect', async () => {
    // Fourteen seconds go through every stage that the whole minute goes through.
    const { ffmpegPath } = await findTools();
    const clip = path.join(folder, 'sample.mp4');
    execFileSync(ffmpegPath, ['-v', 'error', '-i', sample, '-t', '14', '-c', 'copy', clip]);
    const { output, attempts } = await watched(clip);
    expect(attempts).toEqual([]);
    const answer = JSON.parse(output) as { segmentCount: number };
    expect(answer).toMatchObject({ state: 'done', exported: true });
    expect(answer.segmentCount).toBeGreaterThan(2);
  }, 180_000);

  it('would notice an attempt (control)', async () => {
    const { attempts } = await watched('--call-home');
    expect(attempts.map((line) => line.replace(/^\d+ /, ''))).toEqual(
      expect.arrayContaining(['connect 192.0.2.1', expect.stringMatching(/diarist\.example/)]),
    );
  }, 180_000);
});
