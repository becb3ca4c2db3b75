import { describe, expect, it } from 'vitest';
import { emptyLabels, type Turn } from './turn.ts';
import { validateLabels } from './validate.ts';

const turn = (speaker: string, startSec: number, endSec: number, fileId = 'f'): Turn => {
  return { fileId, channel: '1', startSec, endSec, speaker, confidence: null };
};
const kinds = (turns: Turn[], more: Partial<Parameters<typeof validateLabels>[0]> = {}, options = {}) =>
  validateLabels({ ...emptyLabels(), turns, ...more }, options).map((one) => [one.kind, one.startSec]);

describe('validateLabels', () => {
  it('finds nothing in clean labels: overlap of different speakers is speech', () => {
    expect(kinds([turn('A', 0, 2), turn('B', 1, 3), turn('A', 2, 4)])).toEqual([]);
  });

  it('finds a speaker who overlaps himself, also inside a longer turn, and copies', () => {
    expect(kinds([turn('A', 0, 10), turn('A', 1, 2), turn('A', 9, 12), turn('B', 3, 4), turn('B', 3, 4)])).toEqual([
      ['same-speaker-overlap', 1],
      ['same-speaker-overlap', 9],
      ['duplicate', 3],
    ]);
  });

  it('finds short turns, turns after the end, and turns outside of the scored regions', () => {
    expect(kinds([turn('A', 0, 0.05), turn('A', 1, 2)], {}, { minTurnSec: 0.1 })).toEqual([['too-short', 0]]);
    expect(kinds([turn('A', 9, 10.5)], {}, { durationSec: new Map([['f', 10]]) })).toEqual([['beyond-end', 9]]);
    const regions = [{ fileId: 'f', channel: '1', startSec: 5, endSec: 8 }];
    expect(kinds([turn('A', 1, 2), turn('A', 4, 6), turn('B', 0, 1, 'g')], { regions })).toEqual([
      ['outside-regions', 1],
    ]);
  });

  it('finds names that are most likely one person', () => {
    const [found] = validateLabels({
      ...emptyLabels(),
      turns: [turn('Anna B', 0, 1), turn('anna_b', 2, 3), turn('Ben', 4, 5)],
    });
    expect(found).toMatchObject({ kind: 'similar-names', text: 'These names may be one person: Anna B, anna_b.' });
  });
});
