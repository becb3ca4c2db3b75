import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRttm } from '#shared/formats/rttm.ts';
import { parseVia3 } from '#shared/formats/via3.ts';
import { findTools } from '#media/ffmpeg.ts';
import { runCli, type CliRun } from './testing/run-cli.ts';

const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample.mp4');
const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-cli-'));
const cacheDir = path.join(dir, 'cache');
let ffmpegPath: string;

const at = (...parts: string[]): string => path.join(dir, ...parts);
const diarize = (...args: string[]): Promise<CliRun> =>
  runCli(['diarize', '--cache-dir', cacheDir, ...args], { cwd: dir });
const ffmpeg = (...args: string[]): void => void execFileSync(ffmpegPath, ['-v', 'error', '-y', ...args], { cwd: dir });

beforeAll(async () => {
  ({ ffmpegPath } = await findTools());
  ffmpeg('-i', sample, '-t', '8', '-c', 'copy', 'talk.mp4');
  ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-t', '3', 'silence.wav');
  ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=10', '-t', '1', '-pix_fmt', 'yuv420p', 'mute.mp4');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('diarist diarize', () => {
  it('writes an RTTM and a VIA project that say the same', async () => {
    const run = await diarize('talk.mp4', '-o', 'out');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const rttm = parseRttm(readFileSync(at('out/talk.rttm'), 'utf8'));
    const via = parseVia3(readFileSync(at('out/talk.via.json'), 'utf8'));
    expect(rttm.turns.length).toBeGreaterThan(0);
    expect(rttm.turns.every((turn) => turn.fileId === 'talk' && turn.endSec <= 8.1)).toBe(true);
    expect(via.turns.map((turn) => turn.speaker).sort()).toEqual(rttm.turns.map((turn) => turn.speaker).sort());
    expect(via.media[0]).toMatchObject({ name: 'talk.mp4', hasVideo: true });
    // It has a face, so picture and sound decided.
    expect(run.stdout).toContain('diarist-av');
    expect(readFileSync(at('out/talk.via.json'), 'utf8')).toContain('diarist-av');
  });

  it('takes a speaker count', async () => {
    const run = await diarize('talk.mp4', '-o', 'two', '--speakers', '2');
    expect(run.code).toBe(0);
    expect(new Set(parseRttm(readFileSync(at('two/talk.rttm'), 'utf8')).turns.map((turn) => turn.speaker)).size).toBe(
      2,
    );
  });

  it('reports JSON lines with --json', async () => {
    const run = await diarize('talk.mp4', '-o', 'json', '--json');
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.at(-1)).toMatchObject({ type: 'done', fileId: 'talk', system: 'diarist-av', warnings: [] });
    expect(lines.slice(0, -1).every((line) => line.type === 'progress')).toBe(true);
  });

  it('writes a confidence for each frame of each turn with --frames', async () => {
    for (const system of ['auto', 'diarist-audio']) {
      const run = await diarize('talk.mp4', '-o', `frames-${system}`, '--frames', '--json', '--system', system);
      const done = JSON.parse(run.stdout.trim().split('\n').at(-1)!) as { frames: string; warnings: string[] };
      expect(done).toMatchObject({ frames: path.join(`frames-${system}`, 'talk.frames.csv'), warnings: [] });
      const [head, ...rows] = readFileSync(at(done.frames), 'utf8').trimEnd().split('\r\n');
      expect(head).toBe('start_sec,speaker,confidence,speech');
      const { turns } = parseRttm(readFileSync(at(`frames-${system}/talk.rttm`), 'utf8'));
      const inTurns = turns.reduce((sum, turn) => sum + turn.endSec - turn.startSec, 0);
      expect(Math.abs(0.04 * rows.length - inTurns)).toBeLessThan(0.04 * turns.length + 0.01);
      for (const row of rows) {
        expect(row).toMatch(/^\d+\.\d{3},spk\d\d,(?:0\.\d{3}|1\.000),(?:0\.\d{3}|1\.000)$/);
        const [startSec, speaker] = row.split(',');
        const middleSec = Number(startSec) + 0.02;
        const own = turns.filter((turn) => turn.speaker === speaker);
        expect(own.some((turn) => turn.startSec <= middleSec + 1e-6 && turn.endSec >= middleSec - 1e-6)).toBe(true);
      }
    }
    mkdirSync(at('frames-taken'));
    writeFileSync(at('frames-taken/talk.frames.csv'), 'mine');
    const refused = await diarize('talk.mp4', '-o', 'frames-taken', '--frames');
    expect(refused.stderr).toMatch(/talk\.frames\.csv exists already/);
    expect(readdirSync(at('frames-taken'))).toEqual(['talk.frames.csv']);
  });

  it('refuses to overwrite without --force, and changes nothing', async () => {
    mkdirSync(at('taken'));
    writeFileSync(at('taken/talk.via.json'), 'mine');
    const refused = await diarize('talk.mp4', '-o', 'taken');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/talk\.via\.json exists already[\s\S]*--force/);
    expect(readdirSync(at('taken'))).toEqual(['talk.via.json']);
    expect((await diarize('talk.mp4', '-o', 'taken', '--force')).code).toBe(0);
    expect(readFileSync(at('taken/talk.via.json'), 'utf8')).not.toBe('mine');
  });

  it('refuses two inputs with one stem, and keeps them apart with --keep-tree', async () => {
    for (const folder of ['a', 'b']) {
      mkdirSync(at(folder), { recursive: true });
      copyFileSync(at('talk.mp4'), at(folder, 'same.mp4'));
    }
    expect((await diarize('a/same.mp4', 'b/same.mp4', '-o', 'stems')).code).toBe(2);
    expect(existsSync(at('stems'))).toBe(false);
    expect((await diarize('a/same.mp4', 'b/same.mp4', '-o', 'stems', '--keep-tree')).code).toBe(0);
    expect([at('stems/a/same.rttm'), at('stems/b/same.rttm')].every((file) => existsSync(file))).toBe(true);
  });

  it('gives silence an empty RTTM, a warning and exit 0', async () => {
    const run = await diarize('silence.wav', '-o', 'quiet');
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/warning: silence\.wav: No speech/);
    expect(readFileSync(at('quiet/silence.rttm'), 'utf8')).toBe('');
    expect(parseVia3(readFileSync(at('quiet/silence.via.json'), 'utf8')).turns).toEqual([]);
  });

  it.each([
    ['a video without sound', 'mute.mp4', /no audio stream/],
    ['a file that is not there', 'nowhere.mp4', /does not exist/],
    ['an empty file', 'empty.mp4', /empty|0 bytes/i],
    ['text', 'text.mp4', /text\.mp4/],
  ])('ends with 3 and a reason for %s', async (_, name, reason) => {
    if (name === 'empty.mp4') writeFileSync(at(name), '');
    if (name === 'text.mp4') writeFileSync(at(name), 'To be, or not to be.\n'.repeat(100));
    const run = await diarize(name, '-o', 'bad');
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(reason);
    expect(run.stderr.trim().split('\n').length).toBeGreaterThan(1);
    expect(existsSync(at('bad'))).toBe(false);
  });

  it('finishes the good files when one is bad', async () => {
    const run = await diarize('mute.mp4', 'talk.mp4', '-o', 'mixed');
    expect(run.code).toBe(3);
    expect(readdirSync(at('mixed')).sort()).toEqual(['talk.rttm', 'talk.via.json']);
  });

  const hostile = [
    `it's "quoted"`,
    'emoji 🎬 漢字',
    'new\nline',
    '-dash',
    'concat:x',
    'http:x',
    '%03d',
    'trñ00',
    'trn\u030300',
    '$(touch pwned)`x`;|&',
  ];
  it.each(hostile)('works on a file called %j', async (stem) => {
    mkdirSync(at('names'), { recursive: true });
    copyFileSync(at('talk.mp4'), at('names', `${stem}.mp4`));
    const out = `names-out-${hostile.indexOf(stem)}`;
    const run = await runCli(['diarize', '--cache-dir', cacheDir, '-o', path.join('..', out), '--', `${stem}.mp4`], {
      cwd: at('names'),
    });
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    const fileId = stem.replace(/[\s\p{Cc}]/gu, '_');
    const { turns } = parseRttm(readFileSync(at(out, `${fileId}.rttm`), 'utf8'));
    expect(turns.every((turn) => turn.fileId === fileId)).toBe(true);
    expect(existsSync(at('names', 'pwned'))).toBe(false);
  });

  it.each([
    ['no output folder', ['talk.mp4']],
    ['a speaker count of words', ['talk.mp4', '-o', 'x', '--speakers', 'many']],
    ['bounds the wrong way round', ['talk.mp4', '-o', 'x', '--speakers', '5-2']],
    ['a setting without a value', ['talk.mp4', '-o', 'x', '--set', 'speech.onset']],
    ['an unknown option', ['talk.mp4', '-o', 'x', '--loud']],
    ['no media', ['-o', 'x']],
  ])('ends with 2 for %s', async (_, args) => {
    const run = await diarize(...args);
    expect(run.code).toBe(2);
    expect(existsSync(at('x'))).toBe(false);
  });

  it.each([
    ['an unknown system', ['--system', 'magic'], /magic/],
    ['an unknown parameter', ['--set', 'speech.volume=1'], /speech\.volume[\s\S]*speech\.onset/],
    ['a parameter of the wrong type', ['--set', 'speech.onset=high'], /speech\.onset/],
  ])('ends with 2 and says what there is for %s', async (_, args, reason) => {
    const run = await diarize('talk.mp4', 'silence.wav', '-o', 'x', ...args);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(reason);
    // Said once, not for each file.
    expect(run.stderr.match(/^diarist:/gm)).toHaveLength(1);
    expect(existsSync(at('x'))).toBe(false);
  });

  it('stops on SIGINT with 130 and writes nothing', async () => {
    ffmpeg('-stream_loop', '40', '-i', 'talk.mp4', '-c', 'copy', 'long.mp4');
    const run = await runCli(['diarize', 'long.mp4', '-o', 'stopped', '--cache-dir', at('cache-stopped'), '--json'], {
      cwd: dir,
      // Its first line of progress says that it is at work.
      onStart: (child) => child.stdout!.once('data', () => child.kill('SIGINT')),
    });
    expect(run.code).toBe(130);
    expect(existsSync(at('stopped'))).toBe(false);
  });
});

describe('diarist convert', () => {
  it('takes an RTTM to VIA and back without a change', async () => {
    const original =
      'SPEAKER talk 1 0.123456 2.000000 <NA> <NA> Anna <NA> <NA>\nSPEAKER talk 1 3.5 1 <NA> <NA> Ben <NA> <NA>\n';
    writeFileSync(at('in.rttm'), original);
    expect((await runCli(['convert', 'in.rttm', '-o', 'mid.via.json'], { cwd: dir })).code).toBe(0);
    expect((await runCli(['convert', 'mid.via.json', '-o', 'back.rttm'], { cwd: dir })).code).toBe(0);
    const before = parseRttm(original).turns;
    const after = parseRttm(readFileSync(at('back.rttm'), 'utf8')).turns;
    expect(after.map(({ speaker }) => speaker)).toEqual(before.map(({ speaker }) => speaker));
    after.forEach((turn, i) => expect(turn.startSec).toBeCloseTo(before[i]!.startSec, 3));
  });

  it('refuses a malformed file with its line, writing nothing', async () => {
    writeFileSync(
      at('bad.rttm'),
      'SPEAKER talk 1 0 1 <NA> <NA> Anna <NA> <NA>\nSPEAKER talk 1 nan 1 <NA> <NA> Anna <NA> <NA>\n',
    );
    const run = await runCli(['convert', 'bad.rttm', '-o', 'bad.via.json'], { cwd: dir });
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/bad\.rttm.*\b2\b/s);
    expect(existsSync(at('bad.via.json'))).toBe(false);
  });
});

describe('diarist', () => {
  it('helps everywhere', async () => {
    for (const command of ['app', 'diarize', 'convert', 'export', 'systems', 'doctor']) {
      const run = await runCli([command, '--help']);
      expect(run.code).toBe(0);
      expect(run.stdout).toContain(`Usage: diarist ${command}`);
    }
    expect((await runCli(['frobnicate'])).code).toBe(2);
  });

  it('examines the machine', async () => {
    const run = await runCli(['doctor', '--json'], {
      env: { DIARIST_DATA_DIR: at('data'), DIARIST_CACHE_DIR: cacheDir },
    });
    const findings = JSON.parse(run.stdout) as { name: string; state: string }[];
    expect(findings.filter((finding) => finding.state === 'problem')).toEqual([]);
    expect(findings.map((finding) => finding.name)).toEqual(
      expect.arrayContaining(['node', 'ffmpeg', 'models', 'engine', 'cache']),
    );
    expect(run.code).toBe(0);
  });
});

describe('diarist score and fuse', () => {
  const rttm = (...turns: [number, number, string][]): string =>
    turns
      .map(([start, duration, speaker]) => `SPEAKER talk 1 ${start} ${duration} <NA> <NA> ${speaker} <NA> <NA>\n`)
      .join('');

  it('scores a confusion of one second in ten as 10 %', async () => {
    writeFileSync(at('ref.rttm'), rttm([0, 5, 'Anna'], [5, 5, 'Ben']));
    writeFileSync(at('hyp.rttm'), rttm([0, 6, 'x'], [6, 4, 'y']));
    const run = await runCli(['score', 'ref.rttm', 'hyp.rttm', '--json'], { cwd: dir });
    expect(run.code).toBe(0);
    const report = JSON.parse(run.stdout) as { der: number; confusion: number; total: number; files: unknown[] };
    expect(report.der).toBeCloseTo(0.1, 9);
    expect(report).toMatchObject({ confusion: report.der, missed: 0, falseAlarm: 0, total: 10 });
    expect(report.files).toHaveLength(1);
    const table = await runCli(['score', 'ref.rttm', 'hyp.rttm', '--per-file'], { cwd: dir });
    expect(table.stdout).toMatch(/^talk +10\.00/m);
    expect((await runCli(['score', 'ref.rttm', 'hyp.rttm', '--protocol', 'guess'], { cwd: dir })).code).toBe(2);
  });

  it('fuses three answers by vote and refuses to overwrite', async () => {
    writeFileSync(at('a.rttm'), rttm([0, 5, 'a1'], [5, 5, 'a2']));
    writeFileSync(at('b.rttm'), rttm([0, 5, 'b1'], [5, 5, 'b2']));
    writeFileSync(at('c.rttm'), rttm([0, 7, 'c1'], [7, 3, 'c2']));
    const args = ['fuse', 'a.rttm', 'b.rttm', 'c.rttm', '-o', 'fused.rttm', '--sigma', '0'];
    expect((await runCli(args, { cwd: dir })).code).toBe(0);
    const { turns } = parseRttm(readFileSync(at('fused.rttm'), 'utf8'));
    expect(turns.map(({ startSec, endSec }) => [startSec, endSec])).toEqual([
      [0, 5],
      [5, 10],
    ]);
    expect((await runCli(args, { cwd: dir })).code).toBe(1);
    expect((await runCli([...args, '--weights', '1,2'], { cwd: dir })).code).toBe(2);
  });
});
