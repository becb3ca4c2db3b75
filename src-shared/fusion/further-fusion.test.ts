import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doverLap, doverLapDefaults } from './dover-lap.ts';
import { independentWeights } from './independence.ts';
import { mapGreedy } from './mapping-greedy.ts';
import { mapLocalSearch, totalOf } from './mapping-local-search.ts';
import { indexSpeakers, pairwiseIou, type LabelMapping } from './mapping.ts';
import { regionWeights } from './region-weights.ts';
import { cutTime, regionCount } from './regions.ts';
import type { LabelledTurn, SystemOutput } from './speech.ts';

const turn = (startSec: number, endSec: number, speaker: string, confidence?: number): LabelledTurn => {
  return { startSec, endSec, speaker, ...(confidence === undefined ? {} : { confidence }) };
};
const system = (name: string, ...turns: LabelledTurn[]): SystemOutput => ({ name, turns });
const answers = fc
  .array(
    fc.array(
      fc.record({
        start: fc.integer({ min: 0, max: 200 }),
        length: fc.integer({ min: 1, max: 40 }),
        speaker: fc.constantFrom('a', 'b', 'c', 'd'),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    { minLength: 3, maxLength: 5 },
  )
  .map((list) =>
    list.map((turns, at) =>
      system(`s${at}`, ...turns.map((one) => turn(one.start / 4, (one.start + one.length) / 4, one.speaker))),
    ),
  );
const score = (systems: SystemOutput[], labels: LabelMapping): number => {
  const iou = pairwiseIou(indexSpeakers(systems));
  return totalOf(labels, (i, a, j, b) => iou[i]![j]![a]![b]!);
};

describe('local search', () => {
  it('is no worse than the greedy mapping it begins with, labels no two speakers of a system alike, repeats itself', () => {
    fc.assert(
      fc.property(answers, (systems) => {
        const found = mapLocalSearch(systems, 'greedy');
        expect(score(systems, found.labels)).toBeGreaterThanOrEqual(score(systems, mapGreedy(systems).labels) - 1e-9);
        for (const own of found.labels) expect(new Set(own).size).toBe(own.length);
        expect(mapLocalSearch(systems, 'greedy').labels).toEqual(found.labels);
      }),
      { numRuns: 60 },
    );
  });
});

describe('plain voting', () => {
  const rover = { ...doverLapDefaults, method: 'rover' as const };

  it('takes one speaker at a time, and silence where most are silent', () => {
    const systems = [
      system('x', turn(0, 6, 'a'), turn(4, 6, 'b')),
      system('y', turn(0, 6, 'p'), turn(8, 9, 'p')),
      system('z', turn(0, 4, 'm'), turn(4, 6, 'n')),
    ];
    const { turns } = doverLap(systems, rover);
    expect(turns.map(({ startSec, endSec }) => [startSec, endSec])).toEqual([[0, 6]]);
    expect(turns[0]!.confidence).toBeCloseTo((4 * 1 + (2 * 2) / 3) / 6, 9);
  });

  it('never lets two speak at once', () => {
    fc.assert(
      fc.property(answers, (systems) => {
        const { turns } = doverLap(systems, rover);
        turns.slice(1).forEach((one, at) => expect(one.startSec).toBeGreaterThanOrEqual(turns[at]!.endSec - 1e-9));
      }),
      { numRuns: 60 },
    );
  });
});

describe('independent weights', () => {
  /** A talk of two in turns of 2 s, borders moved by up to 0.4 s; every so manieth turn given to the other speaker. */
  const talk = (seed: number, wrongEvery: number): SystemOutput => {
    const moved = (k: number): number => (((k * 7919 + seed * 104_729) % 801) - 400) / 1000;
    const turns = Array.from({ length: 200 }, (_, k) => {
      const isWrong = (k + seed) % wrongEvery === 0;
      return turn(2 * k + 1 + moved(k), 2 * k + 3 + moved(k + 1), (k % 2 === 0) === isWrong ? 'b' : 'a');
    });
    return system(`talk ${seed}`, ...turns);
  };
  /** Another setting of the same program: the same borders, some turns relabelled. */
  const variant = (of: SystemOutput, every: number): SystemOutput =>
    system(`${of.name}/${every}`, ...of.turns.map((one, k) => (k % every === 0 ? { ...one, speaker: 'a' } : one)));

  it('are none for one more copy: any number of settings of one program weigh as one', () => {
    const [x, y, z] = [talk(1, 9), talk(2, 9), talk(3, 9)];
    const copies = [x, variant(x, 5), variant(x, 7), variant(x, 11), variant(x, 13)];
    const { weights, groups } = independentWeights([[...copies, y, z]]);
    expect(groups.map((group) => group.length).sort()).toEqual([1, 1, 5]);
    const ofCopies = weights.slice(0, 5).reduce((sum, weight) => sum + weight, 0);
    expect(ofCopies).toBeGreaterThan(0.2);
    expect(ofCopies).toBeLessThan(0.4);
  });

  it('give the casting vote to the odd one of three, as long as two agreeing outvote it', () => {
    const [x, y, z] = [talk(1, 9), talk(2, 9), talk(3, 3)];
    const near = system('near', ...x.turns.map((one, k) => (k % 10 === 0 ? { ...one, speaker: 'a' } : one)));
    const [ofX, ofNear, ofZ] = independentWeights([[x, near, z]]).weights;
    expect(ofZ).toBeGreaterThan(Math.max(ofX!, ofNear!));
    const apart = independentWeights([[x, y, z]]).weights;
    expect(Math.max(...apart)).toBeLessThan(0.5);
  });

  it('sum to one, follow their systems, and are equal for two', () => {
    fc.assert(
      fc.property(answers, (systems) => {
        const { weights } = independentWeights([systems]);
        expect(weights.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        const two = independentWeights([systems.slice(0, 2)]);
        if (two.groups.length === 1) expect(two.weights[0]).toBeCloseTo(0.5, 9);
      }),
      { numRuns: 60 },
    );
  });
});

describe('weights by region', () => {
  const weigh = (systems: SystemOutput[]) => {
    const cut = cutTime(systems);
    const { labels, labelCount } = mapGreedy(systems);
    return { cut, ...regionWeights(systems, cut, labels, labelCount) };
  };

  it('sum to one everywhere', () => {
    fc.assert(
      fc.property(answers, (systems) => {
        const { cut, weights, independence } = weigh(systems);
        expect(independence.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        for (let region = 0; region < regionCount(cut); region++)
          expect(weights.reduce((sum, own) => sum + own[region]!, 0)).toBeCloseTo(1, 9);
      }),
      { numRuns: 60 },
    );
  });

  it('copies of one answer share the weight of one', () => {
    const copy = (name: string) => system(name, turn(0, 10, 'a'), turn(10, 20, 'b'));
    const other = system('other', turn(0, 12, 'a'), turn(12, 20, 'b'));
    const third = system('third', turn(0, 8, 'a'), turn(8, 20, 'b'));
    const { independence } = weigh([copy('x'), copy('y'), copy('z'), other, third]);
    expect(independence[0]! + independence[1]! + independence[2]!).toBeLessThan(independence[3]! * 2);
    expect(independence[0]).toBeCloseTo(independence[1]!, 9);
  });

  it('count a system less where the others contradict it, and more where it is sure', () => {
    const systems = [
      system('x', turn(0, 30, 'a'), turn(40, 60, 'b')),
      system('y', turn(0.5, 30, 'a'), turn(40, 59.5, 'b')),
      system('odd', turn(0, 29.5, 'a'), turn(40, 60, 'a')),
    ];
    const { cut, weights } = weigh(systems);
    const at = (sec: number): number => cut.bounds.findIndex((bound, k) => bound <= sec && sec < cut.bounds[k + 1]!);
    expect(weights[2]![at(50)]!).toBeLessThan(0.6 * weights[2]![at(10)]!);
    const sure = weigh([...systems.slice(0, 2), system('odd', turn(0, 29.5, 'a', 0.2), turn(40, 60, 'a', 0.2))]);
    expect(sure.weights[2]![at(10)]!).toBeLessThan(weights[2]![at(10)]!);
  });

  it('norm weighs by agreement', () => {
    const systems = [system('x', turn(0, 10, 'a')), system('y', turn(0, 10, 'a')), system('z', turn(0, 5, 'a'))];
    const { weights } = doverLap(systems, { ...doverLapDefaults, weights: 'norm' });
    expect(weights[0]).toBeCloseTo(weights[1]!, 9);
    expect(weights[2]!).toBeLessThan(weights[0]!);
  });
});
