import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryRegions } from './testing/arbitrary-windows.ts';
import { turnsFromWindows } from './turns.ts';
import type { LabelledWindow, TurnRules } from './turns.ts';

const sure: TurnRules = {
  maxPauseSec: 0.5,
  startSec: 0,
  durationSec: 100,
  vad: { probabilities: new Float32Array(400).fill(1), stepSec: 0.25 },
};
const window = (startSec: number, endSec: number, label: number, region = 0, confidence = 1): LabelledWindow => ({
  startSec,
  endSec,
  region,
  label,
  confidence,
});
const spans = (windows: LabelledWindow[], rules: Partial<TurnRules> = {}) =>
  turnsFromWindows(windows, { ...sure, ...rules }).map(
    ({ startSec, endSec, speaker }) => `${startSec}-${endSec} ${speaker}`,
  );

describe('turnsFromWindows', () => {
  it('lets neighbours part at the middle of what they share', () => {
    expect(spans([window(1, 2.5, 0), window(1.75, 3.25, 0), window(2.5, 4, 1)])).toEqual([
      '1-2.875 spk00',
      '2.875-4 spk01',
    ]);
  });
  it('names speakers in the order they are heard', () => {
    expect(spans([window(0, 1, 7), window(1, 2, 3), window(2, 3, 7)])).toEqual(['0-1 spk00', '1-2 spk01', '2-3 spk00']);
  });
  it('bridges short pauses of one speaker, not long ones', () => {
    const windows = [window(0, 1, 0, 0), window(1.4, 2, 0, 1), window(2.6, 3, 0, 2)];
    expect(spans(windows)).toEqual(['0-2 spk00', '2.6-3 spk00']);
    expect(spans(windows, { maxPauseSec: 0 })).toEqual(['0-1 spk00', '1.4-2 spk00', '2.6-3 spk00']);
  });
  it('does not bridge over somebody else', () => {
    expect(spans([window(0, 1, 0, 0), window(1.1, 1.3, 1, 1), window(1.4, 2, 0, 2)])).toHaveLength(3);
  });
  it('adds where the sound starts in the file and stays inside it', () => {
    const rules = { startSec: 7.0004, durationSec: 2.0001 };
    expect(spans([window(0, 1, 0), window(1, 2.0001, 1)], rules)).toEqual(['7.001-8 spk00', '8-9 spk01']);
  });
  it('trusts long, clear, certain turns more', () => {
    const confidence = (windows: LabelledWindow[], rules: Partial<TurnRules> = {}): number =>
      turnsFromWindows(windows, { ...sure, ...rules })[0]!.confidence!;
    const long = confidence([window(0, 8, 0)]);
    expect(long).toBeGreaterThan(0.9);
    expect(confidence([window(0, 0.3, 0)])).toBeLessThan(long);
    expect(confidence([window(0, 8, 0, 0, 0.4)])).toBeLessThan(long);
    const faint = { probabilities: new Float32Array(400).fill(0.5), stepSec: 0.25 };
    expect(confidence([window(0, 8, 0)], { vad: faint })).toBeLessThan(long);
  });
  it('lays second speakers beside the first and joins what touches of one speaker', () => {
    const windows = [window(0, 2, 0), window(2, 4, 1)];
    const second = [
      { startSec: 1, endSec: 2, label: 1, confidence: 1 },
      { startSec: 2, endSec: 2.5, label: 0, confidence: 1 },
      { startSec: 3, endSec: 3.5, label: 2, confidence: 0.5 },
    ];
    expect(spans(windows, { second })).toEqual(['0-2.5 spk00', '1-4 spk01', '3-3.5 spk02']);
    expect(spans(windows, { second: [] })).toEqual(spans(windows));
  });
  it('always gives sorted turns in whole milliseconds, none overlapping, inside the sound', () => {
    fc.assert(
      fc.property(arbitraryRegions, fc.double({ min: 0, max: 1, noNaN: true }), (list, maxPauseSec) => {
        let end = 0;
        const windows = list.flatMap(({ gap, hops }, region) => {
          const start = end + gap;
          end = start + 0.25 * (hops.length - 1) + 0.7;
          return hops.map(({ label, confidence }, k) =>
            window(start + 0.25 * k, Math.min(end, start + 0.25 * k + 0.75), label, region, confidence),
          );
        });
        const segments = turnsFromWindows(windows, { ...sure, maxPauseSec, durationSec: end });
        let last = 0;
        segments.forEach(({ startSec, endSec, speaker, confidence }, i) => {
          expect(Number(startSec.toFixed(3))).toBe(startSec);
          expect(Number(endSec.toFixed(3))).toBe(endSec);
          expect(endSec).toBeGreaterThan(startSec);
          expect(startSec).toBeGreaterThanOrEqual(last);
          expect(confidence! >= 0 && confidence! <= 1).toBe(true);
          const next = segments[i + 1];
          if (next?.speaker === speaker) expect(next.startSec).toBeGreaterThan(endSec);
          last = endSec;
        });
        expect(last).toBeLessThanOrEqual(end + 1e-9);
      }),
    );
  });
});
