import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTools } from '#media/ffmpeg.ts';
import { cacheContents } from '../testing/engine-fixture.ts';
import { runCli } from './testing/run-cli.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-kill-'));
const media = path.join(dir, 'long.mp4');
const points = 20;
/** How often a process was really hit, and how often the next run found finished stages. */
let hits = 0;
let resumed = 0;
let undisturbed: { rttm: string; via: string; tookMs: number };

/** VIA project without what names the moment it was written. */
function withoutTimeStamps(text: string): unknown {
  return JSON.parse(text.replace(/"(created|rev_timestamp)":\s*("[^"]*"|\d+)/g, '"$1":0'));
}

async function diarize(
  name: string,
  cache: string,
  onStart?: (pid: number) => void,
): Promise<{ code: number | null; rttm: string | null; via: string | null; fromCache: boolean }> {
  const out = path.join(dir, name);
  // By sound alone, as the picture would make forty runs take an hour; its stages are killed in face-views-resume.
  const system = ['--system', 'diarist-audio'];
  const args = ['diarize', media, '-o', out, ...system, '--cache-dir', path.join(dir, cache), '--force', '--json'];
  const run = await runCli(args, {
    onStart: (child) => onStart?.(child.pid!),
  });
  const read = (file: string): string | null =>
    existsSync(path.join(out, file)) ? readFileSync(path.join(out, file), 'utf8') : null;
  return {
    code: run.code,
    rttm: read('long.rttm'),
    via: read('long.via.json'),
    fromCache: run.stdout.includes('"fromCache":true'),
  };
}

/** Processes below one, from /proc: [command line, pid], nearest first. */
function descendants(pid: number): { pid: number; command: string }[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // Gone between listing and reading.
    }
  }
  const found: { pid: number; command: string }[] = [];
  const queue = [...(children.get(pid) ?? [])];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    try {
      found.push({ pid: next, command: readFileSync(`/proc/${next}/cmdline`, 'utf8').replaceAll('\0', ' ') });
    } catch {
      continue;
    }
    queue.push(...(children.get(next) ?? []));
  }
  return found;
}

/** false when it was done already: an undisturbed run is a legal case too. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

describe.runIf(process.platform === 'linux')('kill -9 in the middle of a job', () => {
  beforeAll(async () => {
    const { ffmpegPath } = await findTools();
    const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample.mp4');
    // Four minutes: long enough to be hit in every stage, short enough for forty runs.
    execFileSync(ffmpegPath, ['-v', 'error', '-stream_loop', '3', '-i', sample, '-c', 'copy', media]);
    const started = performance.now();
    const { code, rttm, via } = await diarize('undisturbed', 'cache-undisturbed');
    expect(code).toBe(0);
    undisturbed = { rttm: rttm!, via: via!, tookMs: performance.now() - started };
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  for (let point = 0; point < points; point++) {
    const victim = (['host', 'engine', 'ffmpeg'] as const)[point % 3]!;
    it(`of the ${victim}, at point ${point + 1} of ${points}: the work goes on and ends in the same labels`, async () => {
      const cache = `cache-${point}`;
      // Decoding comes first and is short: ffmpeg is hit as soon as it is there, the others across the whole job.
      const delayMs = victim === 'ffmpeg' ? 0 : (undisturbed.tookMs * (point + 0.5)) / points;
      let hit = false;
      await diarize(`disturbed-${point}`, cache, (pid) => {
        void (async () => {
          await sleep(delayMs);
          if (victim === 'host') {
            if (kill(pid)) hits++;
            return;
          }
          for (let wait = 0; wait < 300 && !hit; wait++) {
            const target = descendants(pid).find((one) =>
              victim === 'engine' ? one.command.includes('engine/entry') : /ffmpeg(\.exe)? /.test(one.command),
            );
            if (target) {
              if (kill(target.pid)) hits++;
              hit = true;
            }
            await sleep(5);
          }
        })();
      });
      const again = await diarize(`again-${point}`, cache);
      expect(again.code).toBe(0);
      if (again.fromCache) resumed++;
      expect(again.rttm).toBe(undisturbed.rttm);
      expect(withoutTimeStamps(again.via!)).toEqual(withoutTimeStamps(undisturbed.via));
      expect(await cacheContents(path.join(dir, cache))).toEqual(
        await cacheContents(path.join(dir, 'cache-undisturbed')),
      );
    });
  }

  it('really hit its victims, and the next runs went on from finished work', () => {
    expect(hits).toBeGreaterThanOrEqual(points * 0.75);
    // A host hit before its first stage was done leaves nothing to go on from.
    expect(resumed).toBeGreaterThanOrEqual(points / 2);
  });
});
