import { expect, test } from 'vitest';
import { rttmFromTurns } from '#shared/formats/rttm.ts';
import { exportNotes } from './notes.ts';

const turn = (speaker: string) => ({ fileId: 'f', channel: '1', startSec: 0, endSec: 1, speaker, confidence: null });

test('names that lose their spaces are told in one sentence, as the writer put them', () => {
  const { warnings } = rttmFromTurns(['Speaker 1', 'Speaker 2', 'Anna'].map(turn));
  expect(exportNotes(warnings)).toEqual(['Names are written without spaces: Speaker_1, Speaker_2.']);
});

test('many names are counted, names of several files told once, other warnings kept', () => {
  const { warnings } = rttmFromTurns(['a 1', 'a 2', 'a 3', 'a 4', 'a 5'].map(turn));
  const both = [...warnings.map((one) => `x.rttm: ${one}`), ...warnings.map((one) => `y.rttm: ${one}`)];
  expect(exportNotes([...both, 'Nothing was reviewed yet.'])).toEqual([
    'Names are written without spaces: a_1, a_2, a_3 and 2 more.',
    'Nothing was reviewed yet.',
  ]);
});
