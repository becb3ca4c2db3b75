import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRttm } from '#shared/formats/rttm.ts';
import { itShared, sharedPath } from '../testing/shared-data.ts';
import { runCli } from './testing/run-cli.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'diarist-link-'));
});
afterEach(() => rm(dir, { recursive: true }));

const line = (stem: string, start: number, duration: number, speaker: string): string =>
  `SPEAKER ${stem} 1 ${start} ${duration} <NA> <NA> ${speaker} <NA> <NA>\n`;

describe('diarist link', () => {
  it('says which labels are missing and how to make them', async () => {
    const run = await runCli(['link', 'talk.wav', '--labels', dir, '-o', path.join(dir, 'out')]);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('talk.rttm');
    expect(run.stderr).toContain('diarist diarize');
  });
  it('refuses a likeness out of range and two files of one name', async () => {
    const wrong = await runCli(['link', 'a.wav', '--labels', dir, '-o', dir, '--likeness', '2']);
    expect([wrong.code, wrong.stderr.includes('--likeness')]).toEqual([2, true]);
    await writeFile(path.join(dir, 'a.rttm'), line('a', 0, 1, 'x'));
    const twice = await runCli(['link', 'a.wav', 'b/a.wav', '--labels', dir, '-o', path.join(dir, 'out')]);
    expect(twice.code).toBe(2);
  });
  itShared('keeps five readers of two recordings apart and their times as they were', async () => {
    const [first, second] = ['dev_2spk_clean', 'dev_3spk_overlap'].map((stem) =>
      sharedPath(`data/composed/libri_conv/dev/${stem}.flac`),
    ) as [string, string];
    const reference = parseRttm(await readFile(first.replace('.flac', '.rttm'), 'utf8'), {}).turns;
    const speakers = [...new Set(reference.map((turn) => turn.speaker))];
    await writeFile(
      path.join(dir, 'dev_2spk_clean.rttm'),
      reference
        .map((turn) => line('dev_2spk_clean', turn.startSec, turn.endSec - turn.startSec, turn.speaker))
        .join(''),
    );
    const others = parseRttm(await readFile(second.replace('.flac', '.rttm'), 'utf8'), {}).turns;
    await writeFile(
      path.join(dir, 'dev_3spk_overlap.rttm'),
      others.map((turn) => line('dev_3spk_overlap', turn.startSec, turn.endSec - turn.startSec, turn.speaker)).join(''),
    );
    const out = path.join(dir, 'out');
    const run = await runCli([
      'link',
      first,
      second,
      '--labels',
      dir,
      '-o',
      out,
      '--cache-dir',
      path.join(dir, 'cache'),
    ]);
    expect(run.code, run.stderr).toBe(0);
    // Five readers, none of them in both.
    expect(run.stdout).toContain('5 speakers of 2 files are 5 voices');
    const renamed = parseRttm(await readFile(path.join(out, 'dev_2spk_clean.rttm'), 'utf8'), {}).turns;
    expect(new Set(renamed.map((turn) => turn.speaker)).size).toBe(speakers.length);
    expect(renamed.map((turn) => turn.startSec)).toEqual(reference.map((turn) => turn.startSec));
  });
});
