import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { itShared, sharedPath } from '../../src-main/testing/shared-data.ts';
import { parseRttm } from '../formats/rttm.ts';
import { parseUem } from '../formats/uem.ts';
import type { Region, Turn } from '../formats/turn.ts';
import { findProtocol } from './protocols.ts';
import { scoreDiarization } from './score.ts';
import type { ScoringOptions } from './scoring-input.ts';

vi.setConfig({ testTimeout: 60_000 });

const outputs = (...parts: string[]) => sharedPath('data', 'system_outputs', ...parts);
const turnsOf = (...parts: string[]): Turn[] => parseRttm(readFileSync(outputs(...parts), 'utf8')).turns;
const turnsIn = (...parts: string[]): Turn[] =>
  readdirSync(outputs(...parts)).flatMap((name) => turnsOf(...parts, name));
const percent = (share: number) => Math.round(share * 10_000) / 100;

describe('published figures', () => {
  const figure = (name: string, read: () => [Turn[], Turn[]], expected: number, files: number, protocol = 'strict') => {
    itShared(`${name} ${expected} %`, () => {
      const [reference, hypothesis] = read();
      const report = scoreDiarization(reference, hypothesis, findProtocol(protocol).options);
      expect(report.files).toHaveLength(files);
      expect(Math.abs(100 * report.overall.der - expected)).toBeLessThanOrEqual(0.01);
    });
  };
  const ami = (system: string) => (): [Turn[], Turn[]] => {
    return [turnsOf('dover_lap/egs/ami/ref_rttm_test'), turnsOf(`dover_lap/egs/ami/${system}`)];
  };
  const diart = (system: string) => (): [Turn[], Turn[]] => {
    return [turnsIn('ami_ref/only_words/rttms/test'), turnsOf(`diart_outputs/expected_outputs/${system}/AMI.rttm`)];
  };
  const voxconverse = (file: string) => (): [Turn[], Turn[]] => [turnsIn('voxconverse_ref/dev'), turnsOf(file)];
  figure(
    'dscore pair',
    () => [turnsOf('dscore/scorelib/tests/ref.rttm'), turnsOf('dscore/scorelib/tests/sys.rttm')],
    26.39,
    1,
  );
  figure(
    'dscore pair, dscore habits',
    () => [turnsOf('dscore/scorelib/tests/ref.rttm'), turnsOf('dscore/scorelib/tests/sys.rttm')],
    26.39,
    1,
    'dscore',
  );
  figure('AMI region proposals', ami('rttm_test_rpn'), 25.43, 16);
  figure('AMI spectral clustering', ami('rttm_test_sc'), 23.56, 16);
  figure('AMI VB-HMM', ami('rttm_test_vb'), 21.5, 16);
  figure('AMI published fusion', ami('rttm_dl_test'), 19.86, 16);
  figure('AMI VBx with overlap', diart('offline/vbx+overlap_aware_segmentation'), 19.63, 16);
  figure('AMI VBx', diart('offline/vbx'), 23.89, 16);
  figure('AMI online 5 s', diart('online/5.0s'), 27.23, 16);
  figure(
    'VoxConverse dev 2020 baseline',
    voxconverse('voxsrc2020_baseline/data/diar/baseline.rttm'),
    23.89,
    216,
    'voxconverse',
  );
  figure(
    'VoxConverse dev 2022 baseline',
    voxconverse('voxsrc2022_baseline/data/diar/baseline_dev.rttm'),
    11.52,
    216,
    'voxconverse',
  );

  itShared('AMI VB-HMM: missed 9.84, false alarm 2.06, confusion 9.60', () => {
    const { overall } = scoreDiarization(...ami('rttm_test_vb')());
    expect([overall.missed, overall.falseAlarm, overall.confusion].map(percent)).toEqual([9.84, 2.06, 9.6]);
  });

  itShared(
    'dscore pair: JER and the clustering metrics as dscore defines them (an independent numpy computation)',
    () => {
      const pair = [turnsOf('dscore/scorelib/tests/ref.rttm'), turnsOf('dscore/scorelib/tests/sys.rttm')] as const;
      const { overall } = scoreDiarization(...pair, findProtocol('dscore').options, true);
      expect(overall.jer).toBeCloseTo(0.332299, 6);
      const expected = {
        bcubedPrecision: 0.706387,
        bcubedRecall: 0.717533,
        bcubedF1: 0.711916,
        tauReferenceHypothesis: 0.58439,
        tauHypothesisReference: 0.568309,
        entropyReference: 0.836025,
        entropyHypothesis: 0.753825,
        mutualInformation: 0.947515,
        normalisedMutualInformation: 0.543938,
      };
      for (const [name, value] of Object.entries(expected)) {
        expect(overall.clustering![name as keyof typeof expected]).toBeCloseTo(value, 5);
      }
    },
  );

  itShared('AMI VB-HMM, 16 files as blocks: JER 29.16, B-cubed F1 0.758, NMI 0.872 (the same computation)', () => {
    const { overall } = scoreDiarization(...ami('rttm_test_vb')(), findProtocol('dscore').options, true);
    expect(percent(overall.jer)).toBeCloseTo(29.16, 2);
    expect(overall.clustering!.bcubedF1).toBeCloseTo(0.7578, 3);
    expect(overall.clustering!.normalisedMutualInformation).toBeCloseTo(0.8716, 3);
  });

  itShared('the full UEM of AMI scores more false alarms than the extents of the reference', () => {
    const [reference, hypothesis] = diart('offline/vbx')();
    const folder = outputs('ami_ref/uems/test');
    const regions = readdirSync(folder).flatMap((name) => parseUem(readFileSync(`${folder}/${name}`, 'utf8')).regions);
    const whole = scoreDiarization(reference, hypothesis, { regions });
    expect(whole.overall.falseAlarm).toBeGreaterThan(scoreDiarization(reference, hypothesis).overall.falseAlarm);
    expect(whole.overall.missedSec).toBeCloseTo(scoreDiarization(reference, hypothesis).overall.missedSec, 6);
  });
});
const turn = (speaker: string, startSec: number, endSec: number, fileId = 'f', channel = '1'): Turn => {
  return { fileId, channel, startSec, endSec, speaker, confidence: null };
};
const region = (startSec: number, endSec: number, fileId = 'f'): Region => ({ fileId, channel: '1', startSec, endSec });
const der = (reference: Turn[], hypothesis: Turn[], options: Partial<ScoringOptions> = {}) => {
  const { totalSec, missedSec, falseAlarmSec, confusionSec } = scoreDiarization(reference, hypothesis, options).overall;
  return [totalSec, missedSec, falseAlarmSec, confusionSec].map((sec) => Math.round(sec * 1e6) / 1e6);
};

describe('scoreDiarization by hand', () => {
  it('counts missed, false alarm and confusion in speaker time', () => {
    const reference = [turn('A', 0, 10), turn('B', 8, 20)];
    // A is x, B is y: 2 s of overlap lack one speaker, 10–12 is x instead of y, 12–14 has one too many.
    const hypothesis = [turn('x', 0, 12), turn('y', 12, 20), turn('z', 12, 14)];
    expect(der(reference, hypothesis)).toEqual([22, 2, 2, 2]);
  });

  it('matches speakers so that the most time is right, not first come first served', () => {
    const reference = [turn('A', 0, 10), turn('B', 10, 16)];
    const hypothesis = [turn('x', 0, 6), turn('y', 6, 10), turn('x', 10, 16)];
    expect(der(reference, hypothesis)).toEqual([16, 0, 0, 6]);
    expect(scoreDiarization(reference, hypothesis).files[0]!.mapping).toEqual({ A: 'y', B: 'x' });
  });

  it('leaves the collar around every reference boundary out', () => {
    expect(der([turn('A', 1, 3)], [turn('x', 1.2, 3.2)], { collarSec: 0.25 })).toEqual([1.5, 0, 0, 0]);
    // In md-eval a boundary inside speech of one speaker has its collar too; dscore merges the lines only if they overlap.
    const split = [turn('A', 1, 3), turn('A', 2.5, 5)];
    expect(der(split, [], { collarSec: 0.25, convention: 'md-eval' })[0]).toBe(4 - 0.5 - 1);
    expect(der(split, [], { collarSec: 0.25, convention: 'dscore' })[0]).toBe(4 - 0.5);
    const touching = [turn('A', 1, 3), turn('A', 3, 5)];
    expect(der(touching, [], { collarSec: 0.25, convention: 'dscore' })[0]).toBe(4 - 1);
  });

  it('leaves out overlap when asked to', () => {
    const reference = [turn('A', 0, 10), turn('B', 8, 20)];
    expect(der(reference, [turn('x', 0, 20)], { ignoreOverlap: true })).toEqual([18, 0, 0, 8]);
  });

  it('scores the extent of the reference (md-eval), of both (dscore), or the UEM', () => {
    const reference = [turn('A', 5, 10)];
    const hypothesis = [turn('x', 0, 12)];
    expect(der(reference, hypothesis)).toEqual([5, 0, 0, 0]);
    expect(der(reference, hypothesis, { convention: 'dscore' })).toEqual([5, 0, 7, 0]);
    expect(der(reference, hypothesis, { regions: [region(4, 7), region(6, 8), region(20, 30)] })).toEqual([3, 0, 1, 0]);
  });

  it('warns of files on one side only: hypothesis ignored, reference missed, without region left out', () => {
    const report = scoreDiarization(
      [turn('A', 0, 1, 'a'), turn('A', 0, 2, 'b'), turn('A', 0, 4, 'c')],
      [turn('x', 0, 2, 'b'), turn('x', 0, 9, 'z')],
      { regions: [region(0, 10, 'a'), region(0, 10, 'b'), region(0, 10, 'z')] },
    );
    expect(report.files.map((file) => [file.fileId, file.der, file.jer])).toEqual([
      ['a', 1, 1],
      ['b', 0, 0],
    ]);
    expect(report.warnings).toEqual([
      'c has no scored region and was left out.',
      '1 file(s) only in the hypothesis are not scored: z.',
      '2 file(s) only in the reference count as missed: a, c.',
    ]);
  });

  it('tells channels apart only where the reference has several', () => {
    expect(der([turn('A', 0, 5, 'f', '1')], [turn('x', 0, 5, 'f', '0')])).toEqual([5, 0, 0, 0]);
    const stereo = [turn('A', 0, 5, 'f', '1'), turn('B', 0, 5, 'f', '2')];
    expect(der(stereo, [turn('x', 0, 5, 'f', '1')])).toEqual([10, 5, 0, 0]);
    expect(scoreDiarization(stereo, []).files.map((file) => file.fileId)).toEqual(['f 1', 'f 2']);
  });

  it('computes JER as the mean Jaccard error over reference speakers', () => {
    const reference = [turn('A', 0, 10), turn('B', 10, 12)];
    const report = scoreDiarization(reference, [turn('x', 0, 8), turn('y', 8, 12)]);
    // A–x: 8 of 10; B–y: 2 of 4.
    expect(report.overall.jer).toBeCloseTo((0.2 + 0.5) / 2, 9);
    expect(report.overall).toMatchObject({
      countAccuracy: 1,
      countError: 0,
      referenceSpeakers: 2,
      hypothesisSpeakers: 2,
    });
  });

  it('says 1 for JER without any hypothesis and 0 for DER of nothing', () => {
    expect(scoreDiarization([turn('A', 0, 1)], []).overall).toMatchObject({ der: 1, jer: 1 });
    expect(scoreDiarization([], []).overall).toMatchObject({ der: 0, jer: 0, totalSec: 0 });
  });

  it('B-cubed, tau, entropies and NMI on frames', () => {
    const reference = [turn('A', 0, 5), turn('B', 5, 10)];
    const same = scoreDiarization(reference, [turn('x', 0, 5), turn('y', 5, 10)], {}, true).overall.clustering!;
    expect(same).toMatchObject({
      bcubedF1: 1,
      tauReferenceHypothesis: 1,
      tauHypothesisReference: 1,
      entropyReference: 0,
      mutualInformation: 1,
    });
    expect(same.normalisedMutualInformation).toBeCloseTo(1, 12);
    const one = scoreDiarization(reference, [turn('x', 0, 10)], {}, true).overall.clustering!;
    expect(one).toMatchObject({
      bcubedPrecision: 0.5,
      bcubedRecall: 1,
      entropyReference: 1,
      mutualInformation: 0,
      normalisedMutualInformation: 0,
    });
  });

  it('names the protocols when one is unknown', () => {
    expect(() => findProtocol('nope')).toThrow('There is no scoring protocol "nope"');
  });
});

describe('laws', () => {
  const turns = (names: string[]) =>
    fc.array(
      fc
        .tuple(fc.constantFrom(...names), fc.constantFrom('f', 'g'), fc.nat(300), fc.integer({ min: 1, max: 80 }))
        .map(([who, file, start, length]) => turn(who, start / 10, (start + length) / 10, file)),
      { maxLength: 14 },
    );
  const options = fc.record({
    collarSec: fc.constantFrom(0, 0.25, 1),
    ignoreOverlap: fc.boolean(),
    convention: fc.constantFrom('md-eval' as const, 'dscore' as const),
  });

  it('a reference scored against itself under other names has no error', () => {
    fc.assert(
      fc.property(turns(['A', 'B', 'C']), options, (reference, chosen) => {
        const renamed = reference.map((one) => ({ ...one, speaker: `new ${one.speaker}` }));
        const { overall } = scoreDiarization(reference, renamed, chosen);
        expect(overall.missedSec + overall.falseAlarmSec + overall.confusionSec).toBeLessThan(1e-9);
        expect(overall.jer).toBe(0);
      }),
    );
  });

  it('missed + right + confused is the total, whatever the order of lines', () => {
    fc.assert(
      fc.property(turns(['A', 'B', 'C']), turns(['x', 'y', 'z', 'w']), options, (reference, hypothesis, chosen) => {
        const { overall, files } = scoreDiarization(reference, hypothesis, chosen);
        expect(overall.missedSec + overall.confusionSec).toBeLessThanOrEqual(overall.totalSec + 1e-9);
        expect(overall.totalSec).toBeCloseTo(
          files.reduce((sum, file) => sum + file.totalSec, 0),
          9,
        );
        const turned = scoreDiarization(reference.toReversed(), hypothesis.toReversed(), chosen).overall;
        for (const key of ['totalSec', 'missedSec', 'falseAlarmSec', 'confusionSec'] as const) {
          // Ties in the matching may be broken otherwise only where matching and scoring regions differ.
          if (chosen.collarSec === 0 && !chosen.ignoreOverlap) expect(turned[key]).toBeCloseTo(overall[key], 9);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with counting instants one by one', () => {
    fc.assert(
      fc.property(turns(['A', 'B']), turns(['x', 'y']), (reference, hypothesis) => {
        const sure = scoreDiarization(reference, hypothesis, { convention: 'dscore' });
        for (const file of sure.files) {
          const best = Math.min(...mappings.map((map) => bruteErrors(file.fileId, reference, hypothesis, map)));
          expect(file.missedSec + file.falseAlarmSec + file.confusionSec).toBeCloseTo(best, 9);
        }
      }),
      { numRuns: 200 },
    );
  });
  const mappings: Record<string, string>[] = [
    { A: 'x', B: 'y' },
    { A: 'y', B: 'x' },
  ];
  function bruteErrors(fileId: string, reference: Turn[], hypothesis: Turn[], map: Record<string, string>): number {
    let errors = 0;
    for (let tenth = 0; tenth < 400; tenth++) {
      const at = tenth / 10 + 0.05;
      const active = (list: Turn[]) =>
        new Set(
          list.filter((one) => one.fileId === fileId && one.startSec < at && at < one.endSec).map((one) => one.speaker),
        );
      const [ref, hyp] = [active(reference), active(hypothesis)];
      const right = [...ref].filter((one) => hyp.has(map[one]!)).length;
      errors += 0.1 * (Math.max(ref.size, hyp.size) - right);
    }
    return errors;
  }
});
