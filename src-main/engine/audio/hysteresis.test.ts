import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changePoints } from './change-points.ts';
import { crdnnRules, hysteresisRegions, pyannoteRules, sortformerRules } from './hysteresis.ts';
import type { HysteresisRules } from './hysteresis.ts';

const plain: HysteresisRules = {
  onset: 0.5,
  offset: 0.25,
  padOnsetSec: 0,
  padOffsetSec: 0,
  fillGapSec: 0,
  dropShortSec: 0,
  meanAtLeast: 0,
};
const spans = (posterior: readonly number[], rules: Partial<HysteresisRules> = {}, stepSec = 1): string[] =>
  hysteresisRegions(posterior, stepSec, posterior.length * stepSec, { ...plain, ...rules }).map(
    ({ startSec, endSec }) => `${Number(startSec.toFixed(6))}-${Number(endSec.toFixed(6))}`,
  );

describe('hysteresisRegions', () => {
  it('starts above the onset and goes on until below the offset', () => {
    expect(spans([0, 0.4, 0.6, 0.3, 0.3, 0.2, 0.3, 0.9, 0.9])).toEqual(['2-5', '7-9']);
  });
  it('fills gaps before it drops what is short, as SpeechBrain does', () => {
    const posterior = [1, 0, 1, 0, 0, 0, 1, 0, 0];
    expect(spans(posterior, { fillGapSec: 1, dropShortSec: 1 })).toEqual(['0-3']);
    expect(spans(posterior, { fillGapSec: 0, dropShortSec: 1 })).toEqual([]);
  });
  it('pads inside the recording', () => {
    expect(spans([1, 0, 0, 0, 0, 1], { padOnsetSec: 1.5, padOffsetSec: 0.5 })).toEqual(['0-1.5', '3.5-6']);
  });
  it('doubts regions whose mean is low', () => {
    expect(spans([0.6, 0.3, 0.3, 0, 0.9, 0.9], { meanAtLeast: 0.5 })).toEqual(['4-6']);
  });
  it('treats a gap of exactly 0.25 s as within it, whatever the rounding of 10 ms steps', () => {
    const posterior = Array.from({ length: 200 }, (_, k) => Number(k < 60 || k >= 85));
    expect(spans(posterior, crdnnRules, 0.01)).toEqual(['0-2']);
  });
  it('ends at once where the offset lies above the onset', () => {
    expect(spans([0.7, 0.7, 0.9, 0.9, 0.7], { onset: 0.64, offset: 0.74 })).toEqual(['0-1', '2-4']);
  });

  const posteriors = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 80 });
  const presets = fc.constantFrom<HysteresisRules>(
    crdnnRules,
    pyannoteRules(0.4),
    sortformerRules.dihard3,
    sortformerRules.callhome,
  );
  it('gives sorted regions apart from each other inside the recording, each with a frame above the onset', () => {
    fc.assert(
      fc.property(posteriors, presets, (posterior, rules) => {
        const durationSec = posterior.length * 0.05;
        let last = -Infinity;
        for (const { startSec, endSec } of hysteresisRegions(posterior, 0.05, durationSec, rules)) {
          expect(startSec - last).toBeGreaterThan(rules.fillGapSec);
          expect(endSec - startSec).toBeGreaterThan(rules.dropShortSec);
          expect(startSec).toBeGreaterThanOrEqual(0);
          expect(endSec).toBeLessThanOrEqual(durationSec);
          const inside = posterior.filter((_, k) => (k + 0.5) * 0.05 > startSec && (k + 0.5) * 0.05 < endSec);
          expect(Math.max(...inside)).toBeGreaterThan(rules.onset);
          last = endSec;
        }
      }),
    );
  });
});

describe('changePoints', () => {
  it('finds peaks above the limit, one of those too close', () => {
    const posterior = [0, 0.2, 0.1, 0.05, 0.3, 0.25, 0.3, 0, 0.1, 0, 0.5];
    expect(changePoints(posterior, 1, 0.146, 2)).toEqual([1.5, 4.5, 10.5]);
    expect(changePoints(posterior, 1, 0.146, 1)).toEqual([1.5, 4.5, 6.5, 10.5]);
    expect(changePoints([], 1, 0.1, 1)).toEqual([]);
  });
  it('never gives two closer than asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        (values, reach) => {
          const points = changePoints(values, 1, 0.5, reach);
          for (let k = 1; k < points.length; k++) expect(points[k]! - points[k - 1]!).toBeGreaterThan(reach);
          const top = Math.max(0, ...values);
          if (top > 0) expect(points).toContain(values.indexOf(top) + 0.5);
        },
      ),
    );
  });
});
