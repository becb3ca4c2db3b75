import { describe, expect, it } from 'vitest';
import { findBreaches } from './breaches.ts';
import { applyDiff, applyDiffInPlace, emptyDiff, recordMap, squashDiffs } from './diff.ts';
import { isDoubtful } from './doubt.ts';
import { durationInWords, timeInWords } from './ops/words.ts';
import { annaAndBen, segment, speaker } from './testing/small-document.ts';

describe('applyDiff', () => {
  const a1 = annaAndBen().get('a1')!;

  it.each([
    ['removes what is not there', { ...emptyDiff(), removed: [segment('x', 'anna', 0, 1)] }],
    ['changes what is not there', { ...emptyDiff(), updated: [{ from: { ...a1, id: 'x' }, to: { ...a1, id: 'x' } }] }],
    ['adds what is there', { ...emptyDiff(), added: [a1] }],
    ['renames a record', { ...emptyDiff(), updated: [{ from: a1, to: { ...a1, id: 'x' } }] }],
  ])('refuses a diff that %s, whole', (_, diff) => {
    const records = annaAndBen();
    const both = { ...diff, removed: [...diff.removed, annaAndBen().get('b1')!] };
    expect(() => {
      applyDiffInPlace(records, both);
    }).toThrow(/does not fit/);
    expect(records).toEqual(annaAndBen());
  });

  it('refuses two records of one id', () => {
    expect(() => recordMap([a1, a1])).toThrow(/share the id/);
  });
});

describe('squashDiffs', () => {
  it('leaves no trace of what came and went', () => {
    const one = speaker('s');
    const other = speaker('s', { name: 'other' });
    expect(
      squashDiffs([
        { ...emptyDiff(), added: [one] },
        { ...emptyDiff(), updated: [{ from: one, to: other }] },
      ]),
    ).toEqual({ ...emptyDiff(), added: [other] });
    expect(
      squashDiffs([
        { ...emptyDiff(), added: [one] },
        { ...emptyDiff(), removed: [one] },
      ]),
    ).toEqual(emptyDiff());
    const back = squashDiffs([
      { ...emptyDiff(), removed: [one] },
      { ...emptyDiff(), added: [other] },
    ]);
    expect(applyDiff(new Map([['s', one]]), back).get('s')).toEqual(other);
  });
});

it('finds each kind of breach', () => {
  const kinds = findBreaches([
    ...annaAndBen().values(),
    segment('empty', 'ben', 7, 7),
    segment('over', 'anna', 6, 7),
    segment('nobody', 'gone', 0, 1),
    speaker('twin', { name: 'Anna' }),
    speaker('twin', { name: 'other' }),
  ]).map(({ kind, id }) => `${kind} ${id}`);
  expect(kinds.sort()).toEqual([
    'duplicate-id twin',
    'duplicate-name twin',
    'no-length empty',
    'same-speaker-overlap over',
    'unknown-speaker nobody',
  ]);
  expect(findBreaches(annaAndBen().values())).toEqual([]);
});

it('doubts what is marked or unsure, never what is accepted', () => {
  expect(isDoubtful({ review: 'unreviewed', confidence: 0.49 }, 0.5)).toBe(true);
  expect(isDoubtful({ review: 'unreviewed', confidence: 0.5 }, 0.5)).toBe(false);
  expect(isDoubtful({ review: 'unreviewed', confidence: null }, 0.5)).toBe(false);
  expect(isDoubtful({ review: 'doubtful', confidence: null }, 0.5)).toBe(true);
  expect(isDoubtful({ review: 'accepted', confidence: 0 }, 0.5)).toBe(false);
});

it('says durations and times in words', () => {
  const durations: [number, string][] = [
    [0.001, '0.001 s'],
    [0.35, '0.35 s'],
    [0.9999, '1.0 s'],
    [4.2, '4.2 s'],
    [59.96, '1 min 00 s'],
    [192.4, '3 min 12 s'],
    [3599.7, '1 h 00 min'],
    [3720, '1 h 02 min'],
  ];
  for (const [sec, words] of durations) expect(durationInWords(sec)).toBe(words);
  expect([0, 59.9996, 61.5, 3725.25].map(timeInWords)).toEqual(['0:00.000', '1:00.000', '1:01.500', '1:02:05.250']);
});
