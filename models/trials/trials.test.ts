import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTrials } from '../../bench/embedding/trials.ts';

const conditions = await readTrials(import.meta.dirname);
const named = (name: string): (typeof conditions)[number] => conditions.find((one) => one.name === name)!;

describe('the trial list', () => {
  it('holds the lengths it is meant to', () => {
    expect(conditions.map(({ name }) => name)).toEqual([
      'other-1.5s',
      'other-3s',
      'other-whole',
      'clean-1.5s',
      'clean-3s',
      'talk-1.5s',
    ]);
    for (const { name, segments } of conditions) {
      const seconds = /-([\d.]+)s$/u.exec(name)?.[1];
      if (seconds === undefined) continue;
      for (const { startSec, endSec } of segments) expect(endSec - startSec).toBeCloseTo(Number(seconds), 2);
    }
  });
  it.each(conditions.map((condition) => [condition.name, condition] as const))(
    '%s: says rightly who is who, compares nothing with itself or twice',
    (_name, { segments, trials }) => {
      const pairs = new Set<string>();
      for (const { same, first, second } of trials) {
        const [a, b] = [segments[first]!, segments[second]!];
        expect(a.speaker === b.speaker).toBe(same);
        pairs.add([a.id, b.id].sort().join(' '));
        if (a.file === b.file) expect(a.endSec <= b.startSec || b.endSec <= a.startSec).toBe(true);
      }
      expect(pairs.size).toBe(trials.length);
    },
  );
  it('crosses clips where there are several, and stays within recordings where people talk', () => {
    for (const { name, segments, trials } of conditions) {
      for (const { first, second } of trials) {
        if (name.startsWith('other')) expect(segments[first]!.file).not.toBe(segments[second]!.file);
        if (name.startsWith('talk')) expect(segments[first]!.file).toBe(segments[second]!.file);
      }
    }
  });
  it('has at least 40 speakers that training leaves out, none of them for anything else', async () => {
    const uses = new Map(
      (await readFile(path.join(import.meta.dirname, 'speakers.tsv'), 'utf8'))
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t') as [string, string])
        .map(([use, speakers]) => [use, speakers.split(',')] as const),
    );
    const clean = new Set(uses.get('clean'));
    expect(clean.size).toBeGreaterThanOrEqual(40);
    expect(uses.get('dev')!.some((speaker) => clean.has(speaker))).toBe(false);
    for (const name of ['clean-1.5s', 'clean-3s']) {
      expect(new Set(named(name).segments.map(({ speaker }) => speaker))).toEqual(clean);
    }
  });
});
