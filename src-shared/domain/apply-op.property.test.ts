import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../api/errors.ts';
import { applyOp } from './apply-op.ts';
import { findBreaches } from './breaches.ts';
import { applyDiff, isEmptyDiff, reverseDiff, squashDiffs } from './diff.ts';
import type { RecordMap } from './diff.ts';
import { anonymous, named, speakersOf, speechAfter, speechOf, speechOfHypothesis } from './testing/naive-model.ts';
import { gesture, hypothesis, toOp } from './testing/random-ops.ts';
import type { RecordsDiff } from './records.ts';

const byId = (records: RecordMap) => new Map([...records].sort(([a], [b]) => (a < b ? -1 : 1)));
const gestures = fc.array(gesture, { maxLength: 60, size: 'max' });
const hypotheses = fc.array(hypothesis, { minLength: 1, maxLength: 3 });

describe('random edits', () => {
  it('say in each millisecond what a naive model says, keep every rule, and can be taken back', () => {
    fc.assert(
      fc.property(gestures, hypotheses, (sequence, lanes) => {
        let serial = 0;
        const newId = () => `id${serial++}`;
        let records: RecordMap = new Map();
        const start = records;
        const diffs: RecordsDiff[] = [];
        for (const one of sequence) {
          const op = toOp(one, records.values(), [...lanes.keys()].map(String));
          const lane = op.op === 'hypothesis.adopt' ? lanes[Number(op.hypothesisId)] : undefined;
          const before = structuredClone(records);
          let applied;
          try {
            applied = applyOp(records, op, { newId, ...(lane ? { hypothesis: lane } : {}) });
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
            expect(records).toEqual(before);
            continue;
          }
          expect(records).toEqual(before);
          const after = applyDiff(records, applied.diff);

          const expected = speechAfter(records, op);
          if (expected) expect(named(speechOf(after))).toEqual(named(expected));
          else expect(anonymous(speechOf(after))).toEqual(speechOfHypothesis(lane!));
          expect(findBreaches(after.values())).toEqual([]);
          for (const speaker of speakersOf(after)) {
            const earlier = records.get(speaker.id);
            if (earlier?.kind === 'speaker') expect(speaker.colour).toBe(earlier.colour);
          }
          const colours = speakersOf(after).map(({ colour }) => colour);
          expect(new Set(colours).size).toBe(colours.length);
          expect(byId(applyDiff(after, reverseDiff(applied.diff)))).toEqual(byId(records));
          expect(applied.label).not.toBe('');
          records = after;
          diffs.push(applied.diff);
        }
        const squashed = squashDiffs(diffs);
        expect(byId(applyDiff(start, squashed))).toEqual(byId(records));
        const back = squashDiffs([squashed, reverseDiff(squashed)]);
        expect(isEmptyDiff(back)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
