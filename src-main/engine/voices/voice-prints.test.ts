import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speechAlone } from './voice-prints.ts';

const span = (speaker: string, startSec: number, endSec: number) => ({ speaker, startSec, endSec });

describe('where a speaker talks alone', () => {
  it('is in the turns, where there is speech, and nobody else has a turn', () => {
    const turns = [span('a', 0, 10), span('b', 4, 6), span('a', 20, 22), span('a', 21, 23)];
    const speech = [
      { startSec: 1, endSec: 9 },
      { startSec: 19, endSec: 22.5 },
    ];
    expect(speechAlone(turns, 'a', speech)).toEqual([
      { startSec: 1, endSec: 4 },
      { startSec: 6, endSec: 9 },
      { startSec: 20, endSec: 22.5 },
    ]);
    expect(speechAlone(turns, 'b', speech)).toEqual([]);
    expect(speechAlone(turns, 'c', speech)).toEqual([]);
  });

  it('is what a walk over every half second finds', () => {
    const spans = fc.array(
      fc.record({
        speaker: fc.constantFrom('a', 'b', 'c'),
        startSec: fc.integer({ min: 0, max: 40 }),
        length: fc.integer({ min: 1, max: 12 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(spans, spans, (some, others) => {
        const turns = some.map(({ speaker, startSec, length }) => span(speaker, startSec, startSec + length));
        const speech = others.map(({ startSec, length }) => ({ startSec, endSec: startSec + length }));
        const parts = speechAlone(turns, 'a', speech);
        const within = (list: readonly { startSec: number; endSec: number }[], sec: number): boolean =>
          list.some(({ startSec, endSec }) => startSec < sec && sec < endSec);
        for (let sec = 0.5; sec < 60; sec++) {
          const own = turns.filter(({ speaker }) => speaker === 'a');
          const rest = turns.filter(({ speaker }) => speaker !== 'a');
          expect(within(parts, sec)).toBe(within(own, sec) && within(speech, sec) && !within(rest, sec));
        }
      }),
    );
  });
});
