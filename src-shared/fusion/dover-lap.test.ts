import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itShared, sharedPath } from '../../src-main/testing/shared-data.ts';
import { parseRttm } from '../formats/rttm.ts';
import type { Turn } from '../formats/turn.ts';
import { assignAtLeastCost } from '../math/hungarian.ts';
import { scoreDiarization } from '../metrics/score.ts';
import { doverLap, doverLapDefaults, type DoverLapOptions } from './dover-lap.ts';
import { fuseRecordings, turnsOfFusion } from './fuse-recordings.ts';
import type { LabelledTurn, SystemOutput } from './speech.ts';

const turn = (startSec: number, endSec: number, speaker: string): LabelledTurn => ({ startSec, endSec, speaker });
const system = (name: string, ...turns: LabelledTurn[]): SystemOutput => ({ name, turns });
const plain: DoverLapOptions = { ...doverLapDefaults, voting: { sigma: 0, ties: 'all' } };

describe('DOVER-Lap', () => {
  it('gives back what all systems agree on, whatever they call the speakers', () => {
    const systems = ['x', 'y', 'z'].map((name) =>
      system(name, turn(0, 2, `${name}1`), turn(1.5, 4, `${name}2`), turn(5, 6, `${name}1`)),
    );
    const { turns } = doverLap(systems, plain);
    expect(turns.map(({ startSec, endSec, label }) => [startSec, endSec, label])).toEqual([
      [0, 2, 0],
      [1.5, 4, 1],
      [5, 6, 0],
    ]);
    for (const one of turns) expect(one.confidence).toBeCloseTo(1, 9);
  });

  it('lets two outvote one, and says how sure the vote was', () => {
    const { turns } = doverLap(
      [system('x', turn(0, 10, 'a')), system('y', turn(0, 10, 'a')), system('z', turn(0, 6, 'a'), turn(6, 10, 'b'))],
      { ...plain, weights: 'equal' },
    );
    expect(turns).toHaveLength(1);
    expect(turns[0]).toMatchObject({ startSec: 0, endSec: 10, label: 0 });
    expect(turns[0]!.confidence).toBeCloseTo((6 + (4 * 2) / 3) / 10, 9);
  });

  it('keeps overlap when the mean count rounds to two', () => {
    const both = [turn(0, 10, 'a'), turn(4, 6, 'b')];
    const later = turn(20, 22, 'b');
    const { turns } = doverLap(
      [system('x', ...both, later), system('y', ...both, later), system('z', turn(0, 10, 'a'), later)],
      plain,
    );
    expect(turns.map(({ startSec, endSec }) => [startSec, endSec])).toEqual([
      [0, 10],
      [4, 6],
      [20, 22],
    ]);
  });

  it('shares a tie among all, or the time of it in equal parts', () => {
    const agreed = [turn(0, 4, 'a'), turn(4, 6, 'b'), turn(6, 8, 'c')];
    const systems = ['a', 'b', 'c'].map((who) => system(who, ...agreed, turn(10, 12, who)));
    const all = doverLap(systems, { ...plain, weights: 'equal' }).turns.filter((one) => one.startSec >= 10);
    expect(all).toHaveLength(3);
    const uniform = doverLap(systems, {
      ...plain,
      weights: 'equal',
      voting: { sigma: 0, ties: 'uniform' },
    }).turns.filter((one) => one.startSec >= 10);
    expect(uniform.map((one) => one.endSec - one.startSec)).toEqual(
      [2 / 3, 2 / 3, 2 / 3].map((sec) => expect.closeTo(sec, 6) as number),
    );
  });

  it('never invents speech: every fused instant was somebody’s', () => {
    const turns = fc.array(
      fc.record({
        startSec: fc.integer({ min: 0, max: 200 }),
        lengthSec: fc.integer({ min: 1, max: 40 }),
        speaker: fc.constantFrom('a', 'b', 'c'),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        fc.array(turns, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('greedy', 'hungarian'),
        (answers, mapping) => {
          const systems = answers.map((list, i) =>
            system(
              `s${i}`,
              ...list.map((one) => turn(one.startSec / 4, (one.startSec + one.lengthSec) / 4, one.speaker)),
            ),
          );
          const fused = doverLap(systems, { ...doverLapDefaults, mapping }).turns;
          const spoken = systems.flatMap((one) => one.turns);
          for (const one of fused) {
            expect(one.endSec).toBeGreaterThan(one.startSec);
            for (let at = one.startSec + 0.05; at < one.endSec; at += 0.1)
              expect(spoken.some((other) => other.startSec <= at && at < other.endSec)).toBe(true);
          }
          for (const [k, one] of fused.entries()) {
            expect(
              fused
                .slice(k + 1)
                .some(
                  (other) => other.label === one.label && other.startSec < one.endSec && one.startSec < other.endSec,
                ),
            ).toBe(false);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('switches to the Hungarian mapping when there are too many tuples, and says so', () => {
    const many = Array.from({ length: 12 }, (_, s) =>
      system(`s${s}`, ...Array.from({ length: 6 }, (_, k) => turn(k, k + 1, `spk${k}`))),
    );
    const { warnings, turns } = doverLap(many);
    expect(warnings.join()).toMatch(/Hungarian/);
    expect(turns).toHaveLength(6);
  });
});

const ami = (name: string): Turn[] =>
  parseRttm(readFileSync(sharedPath('data/system_outputs/dover_lap/egs/ami', name), 'utf8')).turns;
const amiSystems = ['rttm_test_rpn', 'rttm_test_sc', 'rttm_test_vb'];

const fuseAmi = (options: Partial<DoverLapOptions>): Turn[] =>
  turnsOfFusion(
    fuseRecordings(
      amiSystems.map((name) => ({ name, turns: ami(name) })),
      { ...doverLapDefaults, ...options },
    ),
  );

/** Share of 10 ms frames in which two answers say the same under the best one-to-one naming, all files. */
function frameAgreement(a: readonly Turn[], b: readonly Turn[]): number {
  let same = 0;
  let total = 0;
  for (const fileId of new Set(a.map((one) => one.fileId))) {
    const [ours, theirs] = [a, b].map((turns) => turns.filter((one) => one.fileId === fileId));
    const frames = Math.ceil(100 * Math.max(...[...ours!, ...theirs!].map((one) => one.endSec)));
    const grid = (turns: readonly Turn[]): Uint8Array[] => {
      const rows = new Map<string, Uint8Array>();
      for (const one of turns) {
        const row = rows.get(one.speaker) ?? new Uint8Array(frames);
        rows.set(one.speaker, row.fill(1, Math.round(100 * one.startSec), Math.round(100 * one.endSec)));
      }
      return [...rows.values()];
    };
    const [own, other] = [grid(ours!), grid(theirs!)];
    const shared = own.map((x) => other.map((y) => -x.reduce((sum, value, i) => sum + (value & y[i]!), 0)));
    const partner = assignAtLeastCost(shared);
    const unpaired = other.filter((_, j) => !partner.includes(j));
    for (let i = 0; i < frames; i++) {
      const equal =
        own.every((row, k) => row[i] === (partner[k]! >= 0 ? other[partner[k]!]![i] : 0)) &&
        unpaired.every((row) => row[i] === 0);
      if (equal) same++;
    }
    total += frames;
  }
  return same / total;
}

describe('the published AMI fusion', () => {
  itShared('is reproduced by the bug-compatible mode: 19.86 % and the same frames to 99.9 %', () => {
    const ours = fuseAmi({ weights: 'rank', bugCompatible: true });
    const { der } = scoreDiarization(ami('ref_rttm_test'), ours).overall;
    expect(Math.abs(100 * der - 19.86)).toBeLessThanOrEqual(0.01);
    expect(frameAgreement(ours, ami('rttm_dl_test'))).toBeGreaterThanOrEqual(0.999);
  });

  itShared(
    'is reached without its defects: 19.86 % or less by default, better than the best single system by any weights',
    () => {
      const reference = ami('ref_rttm_test');
      const der = (turns: readonly Turn[]): number => 100 * scoreDiarization(reference, turns).overall.der;
      const best = Math.min(...amiSystems.map((name) => der(ami(name))));
      expect(der(fuseAmi({}))).toBeLessThanOrEqual(19.86);
      expect(der(fuseAmi({ weights: 'region' }))).toBeLessThan(best);
      expect(der(fuseAmi({ weights: 'rank' }))).toBeLessThan(best);
      expect(der(fuseAmi({ mapping: 'hungarian' }))).toBeLessThan(best);
    },
  );
});
