import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bitFlippedCopy, truncatedCopy, type MediaName } from '#media/testing/make-media.ts';
import { expectPairs, expectTidy, reportLines } from './testing/diarize-outcome.ts';
import { runCli } from './testing/run-cli.ts';

const dir = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'diarist-damaged-')));
const at = (...parts: string[]): string => path.join(dir, ...parts);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('files with flipped bits and cut files of all kinds end well or are refused', { timeout: 180_000 }, async () => {
  mkdirSync(at('flipped'));
  const kinds: MediaName[] = [
    ...(['click.wav', 'click.mp3', 'click.flac', 'click.m4a', 'click.opus', 'flash-click.mp4'] as const),
    ...(['flash-click.webm', 'flash-click.ts', 'flash-click.avi', 'flash-click.mpg', 'fragmented.mp4'] as const),
  ];
  const expected: string[] = [];
  for (const kind of kinds) {
    const { name, ext } = path.parse(kind);
    const copy = (how: string): string => {
      expected.push(at('flipped', `${name}-${ext.slice(1)}-${how}${ext}`));
      return expected.at(-1)!;
    };
    await bitFlippedCopy(kind, 997, copy('body'), 4096);
    await bitFlippedCopy(kind, 211, copy('all'));
    await bitFlippedCopy(kind, 37, copy('head'), 5);
    await truncatedCopy(kind, 0.02, copy('stub'));
  }
  const out = at('out');
  const run = await runCli(['diarize', '--cache-dir', at('cache'), '-o', out, 'flipped', '--json'], { cwd: dir });
  expectTidy(run);
  const ends = reportLines(run).filter((line) => line.type !== 'progress');
  expect(ends.map((line) => line.file).sort()).toEqual(expected.sort());
  const failed = ends.filter((line) => line.type === 'failed');
  for (const { error, file } of failed) {
    expect(['bad-input', 'unsupported'], `${file}: ${JSON.stringify(error)}`).toContain(error?.code);
    expect(error?.fix).toMatch(/\.$/);
  }
  expect(expectPairs(out)).toHaveLength(ends.length - failed.length);
  expect(failed.length).toBeLessThan(ends.length);
  expect(run.code).toBe(failed.length > 0 ? 3 : 0);
});
