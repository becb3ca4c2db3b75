import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseRttm } from '#shared/formats/rttm.ts';
import { runTool } from '#media/ffmpeg.ts';
import { testTools } from '#media/testing/make-media.ts';
import { runCli } from './testing/run-cli.ts';
import { watchMemory } from './testing/watch-memory.ts';

const HOURS = 3;
const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample.mp4');
/** Host, engine with its nets, and ffmpeg together. The samples alone would be 345 MB as int16, 690 MB as float32. */
const MOST_BYTES = 1.2e9;

it(`${HOURS} hours of speech are worked on in bounded memory`, async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'diarist-long-'));
  try {
    const { ffmpegPath } = await testTools();
    const file = path.join(folder, 'long.m4a');
    const input = ['-stream_loop', String(HOURS * 60 - 1), '-i', sample, '-t', String(HOURS * 3600)];
    const made = await runTool(ffmpegPath, [
      ...['-nostdin', '-v', 'error', '-progress', 'pipe:2', ...input],
      ...['-map', '0:a', '-c:a', 'copy', file],
    ]);
    expect(made.exitCode, made.stderrTail).toBe(0);

    const began = Date.now();
    let memory: ReturnType<typeof watchMemory> | undefined;
    const run = await runCli(
      ['diarize', file, '-o', path.join(folder, 'out'), '--cache-dir', path.join(folder, 'cache'), '--json'],
      { cwd: folder, onStart: (child) => (memory = watchMemory(child.pid!)) },
    );
    const most = memory?.stop() ?? null;
    const seconds = (Date.now() - began) / 1000;
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    const done = JSON.parse(run.stdout.trim().split('\n').at(-1)!) as { decodedSec: number; speakers: number };
    expect(done.decodedSec).toBeGreaterThan(HOURS * 3600 - 60);
    const { turns } = parseRttm(readFileSync(path.join(folder, 'out/long.rttm'), 'utf8'));
    expect(turns.at(-1)!.endSec).toBeGreaterThan(HOURS * 3600 - 120);
    expect(done.speakers).toBeGreaterThanOrEqual(2);
    // One minute over and over: no copy of it may be without speech.
    for (let minute = 0; minute < HOURS * 60; minute++) {
      expect(turns.some((turn) => turn.startSec < 60 * minute + 60 && turn.endSec > 60 * minute)).toBe(true);
    }
    const cacheBytes = await sizeOf(path.join(folder, 'cache'));
    console.info(
      `${HOURS} h: ${seconds.toFixed(0)} s, ${most === null ? 'memory unknown' : `${Math.round(most / 2 ** 20)} MiB at most`}, ` +
        `cache ${Math.round(cacheBytes / 2 ** 20)} MiB, ${turns.length} turns of ${done.speakers} speakers`,
    );
    if (process.platform === 'linux') expect(most).toBeLessThan(MOST_BYTES);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(path.join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
