import { describe, expect, it } from 'vitest';
import { AppError } from '../api/errors.ts';
import type { ErrorCode } from '../api/errors.ts';
import { applyOp } from './apply-op.ts';
import { applyDiff, isEmptyDiff } from './diff.ts';
import type { RecordMap } from './diff.ts';
import type { EditOp } from './edit-op.ts';
import type { DocRecord, Segment } from './records.ts';
import { annaAndBen, segment } from './testing/small-document.ts';

let serial = 0;
const context = { newId: () => `new${serial++}` };

function edit(records: RecordMap, op: EditOp) {
  const applied = applyOp(records, op, context);
  const after = applyDiff(records, applied.diff);
  return { ...applied, after };
}
const refusal = (records: RecordMap, op: EditOp): { code: ErrorCode; message: string; fix?: string } => {
  try {
    applyOp(records, op, context);
  } catch (error) {
    if (error instanceof AppError) return error.data as never;
    throw error;
  }
  throw new Error('was not refused');
};
const segmentsOf = (records: RecordMap, speakerId: string) =>
  [...records.values()]
    .filter((record: DocRecord): record is Segment => record.kind === 'segment' && record.speakerId === speakerId)
    .sort((a, b) => a.startSec - b.startSec);
const spansOf = (records: RecordMap, speakerId: string) =>
  segmentsOf(records, speakerId).map(({ startSec, endSec }) => [startSec, endSec]);

describe('assigning', () => {
  it('moves a segment, says so in words and where, and counts it as decided by a person', () => {
    const { after, label, span } = edit(annaAndBen(), { op: 'segment.assign', segmentIds: ['a2'], speakerId: 'ben' });
    expect(label).toBe('Reassigned 4.2 s from Anna to Ben');
    expect(span).toEqual({ startSec: 5, endSec: 9.2 });
    expect(after.get('a2')).toMatchObject({
      speakerId: 'ben',
      origin: 'human',
      confidence: null,
      review: 'accepted',
      hypothesisId: 'h1',
    });
  });

  it('keeps segments apart that only touch', () => {
    const { after } = edit(annaAndBen(), { op: 'segment.assign', segmentIds: ['a1', 'a2'], speakerId: 'ben' });
    expect(spansOf(after, 'ben')).toEqual([
      [0, 2],
      [2, 5],
      [5, 9.2],
    ]);
  });

  it('joins what would overlap and says so; the segment that was there keeps its id', () => {
    const records = new Map(annaAndBen()).set('a3', segment('a3', 'anna', 4, 6));
    records.delete('a2');
    const { after, label } = edit(records, { op: 'segment.assign', segmentIds: ['a3'], speakerId: 'ben' });
    expect(label).toBe('Reassigned 2.0 s from Anna to Ben, joined with a segment it overlaps');
    expect(spansOf(after, 'ben')).toEqual([[2, 6]]);
    expect(after.has('b1')).toBe(true);
  });

  it('confirms a segment that is given to its own speaker', () => {
    const { after, label } = edit(annaAndBen(), { op: 'segment.assign', segmentIds: ['b1'], speakerId: 'ben' });
    expect(label).toBe('Confirmed 3.0 s as Ben');
    expect(after.get('b1')).toMatchObject({ review: 'accepted', origin: 'machine', confidence: 0.4 });
  });
});

describe('times', () => {
  it('snaps to 1 ms', () => {
    const { diff } = edit(annaAndBen(), { op: 'segment.add', speakerId: 'ben', startSec: 10.00049, endSec: 11.0016 });
    expect(diff.added[0]).toMatchObject({ startSec: 10, endSec: 11.002 });
  });

  it('leaves the precision of an edge that was not moved', () => {
    const records = new Map(annaAndBen()).set('b1', segment('b1', 'ben', 2.00037, 5));
    const op: EditOp = { op: 'segment.setTimes', segmentId: 'b1', startSec: 2.00037, endSec: 4.80049 };
    expect(edit(records, op).after.get('b1')).toMatchObject({ startSec: 2.00037, endSec: 4.8 });
  });

  it('keeps the id of the dragged segment when it swallows a neighbour of its speaker', () => {
    const op: EditOp = { op: 'segment.setTimes', segmentId: 'a2', startSec: 1.5, endSec: 9.2 };
    const { after, label } = edit(annaAndBen(), op);
    expect(spansOf(after, 'anna')).toEqual([[0, 9.2]]);
    expect(after.has('a2')).toBe(true);
    expect(label).toBe('Moved Anna to 0:01.500 – 0:09.200, joined with a segment it overlaps');
  });

  it('leaves other speakers alone', () => {
    const op: EditOp = { op: 'segment.setTimes', segmentId: 'b1', startSec: 0, endSec: 9 };
    expect(spansOf(edit(annaAndBen(), op).after, 'anna')).toEqual([
      [0, 2],
      [5, 9.2],
    ]);
  });

  it.each([
    ['equal', 3, 3],
    ['the wrong way round', 4, 3],
    ['equal once snapped', 3.0001, 3.0002],
  ])('refuses times that are %s', (_, startSec, endSec) => {
    expect(refusal(annaAndBen(), { op: 'segment.add', speakerId: 'ben', startSec, endSec }).code).toBe('bad-input');
    expect(refusal(annaAndBen(), { op: 'segment.setTimes', segmentId: 'b1', startSec, endSec }).code).toBe('bad-input');
  });
});

describe('overlap', () => {
  it('adds the same time for another speaker', () => {
    const op: EditOp = { op: 'segment.addOverlap', segmentIds: ['a2'], speakerId: 'ben' };
    const { after, label } = edit(annaAndBen(), op);
    expect(label).toBe('Added 4.2 s of Ben over Anna');
    expect(spansOf(after, 'ben')).toEqual([
      [2, 5],
      [5, 9.2],
    ]);
    expect(after.get('a2')).toEqual(annaAndBen().get('a2'));
  });

  it('changes nothing where the speaker is speaking all the time already', () => {
    const records = new Map(annaAndBen()).set('b1', segment('b1', 'ben', 0, 10));
    const { diff } = edit(records, { op: 'segment.addOverlap', segmentIds: ['a2'], speakerId: 'ben' });
    expect(isEmptyDiff(diff)).toBe(true);
  });

  it('refuses to add a speaker over themselves', () => {
    const op: EditOp = { op: 'segment.addOverlap', segmentIds: ['b1'], speakerId: 'ben' };
    expect(refusal(annaAndBen(), op)).toMatchObject({
      code: 'bad-input',
      fix: 'Choose another speaker for the overlap.',
    });
  });
});

describe('splitting and merging', () => {
  it('splits, and both halves keep what is known of the speaker', () => {
    const { after, label } = edit(annaAndBen(), { op: 'segment.split', segmentId: 'b1', atSec: 3.5 });
    expect(label).toBe('Split 3.0 s of Ben at 0:03.500');
    const [left, right] = segmentsOf(after, 'ben');
    expect(left).toMatchObject({ id: 'b1', startSec: 2, endSec: 3.5, confidence: 0.4, review: 'unreviewed' });
    expect(right).toMatchObject({
      startSec: 3.5,
      endSec: 5,
      confidence: 0.4,
      review: 'unreviewed',
      hypothesisId: 'h1',
    });
  });

  it('refuses to split at or outside an edge', () => {
    for (const atSec of [2, 5, 7, 2.0001]) {
      expect(refusal(annaAndBen(), { op: 'segment.split', segmentId: 'b1', atSec }).code).toBe('bad-input');
    }
  });

  it('merges over a gap with everything of that speaker between; others keep theirs', () => {
    const records = new Map(annaAndBen()).set('a3', segment('a3', 'anna', 3, 4, { confidence: 0.1 }));
    const { after, label } = edit(records, { op: 'segment.merge', segmentIds: ['a2', 'a1'] });
    expect(label).toBe('Merged 3 segments of Anna into one of 9.2 s');
    expect(segmentsOf(after, 'anna')).toMatchObject([{ id: 'a1', startSec: 0, endSec: 9.2, confidence: 0.1 }]);
    expect(spansOf(after, 'ben')).toEqual([[2, 5]]);
  });

  it('refuses to merge segments of two speakers or one segment with itself', () => {
    expect(refusal(annaAndBen(), { op: 'segment.merge', segmentIds: ['a1', 'b1'] }).message).toContain('Anna and Ben');
    expect(refusal(annaAndBen(), { op: 'segment.merge', segmentIds: ['a1', 'a1'] }).code).toBe('bad-input');
  });
});

describe('deleting and reviewing', () => {
  it('says what went', () => {
    expect(edit(annaAndBen(), { op: 'segment.delete', segmentIds: ['a1'] }).label).toBe('Deleted 2.0 s of Anna');
    const { label, after } = edit(annaAndBen(), { op: 'segment.delete', segmentIds: ['a1', 'b1', 'a1'] });
    expect(label).toBe('Deleted 2 segments of Anna and Ben (5.0 s)');
    expect([...after.keys()]).toEqual(['anna', 'ben', 'a2', 't1', 'c1']);
  });

  it('accepts without claiming to have made the segment', () => {
    const { after, label } = edit(annaAndBen(), { op: 'segment.review', segmentIds: ['a1'], review: 'accepted' });
    expect(label).toBe('Accepted 2.0 s of Anna');
    expect(after.get('a1')).toMatchObject({ review: 'accepted', origin: 'machine', confidence: 0.4 });
  });

  it('changes nothing when it is accepted already', () => {
    const accepted = edit(annaAndBen(), { op: 'segment.review', segmentIds: ['a1'], review: 'accepted' }).after;
    const again = edit(accepted, { op: 'segment.review', segmentIds: ['a1'], review: 'accepted' });
    expect(isEmptyDiff(again.diff)).toBe(true);
    expect(again.span).toBeNull();
  });
});

describe('speakers', () => {
  it('get the next name and the lowest free colour', () => {
    const first = edit(annaAndBen(), { op: 'speaker.add' });
    expect(first.diff.added).toMatchObject([{ name: 'Speaker 1', colour: 2, order: 2 }]);
    const without = edit(annaAndBen(), { op: 'speaker.delete', speakerId: 'anna' }).after;
    expect(edit(without, { op: 'speaker.add', name: ' Clara ' }).diff.added).toMatchObject([
      { name: 'Clara', colour: 0, order: 2 },
    ]);
  });

  it('are renamed, but not to a name that is taken, empty or broken', () => {
    const { after, label } = edit(annaAndBen(), { op: 'speaker.rename', speakerId: 'ben', name: 'Benjamin' });
    expect(label).toBe('Renamed Ben to Benjamin');
    expect(after.get('ben')).toMatchObject({ name: 'Benjamin', colour: 1, order: 1 });
    const rename = (name: string) => refusal(annaAndBen(), { op: 'speaker.rename', speakerId: 'ben', name });
    expect(rename('Anna')).toMatchObject({ code: 'conflict', fix: 'Choose another name, or merge the two speakers.' });
    expect(rename('  ').code).toBe('bad-input');
    expect(rename('half \ud83d').code).toBe('bad-input');
  });

  it('merge file-wide: colour and name of the target stay, faces follow, overlaps are joined', () => {
    const records = new Map(annaAndBen()).set('b1', segment('b1', 'ben', 1, 5));
    const { after, label } = edit(records, { op: 'speaker.merge', fromIds: ['anna'], intoId: 'ben' });
    expect(label).toBe('Merged Anna into Ben (6.2 s)');
    expect(after.has('anna')).toBe(false);
    expect(after.get('ben')).toEqual(records.get('ben'));
    expect(after.get('t1')).toMatchObject({ speakerId: 'ben' });
    expect(spansOf(after, 'ben')).toEqual([
      [0, 5],
      [5, 9.2],
    ]);
    expect(after.get('a2')).toMatchObject({ origin: 'machine', confidence: 0.4, review: 'unreviewed' });
  });

  it('cannot be merged into themselves alone', () => {
    expect(refusal(annaAndBen(), { op: 'speaker.merge', fromIds: ['ben'], intoId: 'ben' }).code).toBe('bad-input');
  });

  it('take their segments along when deleted; their face stays, unnamed', () => {
    const { after, label } = edit(annaAndBen(), { op: 'speaker.delete', speakerId: 'anna' });
    expect(label).toBe('Deleted Anna with 2 segments (6.2 s)');
    expect([...after.keys()]).toEqual(['ben', 'b1', 't1', 'c1']);
    expect(after.get('t1')).toMatchObject({ speakerId: null });
  });
});

it.each<EditOp>([
  { op: 'segment.assign', segmentIds: ['a1', 'gone'], speakerId: 'ben' },
  { op: 'segment.assign', segmentIds: ['a1'], speakerId: 'a2' },
  { op: 'segment.delete', segmentIds: ['anna'] },
  { op: 'speaker.rename', speakerId: 'gone', name: 'x' },
  { op: 'speaker.merge', fromIds: ['gone'], intoId: 'ben' },
  { op: 'hypothesis.adopt', hypothesisId: 'gone' },
])('refuses what names something that is not there: %o', (op) => {
  const error = refusal(annaAndBen(), op);
  expect(error.code).toBe('not-found');
  expect(error.fix).toBeTruthy();
});
