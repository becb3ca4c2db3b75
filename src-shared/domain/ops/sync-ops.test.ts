import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyOp } from '../apply-op.ts';
import { applyDiff, reverseDiff } from '../diff.ts';
import { annaAndBen } from '../testing/small-document.ts';

let serial = 0;
const context = { newId: () => `new${serial++}` };

it('changes the offset of the file and nothing else, and can be taken back', () => {
  const seconds = fc.option(fc.double({ min: -5, max: 5, noNaN: true }));
  fc.assert(
    fc.property(fc.array(seconds, { minLength: 1, maxLength: 6 }), (values) => {
      const before = annaAndBen();
      let records = before;
      for (const offsetSec of values) {
        const { diff } = applyOp(records, { op: 'sync.correct', offsetSec }, context);
        const after = applyDiff(records, diff);
        expect(applyDiff(after, reverseDiff(diff))).toEqual(records);
        records = after;
      }
      const offsets = [...records.values()].filter(({ kind }) => kind === 'offset');
      const last = Math.round((values.at(-1) ?? 0) * 1000) / 1000;
      expect(offsets).toMatchObject(last === 0 ? [] : [{ offsetSec: last, origin: 'human' }]);
      expect([...records.values()].filter(({ kind }) => kind !== 'offset')).toEqual([...before.values()]);
    }),
  );
});

it('says which way, and nothing of a place in time', () => {
  expect(applyOp(annaAndBen(), { op: 'sync.correct', offsetSec: 0.08 }, context)).toMatchObject({
    label: 'Corrected: the sound came 80 ms late',
    span: null,
  });
  expect(applyOp(annaAndBen(), { op: 'sync.correct', offsetSec: -0.12 }, context).label).toContain('120 ms early');
});
