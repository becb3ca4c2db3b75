import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../api/errors.ts';
import { applyOp } from '../apply-op.ts';
import { boxesRef, parseBoxesRef } from '../boxes-ref.ts';
import { applyDiff, recordMap, reverseDiff } from '../diff.ts';
import type { RecordMap } from '../diff.ts';
import type { EditOp } from '../edit-op.ts';
import type { Cut, FaceTrack } from '../records.ts';
import { speaker } from '../testing/small-document.ts';

const face = (id: string, startSec: number, endSec: number, more: Partial<FaceTrack> = {}): FaceTrack => ({
  ...{ kind: 'track', id, startSec, endSec, speakerId: null, boxesArtifact: `run#${id.slice(1)}`, origin: 'machine' },
  ...more,
});
const cut = (id: string, timeSec: number): Cut => ({ kind: 'cut', id, timeSec, origin: 'machine' });
/** A face until 3 s, one from 3.2 s to the cut at 6 s, one after it; another beside the first. */
const scene = (): RecordMap =>
  recordMap([
    speaker('anna', { name: 'Anna' }),
    speaker('ben', { name: 'Ben', colour: 1, order: 1 }),
    face('t1', 0, 3, { speakerId: 'anna' }),
    face('t2', 3.2, 6),
    face('t3', 6, 9),
    face('t4', 0, 4, { speakerId: 'ben' }),
    cut('c1', 6),
  ]);

let serial = 0;
function edit(records: RecordMap, op: EditOp) {
  const applied = applyOp(records, op, { newId: () => `new${serial++}` });
  const after = applyDiff(records, applied.diff);
  expect(applyDiff(after, reverseDiff(applied.diff))).toEqual(records);
  return { ...applied, after, tracks: tracksOf(after), cuts: cutsOf(after) };
}
const tracksOf = (records: RecordMap): FaceTrack[] =>
  [...records.values()].filter((one) => one.kind === 'track').sort((a, b) => a.startSec - b.startSec);
const cutsOf = (records: RecordMap): number[] =>
  [...records.values()].filter((one) => one.kind === 'cut').map(({ timeSec }) => timeSec);
const spans = (tracks: readonly FaceTrack[]): number[][] => tracks.map(({ startSec, endSec }) => [startSec, endSec]);
const refusal = (op: EditOp): string => {
  try {
    edit(scene(), op);
  } catch (error) {
    if (error instanceof AppError) return `${error.data.code}: ${error.message}`;
    throw error;
  }
  throw new Error('was not refused');
};

describe('faces', () => {
  it('are merged within a shot: one track with the boxes of both and the speaker of one', () => {
    const { after, label, span } = edit(scene(), { op: 'track.merge', trackIds: ['t2', 't1'] });
    expect(after.get('t1')).toEqual(face('t1', 0, 6, { speakerId: 'anna', boxesArtifact: 'run#1,2', origin: 'human' }));
    expect(after.has('t2')).toBe(false);
    expect(label).toBe('Merged 2 faces (5.8 s) into one');
    expect(span).toEqual({ startSec: 0, endSec: 6 });
  });

  it('are not merged when both are seen at once, across a cut, or when they are two people', () => {
    expect(refusal({ op: 'track.merge', trackIds: ['t2', 't4'] })).toMatch(
      /^bad-input: Both faces are seen from 0:03.2/,
    );
    expect(refusal({ op: 'track.merge', trackIds: ['t2', 't3'] })).toMatch(/^bad-input: There is a cut.*0:06.000/);
    expect(refusal({ op: 'track.merge', trackIds: ['t1', 't4'] })).toMatch(/^bad-input: Faces of Anna and Ben/);
    expect(refusal({ op: 'track.merge', trackIds: ['t1', 't1'] })).toMatch(/^bad-input: Merging needs two/);
    expect(refusal({ op: 'track.merge', trackIds: ['t1', 'c1'] })).toMatch(/^not-found/);
  });

  it('are split in time, and merged again are what they were', () => {
    const { after, tracks } = edit(scene(), { op: 'track.split', trackId: 't1', atSec: 1.00049 });
    expect(spans(tracks)).toEqual(
      expect.arrayContaining([
        [0, 1],
        [1, 3],
      ]),
    );
    const halves = tracks.filter(({ speakerId }) => speakerId === 'anna');
    expect(halves.map(({ boxesArtifact }) => boxesArtifact)).toEqual(['run#1', 'run#1']);
    const whole = edit(after, { op: 'track.merge', trackIds: halves.map(({ id }) => id) });
    expect(whole.after.get('t1')).toEqual({ ...scene().get('t1'), origin: 'human' });
    expect(refusal({ op: 'track.split', trackId: 't1', atSec: 3 })).toMatch(/^bad-input.*0:03.000/);
  });

  it('are given to a speaker, to nobody, and deleted', () => {
    const given = edit(scene(), { op: 'track.assign', trackIds: ['t2', 't3'], speakerId: 'ben' });
    expect(given.label).toBe('Gave 2 faces (5.8 s) to Ben');
    expect(given.after.get('t3')).toMatchObject({ speakerId: 'ben', origin: 'human' });
    expect(edit(scene(), { op: 'track.assign', trackIds: ['t1'], speakerId: null }).after.get('t1')).toMatchObject({
      speakerId: null,
    });
    const confirmed = edit(scene(), { op: 'track.assign', trackIds: ['t1'], speakerId: 'anna' });
    expect([confirmed.label, confirmed.after]).toEqual(['Confirmed 1 face (3.0 s) as Anna', scene()]);
    expect(edit(scene(), { op: 'track.assign', trackIds: ['t2'], speakerId: null }).label).toBe(
      'Confirmed 1 face (2.8 s) as nobody known',
    );
    expect(spans(edit(scene(), { op: 'track.delete', trackIds: ['t1', 't4'] }).tracks)).toEqual([
      [3.2, 6],
      [6, 9],
    ]);
    expect(refusal({ op: 'track.assign', trackIds: ['t1'], speakerId: 'nobody' })).toMatch(/^not-found/);
  });
});

describe('cuts', () => {
  it('split the faces across them', () => {
    const { tracks, cuts, label, span } = edit(scene(), { op: 'cut.add', atSec: 2 });
    expect(cuts.toSorted()).toEqual([2, 6]);
    expect(spans(tracks).toSorted()).toEqual([
      [0, 2],
      [0, 2],
      [2, 3],
      [2, 4],
      [3.2, 6],
      [6, 9],
    ]);
    expect(label).toBe('Added a cut at 0:02.000; 2 faces split there');
    expect(span).toEqual({ startSec: 0, endSec: 4 });
  });

  it('take the faces at them along when they move', () => {
    const { after, cuts } = edit(scene(), { op: 'cut.move', cutId: 'c1', toSec: 6.08 });
    expect(cuts).toEqual([6.08]);
    expect(after.get('t2')).toMatchObject({ endSec: 6.08 });
    expect(after.get('t3')).toMatchObject({ startSec: 6.08, endSec: 9 });
    // Far away it splits what is there.
    const far = edit(scene(), { op: 'cut.move', cutId: 'c1', toSec: 2 });
    expect(spans(far.tracks)).toEqual(
      expect.arrayContaining([
        [0, 2],
        [2, 3],
        [2, 4],
        [2, 9],
      ]),
    );
  });

  it('go without merging what they kept apart', () => {
    const { tracks, cuts, span } = edit(scene(), { op: 'cut.delete', cutIds: ['c1'] });
    expect(cuts).toEqual([]);
    expect(tracks).toHaveLength(4);
    expect(span).toEqual({ startSec: 6, endSec: 6 });
  });

  it('are refused at the start, twice, and when they are not there', () => {
    expect(refusal({ op: 'cut.add', atSec: 0.0004 })).toMatch(/^bad-input: The first shot/);
    expect(refusal({ op: 'cut.add', atSec: 6 })).toMatch(/^bad-input: There is a cut at 0:06.000 already/);
    expect(refusal({ op: 'cut.move', cutId: 't1', toSec: 1 })).toMatch(/^not-found/);
  });
});

describe('adopting what a system saw', () => {
  it('replaces faces and cuts and names the faces by the speakers', () => {
    const hypothesis = {
      label: 'Diarist AV',
      origin: 'machine' as const,
      segments: [{ startSec: 0, endSec: 4, speaker: 'spk00', confidence: 0.9 }],
      picture: {
        tracks: [
          { startSec: 0, endSec: 5, speaker: 'spk00', boxesArtifact: 'abc#0' },
          { startSec: 1, endSec: 5, speaker: null, boxesArtifact: 'abc#1' },
          { startSec: 5, endSec: 6, speaker: 'silent', boxesArtifact: null },
        ],
        cutsSec: [0, 5],
      },
    };
    const op = { op: 'hypothesis.adopt', hypothesisId: 'h1' } as const;
    const { diff } = applyOp(scene(), op, { newId: () => `new${serial++}`, hypothesis });
    const after = applyDiff(scene(), diff);
    expect(cutsOf(after)).toEqual([5]);
    const speakers = tracksOf(after).map(({ speakerId }) => {
      const found = speakerId === null ? undefined : after.get(speakerId);
      return found?.kind === 'speaker' ? found.name : null;
    });
    expect(speakers).toEqual(['Speaker 1', null, null]);
    const { picture: _picture, ...heard } = hypothesis;
    const kept = applyOp(scene(), op, { newId: () => `new${serial++}`, hypothesis: heard });
    expect(tracksOf(applyDiff(scene(), kept.diff))).toHaveLength(4);
  });
});

describe('references to boxes', () => {
  it('are read as they were written, each track once', () => {
    const refs = fc.array(
      fc.record({
        artifact: fc.stringMatching(/^[a-z0-9/:.-]{1,12}$/u),
        trackIds: fc.array(fc.nat(50), { minLength: 1 }),
      }),
    );
    fc.assert(
      fc.property(refs, (list) => {
        const text = boxesRef(list);
        const pairs = (all: readonly { artifact: string; trackIds: readonly number[] }[]): Set<string> =>
          new Set(all.flatMap(({ artifact, trackIds }) => trackIds.map((id) => `${artifact} ${id}`)));
        const back = parseBoxesRef(text);
        expect(pairs(back)).toEqual(pairs(list));
        expect(boxesRef(back)).toBe(text);
      }),
    );
    expect(parseBoxesRef('no reference')).toEqual([]);
    expect(() => boxesRef([{ artifact: 'two words', trackIds: [1] }])).toThrow(RangeError);
  });
});
