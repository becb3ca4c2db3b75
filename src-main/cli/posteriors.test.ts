import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from './testing/run-cli.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-posteriors-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Ten seconds at 100 frames a second: speaker 0 surely from 1 to 4 s, speaker 1 with 0.5 from 6 to 8 s. */
function writeMatrix(name: string): void {
  const [frames, speakers] = [1000, 2];
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${frames}, ${speakers}), }\n`;
  const bytes = Buffer.alloc(10 + head.length + 4 * frames * speakers);
  bytes.write('\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(head.length, 8);
  bytes.write(head, 10, 'latin1');
  for (let frame = 0; frame < frames; frame++) {
    const row = [frame >= 100 && frame < 400 ? 0.9 : 0.1, frame >= 600 && frame < 800 ? 0.5 : 0];
    row.forEach((value, at) => bytes.writeFloatLE(value, 10 + head.length + 4 * (speakers * frame + at)));
  }
  writeFileSync(path.join(dir, name), bytes);
}
const turnsOf = (name: string): string[] =>
  readFileSync(path.join(dir, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split(' ')
        .slice(3, 5)
        .map(Number)
        .concat(Number(line.split(' ')[7]!.slice(3)))
        .join(' '),
    );

describe('diarist posteriors', () => {
  it('makes turns by the published threshold, inside a voice activity where one is given', async () => {
    writeMatrix('s.npy');
    expect(await runCli(['posteriors', 's.npy', '-o', 's.rttm'], { cwd: dir })).toMatchObject({ code: 0 });
    expect(turnsOf('s.rttm')).toEqual(['1 3 0']);
    writeFileSync(path.join(dir, 'vad.rttm'), 'SPEAKER s 1 2 2.1 <NA> <NA> speech <NA> <NA>\n');
    const args = ['posteriors', 's.npy', '-o', 's.rttm', '--speech', 'vad.rttm', '--force'];
    expect(await runCli(args, { cwd: dir })).toMatchObject({ code: 0 });
    expect(turnsOf('s.rttm')).toEqual(['2 2.1 0']);
  });

  it('finds the threshold against a reference and shows the others', async () => {
    writeMatrix('t.npy');
    writeFileSync(
      path.join(dir, 'ref.rttm'),
      'SPEAKER x 1 1 3 <NA> <NA> a <NA> <NA>\nSPEAKER x 1 6 2 <NA> <NA> b <NA> <NA>\n',
    );
    const run = await runCli(['posteriors', 't.npy', '-o', 't.rttm', '--reference', 'ref.rttm', '--json'], {
      cwd: dir,
    });
    expect(JSON.parse(run.stdout)).toMatchObject({ threshold: 0.4, turns: 2 });
    expect((JSON.parse(run.stdout) as { sweep: { der: number }[] }).sweep.map(({ der }) => der)).toEqual([
      0, 0, 0.4, 0.4, 0.4, 0.4, 0.4,
    ]);
  });

  it('refuses what is no matrix, and two ways to a threshold', async () => {
    writeFileSync(path.join(dir, 'text.npy'), 'no matrix');
    expect((await runCli(['posteriors', 'text.npy', '-o', 'u.rttm'], { cwd: dir })).code).toBe(3);
    writeMatrix('v.npy');
    writeFileSync(path.join(dir, 'turns.rttm'), 'SPEAKER a 1 0 1 <NA> <NA> x <NA> <NA>\n');
    const post = ['convert', 'turns.rttm', '-o', 'w.rttm', '--post', 'sortformer-dihard3'];
    expect((await runCli(post, { cwd: dir })).code).toBe(2);
    const both = ['posteriors', 'v.npy', '-o', 'v.rttm', '--threshold', '0.5', '--reference', 'ref.rttm'];
    expect((await runCli(both, { cwd: dir })).code).toBe(2);
  });
});
