import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Turn } from '../formats/turn.ts';
import { IncrementalScore } from './incremental.ts';
import { scoreDiarization } from './score.ts';
import type { ScoringOptions } from './scoring-input.ts';

// Wide ranges on the millisecond: speakers that share exactly the same time, where the matching is free to choose, are rare.
const turns = (names: string[]) =>
  fc.array(
    fc
      .tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 400_000 }), fc.integer({ min: 1, max: 150_000 }))
      .map(([speaker, start, length]): Turn => {
        const [startSec, endSec] = [start / 1000, (start + length) / 1000];
        return { fileId: 'f', channel: '1', startSec, endSec, speaker, confidence: null };
      }),
    { maxLength: 14 },
  );
const edits = fc.array(
  fc.record({
    side: fc.constantFrom('reference' as const, 'hypothesis' as const),
    remove: fc.array(fc.nat(20), { maxLength: 3 }),
    add: turns(['A', 'B', 'x', 'y', 'new']),
  }),
  { maxLength: 5 },
);
const options = fc.record({
  collarSec: fc.constantFrom(0, 0.25, 3),
  ignoreOverlap: fc.boolean(),
  convention: fc.constantFrom('md-eval' as const, 'dscore' as const),
  regions: fc.constantFrom(null, [
    { fileId: 'f', channel: '1', startSec: 10.5, endSec: 130 },
    { fileId: 'f', channel: '1', startSec: 200, endSec: 330.25 },
  ]),
});

function compare(score: IncrementalScore, reference: Turn[], hypothesis: Turn[], chosen: ScoringOptions): void {
  const full = scoreDiarization(reference, hypothesis, chosen).files[0];
  const figures = score.figures();
  if (!full) {
    expect(figures).toMatchObject({ totalSec: 0, missedSec: 0 });
    return;
  }
  for (const key of ['totalSec', 'missedSec', 'falseAlarmSec', 'confusionSec', 'der', 'jer'] as const)
    expect(Math.abs(figures[key] - full[key]), key).toBeLessThan(1e-7);
  expect([figures.referenceSpeakers, figures.hypothesisSpeakers]).toEqual([
    full.referenceSpeakers,
    full.hypothesisSpeakers,
  ]);
}

describe('IncrementalScore', () => {
  it('says after every edit what scoring everything says', () => {
    fc.assert(
      fc.property(
        turns(['A', 'B', 'C']),
        turns(['x', 'y', 'z', 'A']),
        edits,
        options,
        (reference, hypothesis, list, chosen) => {
          const now = { reference: [...reference], hypothesis: [...hypothesis] };
          const score = new IncrementalScore(now.reference, now.hypothesis, chosen);
          compare(score, now.reference, now.hypothesis, chosen);
          for (const { side, remove, add } of list) {
            const gone = new Set(remove.map((at) => now[side][at]).filter((one) => one !== undefined));
            score.replace(side, [...gone], add);
            now[side] = [...now[side].filter((one) => !gone.has(one)), ...add];
            compare(score, now.reference, now.hypothesis, chosen);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses to remove what is not there', () => {
    const one: Turn = { fileId: 'f', channel: '1', startSec: 0, endSec: 1, speaker: 'A', confidence: null };
    const score = new IncrementalScore([one], []);
    expect(() => score.replace('reference', [{ ...one }], [])).toThrow(RangeError);
  });
});
