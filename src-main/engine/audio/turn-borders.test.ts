import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { PcmReader } from './pcm-reader.ts';
import { writePcm } from './testing/synthetic-pcm.ts';
import { quietestMoment, refinedBorders } from './turn-borders.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

const turn = (startSec: number, endSec: number, speaker: string) => ({ startSec, endSec, speaker });
const stay = (_from: number, _to: number, sec: number): number => sec;

describe('refinedBorders', () => {
  it('moves a border to the nearest change, else to quiet', () => {
    const turns = [turn(0, 4, 'a'), turn(4, 8, 'b'), turn(8, 12, 'a')];
    const refined = refinedBorders(turns, [3.2, 4.3, 4.45], (from, to) => (from + to) / 2 - 0.1);
    expect(refined.map(({ startSec, endSec }) => [startSec, endSec])).toEqual([
      [0, 4.3],
      [4.3, 7.9],
      [7.9, 12],
    ]);
    expect(turns[0]!.endSec).toBe(4);
  });
  it('leaves turns that overlap, stand apart or are of one speaker', () => {
    const turns = [turn(0, 4, 'a'), turn(3, 8, 'b'), turn(9, 10, 'a'), turn(10, 11, 'a')];
    expect(refinedBorders(turns, [3.9, 4.1, 9.6, 10.1], stay)).toEqual(turns);
  });
  it('keeps order and at least half of every turn', () => {
    const lengths = fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: 1, maxLength: 12 });
    const changes = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(lengths, changes, fc.double({ min: 0, max: 1, noNaN: true }), (list, moments, share) => {
        let at = 0;
        const turns = list.map((length, k) => turn(at, (at += length), k % 2 === 0 ? 'a' : 'b'));
        const refined = refinedBorders(turns, moments, (from, to) => from + share * (to - from));
        refined.forEach((one, k) => {
          const length = turns[k]!.endSec - turns[k]!.startSec;
          expect(one.endSec - one.startSec).toBeGreaterThanOrEqual(length / 4 - 0.002);
          if (k > 0) expect(one.startSec).toBe(refined[k - 1]!.endSec);
        });
      }),
    );
  });
});

describe('quietestMoment', () => {
  it('finds the middle of a pause, and stays where all is equal', async () => {
    const sound = Int16Array.from({ length: 48_000 }, (_, n) =>
      n > 20_000 && n < 24_000 ? 0 : Math.round(9000 * Math.sin(n / 7)),
    );
    const { dir, pcmPath } = await writePcm(sound);
    folders.push(dir);
    const pcm = new PcmReader(pcmPath);
    try {
      const found = quietestMoment(pcm, 1.1, 1.6, 1.2);
      expect(found).toBeGreaterThan(20_000 / 16_000 + 0.04);
      expect(found).toBeLessThan(24_000 / 16_000 - 0.04);
      expect(quietestMoment(pcm, 0, 0.2, 0)).toBeLessThan(0.2);
    } finally {
      pcm.close();
    }
  });
});
