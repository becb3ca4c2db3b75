import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTools } from '#media/ffmpeg.ts';
import { runCli, type CliRun } from './testing/run-cli.ts';

const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample.mp4');
const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-enrol-'));
const data = path.join(dir, 'data');
const cli = (...args: string[]): Promise<CliRun> =>
  runCli([...args, ...(args[0] === 'diarize' ? ['--cache-dir', path.join(dir, 'cache')] : [])], {
    cwd: dir,
    env: { DIARIST_DATA_DIR: data, DIARIST_CACHE_DIR: path.join(dir, 'cache') },
  });
interface Turn {
  speaker: string;
  startSec: number;
  endSec: number;
}
let ffmpegPath: string;

beforeAll(async () => {
  ({ ffmpegPath } = await findTools());
  execFileSync(ffmpegPath, ['-v', 'error', '-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-t', '4', 'mute.wav'], {
    cwd: dir,
  });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('diarist enrol', () => {
  it('says so while nobody is enrolled, and refuses what is no voice', async () => {
    expect((await cli('enrol')).stdout).toContain('No voice is enrolled');
    const silent = await cli('enrol', 'Nobody', 'mute.wav');
    expect(silent).toMatchObject({ code: 3 });
    expect(silent.stderr).toContain('no speech');
    expect((await cli('enrol', 'Nobody')).code).toBe(2);
    expect((await cli('enrol', '--remove', 'Nobody')).stderr).toContain('Nobody');
    expect((await cli('enrol', 'Nobody', 'missing.wav')).code).toBe(3);
  });

  it('keeps a name on one line', async () => {
    const run = await cli('enrol', ' Anna\n Maria\t😀 ', sample);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^Anna Maria 😀: \d/u);
    expect((await cli('enrol', 'Anna Maria 😀', '--remove')).code).toBe(0);
  });

  it(
    'then every diarization proposes the name for that voice, and "unknown" for others',
    { timeout: 120_000 },
    async () => {
      const first = await cli('diarize', sample, '-o', 'first', '--system', 'diarist-audio', '--json');
      const done = JSON.parse(first.stdout.trim().split('\n').at(-1)!) as { rttm: string; names: unknown[] };
      expect(done.names).toEqual([]);
      const turns = readFileSync(path.resolve(dir, done.rttm), 'utf8')
        .trim()
        .split('\n')
        .map((line): Turn => {
          const fields = line.split(' ');
          const startSec = Number(fields[3]);
          return { speaker: fields[7]!, startSec, endSec: startSec + Number(fields[4]) };
        });
      const longest = turns.reduce((best, turn) =>
        turn.endSec - turn.startSec > best.endSec - best.startSec ? turn : best,
      );
      const cut = ['-ss', `${longest.startSec}`, '-t', `${longest.endSec - longest.startSec}`];
      execFileSync(ffmpegPath, ['-v', 'error', '-i', sample, ...cut, '-vn', '-ac', '1', 'ada.wav'], { cwd: dir });
      expect(await cli('enrol', 'Ada', 'ada.wav')).toMatchObject({ code: 0 });
      expect((await cli('enrol')).stdout).toMatch(/^Ada: [\d.]+ s of speech from ada\.wav$/mu);
      const second = await cli('diarize', sample, '-o', 'second', '--system', 'diarist-audio', '--json');
      const { names } = JSON.parse(second.stdout.trim().split('\n').at(-1)!) as {
        names: { speaker: string; name: string | null }[];
      };
      expect(names.find(({ speaker }) => speaker === longest.speaker)).toMatchObject({ name: 'Ada' });
      expect(names.some(({ name }) => name === null)).toBe(true);
      expect((await cli('enrol', '--remove', 'Ada')).code).toBe(0);
      expect((await cli('enrol')).stdout).toContain('No voice is enrolled');
    },
  );

  it('leaves a damaged file of voices as it is, and says where it lies', async () => {
    mkdirSync(data, { recursive: true });
    writeFileSync(path.join(data, 'voices.json'), '{"format":1,"voices":[{]');
    const run = await cli('enrol');
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain('voices.json');
    expect(readFileSync(path.join(data, 'voices.json'), 'utf8')).toBe('{"format":1,"voices":[{]');
  });
});
