import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DocRecord } from '#shared/domain/records.ts';
import { applyDiff, diffOf, recordMap } from '#shared/domain/diff.ts';
import { aSegment, aSpeaker } from '../testing/builders.ts';
import { foldDiff, foldRecords } from './fold.ts';

const records = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 0, max: 60 }), start: fc.integer({ min: 0, max: 30 }), speaker: fc.boolean() }),
  { selector: (one) => one.id, maxLength: 40 },
);
const built = records.map((list) =>
  list.map(({ id, start, speaker }): DocRecord =>
    speaker ? aSpeaker(`sp${id}`, { order: start }) : aSegment(`s${id}`, 'a', start, start + 1),
  ),
);

test('folding a diff gives what sorting the changed document anew gives', () => {
  fc.assert(
    fc.property(built, built, (before, after) => {
      const was = recordMap(before);
      const will = recordMap(after);
      const ids = new Set([...was.keys(), ...will.keys()]);
      const diff = diffOf([...ids].map((id) => ({ from: was.get(id) ?? null, to: will.get(id) ?? null })));
      expect(foldDiff(foldRecords(before), diff)).toEqual(foldRecords([...applyDiff(was, diff).values()]));
    }),
  );
});

test('an edit of segments leaves the array of speakers as it is, so that their list does not render again', () => {
  const before = foldRecords([aSpeaker('a'), aSegment('s', 'a', 0, 1)]);
  const after = foldDiff(before, { added: [aSegment('t', 'a', 2, 3)], updated: [], removed: [] });
  expect(after.speakers).toBe(before.speakers);
  expect(after.segments.map((segment) => segment.id)).toEqual(['s', 't']);
});
