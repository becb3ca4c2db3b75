import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Span } from '../formats/spans.ts';
import type { Turn } from '../formats/turn.ts';
import { annotatorAgreement } from './agreement.ts';
import { boundaryScores, purityTimes } from './coverage.ts';
import { averagePrecision, equalErrorRate, minDetectionCost, openSetScores, type Trial } from './detection.ts';
import { ederOf, ederTimes } from './eder.ts';
import { prepareFiles, strictScoring } from './scoring-input.ts';

const turn = (speaker: string, startSec: number, endSec: number): Turn => {
  return { fileId: 'f', channel: '1', startSec, endSec, speaker, confidence: null };
};
const filesOf = (reference: Turn[], hypothesis: Turn[]) =>
  prepareFiles(reference, hypothesis, { ...strictScoring, convention: 'dscore' }).files;
const trials = (targets: number[], others: number[]): Trial[] => [
  ...targets.map((score) => ({ score, isTarget: true })),
  ...others.map((score) => ({ score, isTarget: false })),
];

describe('purity and coverage', () => {
  it('purity falls when a cluster mixes people, coverage when a person is split', () => {
    const reference = [turn('A', 0, 10), turn('B', 10, 20)];
    const mixed = purityTimes(filesOf(reference, [turn('x', 0, 20)])[0]!);
    expect([mixed.pureSec / mixed.hypothesisSec, mixed.coveredSec / mixed.referenceSec]).toEqual([0.5, 1]);
    const split = purityTimes(filesOf(reference, [turn('x', 0, 4), turn('y', 4, 10), turn('z', 10, 20)])[0]!);
    expect([split.pureSec / split.hypothesisSec, split.coveredSec / split.referenceSec]).toEqual([1, 0.8]);
  });
});

describe('boundaryScores', () => {
  it('counts each boundary once, within the tolerance', () => {
    const reference = [turn('A', 1, 3), turn('B', 5, 8)];
    const hypothesis = [turn('x', 1.2, 3.26), turn('x', 5, 5.1), turn('y', 6, 8)];
    // 1≈1.2 and 5≈5 and 8≈8; 3 and 3.26 are too far apart; 5.1 finds 5 taken.
    const scores = boundaryScores(filesOf(reference, hypothesis));
    expect(scores.precision).toBeCloseTo(3 / 6, 9);
    expect(scores.recall).toBeCloseTo(3 / 4, 9);
    expect(boundaryScores(filesOf(reference, hypothesis), 0.3).recall).toBe(1);
  });
});

describe('annotatorAgreement', () => {
  it('is complete for the same labels under other names', () => {
    const agreement = annotatorAgreement([turn('A', 0, 5), turn('B', 4, 9)], [turn('x', 4, 9), turn('y', 0, 5)]);
    expect(agreement).toMatchObject({ kappa: 1, observed: 1, derOfFirst: 0, derOfSecond: 0 });
    expect(agreement.comparedSec).toBeCloseTo(9, 9);
  });

  it('takes chance into account', () => {
    // Half of the time both say A, a quarter each only one does: observed 0.75, chance 0.75² + 0.25² on a 4 s grid.
    const agreement = annotatorAgreement([turn('A', 0, 3), turn('z', 3, 4)], [turn('x', 0, 2), turn('y', 2, 4)]);
    expect(agreement.observed).toBeCloseTo(0.75, 2);
    expect(agreement.kappa!).toBeCloseTo((0.75 - (0.75 * 0.5 + 0.25 * 0.5)) / (1 - (0.75 * 0.5 + 0.25 * 0.5)), 2);
    expect(agreement.derOfSecond).toBeCloseTo(0.25, 9);
  });
});

describe('verification', () => {
  it('finds the equal error rate between points', () => {
    expect(equalErrorRate(trials([0.9, 0.8, 0.7], [0.1, 0.2, 0.3]))).toBe(0);
    expect(equalErrorRate(trials([0.1], [0.9]))).toBe(1);
    expect(equalErrorRate(trials([0.9, 0.4], [0.6, 0.1]))).toBe(0.5);
    // Tied scores make one step: the crossing lies on the line between its ends.
    expect(equalErrorRate(trials([0.9, 0.5, 0.5, 0.5], [0.5, 0.1, 0.1, 0.1]))).toBeCloseTo(0.1875, 9);
  });

  it('normalises the detection cost by the trivial decision', () => {
    expect(minDetectionCost(trials([2, 1], [0, -1]))).toBe(0);
    expect(minDetectionCost(trials([0], [0]))).toBeCloseTo(1, 12);
    // Rejecting the false alarm costs half the targets: 0.01·0.5 / 0.01.
    expect(minDetectionCost(trials([3, 1], [2, 0]))).toBeCloseTo(0.5, 12);
  });

  it('needs trials of both kinds', () => {
    expect(() => equalErrorRate(trials([1], []))).toThrow(RangeError);
  });

  it('does not depend on the order of trials and lies in 0…1', () => {
    const scores = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(scores, scores, (targets, others) => {
        const list = trials(targets, others);
        const eer = equalErrorRate(list);
        expect(eer).toBeGreaterThanOrEqual(0);
        expect(eer).toBeLessThanOrEqual(1);
        expect(equalErrorRate(list.toReversed())).toBe(eer);
        expect(equalErrorRate(list.map((one) => ({ score: -one.score, isTarget: !one.isTarget })))).toBeCloseTo(eer, 9);
        expect(minDetectionCost(list)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

describe('averagePrecision', () => {
  it('is the envelope of precision over recall', () => {
    expect(averagePrecision(trials([0.9, 0.8], [0.1]))).toBe(1);
    // Targets at ranks 1, 3 and 4: precision 1, 2/3, 3/4; from the right the second rises to 3/4.
    expect(averagePrecision(trials([0.9, 0.7, 0.6], [0.8]))).toBeCloseTo((1 + 0.75 + 0.75) / 3, 12);
    expect(averagePrecision(trials([], [1]))).toBe(0);
  });
});

describe('openSetScores', () => {
  it('is perfect when known probes score above all unknown ones', () => {
    const probes = [
      ...[0.9, 0.8].map((score) => ({ score, isCorrect: true })),
      ...Array.from({ length: 100 }, (_, at) => ({ score: at / 200, isCorrect: null })),
    ];
    expect(openSetScores(probes).dirAtFar).toEqual([0.1, 0.01, 0.001].map((far) => ({ far, dir: 1 })));
  });

  it('counts a wrong name as not identified, however sure', () => {
    const probes = [
      { score: 0.9, isCorrect: false },
      { score: 0.9, isCorrect: true },
      { score: 0.1, isCorrect: null },
      { score: 0.2, isCorrect: null },
    ];
    expect(openSetScores(probes, [0.1]).dirAtFar[0]!.dir).toBe(0.5);
  });
});

describe('EDER', () => {
  it('adds missed, false, confused and overlapped emotion over the utterance', () => {
    const spans = (...list: [string, number, number][]) => {
      const map = new Map<string, Span[]>();
      for (const [label, start, end] of list) map.set(label, [...(map.get(label) ?? []), { start, end }]);
      return map;
    };
    const times = ederTimes(
      spans(['happy', 2, 6]),
      spans(['happy', 3, 5], ['sad', 5, 7], ['angry', 8, 9], ['sad', 8, 9]),
      10,
    );
    expect(times).toEqual({ missedSec: 1, falseAlarmSec: 1, confusionSec: 1, overlapSec: 1, utteranceSec: 10 });
    expect(ederOf(times)).toBeCloseTo(0.4, 12);
  });
});
