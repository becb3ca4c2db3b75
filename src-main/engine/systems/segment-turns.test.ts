import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { turnsFromSpans } from './segment-turns.ts';

const rules = { maxPauseSec: 0, startSec: 0, durationSec: 100 };
const span = (startSec: number, endSec: number, label: number, confidence = 1) => ({
  startSec,
  endSec,
  label,
  confidence,
});

describe('turnsFromSpans', () => {
  it('names speakers as they are heard and joins what touches', () => {
    const turns = turnsFromSpans([span(5, 6, 0), span(0, 2, 4, 0.5), span(2, 4, 4)], rules);
    expect(turns).toEqual([
      { startSec: 0, endSec: 4, speaker: 'spk00', confidence: 0.75 },
      { startSec: 5, endSec: 6, speaker: 'spk01', confidence: 1 },
    ]);
  });
  it('bridges pauses nobody else speaks in', () => {
    const spans = [span(0, 1, 0), span(1.3, 2, 0), span(2.1, 2.2, 1), span(2.4, 3, 0)];
    const times = turnsFromSpans(spans, { ...rules, maxPauseSec: 0.5 }).map(({ startSec, endSec }) => [
      startSec,
      endSec,
    ]);
    expect(times).toEqual([
      [0, 2],
      [2.1, 2.2],
      [2.4, 3],
    ]);
  });
  it('lets speakers overlap, stays inside the sound and adds where it starts', () => {
    const turns = turnsFromSpans([span(0, 3, 0), span(1, 9, 1)], { maxPauseSec: 0, startSec: 10, durationSec: 5 });
    expect(turns.map(({ startSec, endSec }) => [startSec, endSec])).toEqual([
      [10, 13],
      [11, 15],
    ]);
  });
  it('always gives sorted turns, none of one speaker touching another of the same', () => {
    const spans = fc.array(
      fc
        .tuple(fc.double({ min: 0, max: 50, noNaN: true }), fc.double({ min: 0.01, max: 9, noNaN: true }), fc.nat(3))
        .map(([start, length, label]) => span(start, start + length, label)),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(spans, fc.double({ min: 0, max: 1, noNaN: true }), (list, maxPauseSec) => {
        const ends = new Map<string, number>();
        let last = 0;
        for (const { startSec, endSec, speaker } of turnsFromSpans(list, { ...rules, maxPauseSec })) {
          expect(endSec).toBeGreaterThan(startSec);
          expect(startSec).toBeGreaterThanOrEqual(last);
          expect(startSec).toBeGreaterThan(ends.get(speaker) ?? -1);
          ends.set(speaker, endSec);
          last = startSec;
        }
      }),
    );
  });
});
