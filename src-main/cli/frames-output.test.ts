import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DiarizedFile } from '#jobs/diarize-files.ts';
import { framesCsv, writeFrames } from './frames-output.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'diarist-frames-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const turn = (startSec: number, endSec: number, speaker: string) => ({ startSec, endSec, speaker, confidence: 0.5 });

describe('framesCsv', () => {
  it('has a row per frame in order of time, both speakers where two speak', () => {
    const frames = {
      stepSec: 0.04,
      turns: [
        { speaker: 'b', firstFrame: 25, confidence: [0.5, 0.625, 1], speech: [0.9, 0.8, 1] },
        { speaker: 'a', firstFrame: 27, confidence: [0, 0.1234], speech: [1, 1] },
      ],
    };
    expect(framesCsv(frames, [turn(1, 1.12, 'b'), turn(1.08, 1.16, 'a')])).toBe(
      [
        'start_sec,speaker,confidence,speech',
        '1.000,b,0.500,0.900',
        '1.040,b,0.625,0.800',
        '1.080,a,0.000,1.000',
        '1.080,b,1.000,1.000',
        '1.120,a,0.123,1.000',
        '',
      ].join('\r\n'),
    );
  });
  it('leaves out frames that are in no turn any more', () => {
    const frames = {
      stepSec: 0.25,
      turns: [{ speaker: 'a', firstFrame: 0, confidence: [1, 1, 1], speech: [1, 1, 1] }],
    };
    const csv = framesCsv(frames, [turn(0.25, 0.5, 'a'), turn(0.5, 1, 'b')]);
    expect(csv).toBe('start_sec,speaker,confidence,speech\r\n0.250,a,1.000,1.000\r\n');
  });
  it.each([
    ['Ann, "the boss"', '"Ann, ""the boss"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['=HYPERLINK(1)', "'=HYPERLINK(1)"],
    ['Zoë', 'Zoë'],
  ])('writes the name %j safely', (speaker, cell) => {
    const frames = { stepSec: 1, turns: [{ speaker, firstFrame: 0, confidence: [1], speech: [1] }] };
    expect(framesCsv(frames, [turn(0, 1, speaker)])).toBe(
      `start_sec,speaker,confidence,speech\r\n0.000,${cell},1.000,1.000\r\n`,
    );
  });
});

describe('--frames', () => {
  const framesPath = path.join(dir, 'talk.frames.csv');
  const diarized = (artifacts: { name: string; path: string }[]) =>
    ({ result: { artifacts, segments: [turn(0, 1, 'a')] } }) as unknown as DiarizedFile;
  it('writes the table once, and over it only when told to', async () => {
    const from = path.join(dir, 'frames.json');
    const turns = [{ speaker: 'a', firstFrame: 0, confidence: [0.5], speech: [1] }];
    writeFileSync(from, JSON.stringify({ stepSec: 1, turns }));
    const file = diarized([{ name: 'frameConfidence', path: from }]);
    expect(await writeFrames({ framesPath: null }, file, false)).toEqual({ path: null, warnings: [] });
    expect(await writeFrames({ framesPath }, file, false)).toEqual({ path: framesPath, warnings: [] });
    expect(readFileSync(framesPath, 'utf8')).toContain('0.000,a,0.500,1.000');
    await expect(writeFrames({ framesPath }, file, false)).rejects.toMatchObject({ data: { code: 'conflict' } });
    expect(await writeFrames({ framesPath }, file, true)).toMatchObject({ path: framesPath });
  });
  it('says so where the system has none', async () => {
    const { path: written, warnings } = await writeFrames({ framesPath }, diarized([]), true);
    expect(written).toBeNull();
    expect(warnings[0]).toContain('--frames wrote nothing');
  });
});
