import { describe, expect, it } from 'vitest';
import { applyOp } from '../apply-op.ts';
import type { AdoptedHypothesis } from '../apply-op.ts';
import { applyDiff } from '../diff.ts';
import type { RecordMap } from '../diff.ts';
import { annaAndBen, speaker } from '../testing/small-document.ts';

type Turn = [label: string, startSec: number, endSec: number];

let serial = 0;
const lane = (turns: Turn[], origin: AdoptedHypothesis['origin'] = 'machine'): AdoptedHypothesis => ({
  label: 'Diarist audio',
  origin,
  segments: turns.map(([label, startSec, endSec]) => ({ speaker: label, startSec, endSec, confidence: 0.7 })),
});
function adopt(records: RecordMap, hypothesis: AdoptedHypothesis) {
  const op = { op: 'hypothesis.adopt', hypothesisId: 'h2' } as const;
  const { diff, label } = applyOp(records, op, { newId: () => `new${serial++}`, hypothesis });
  const after = applyDiff(records, diff);
  const speakers = [...after.values()].filter((record) => record.kind === 'speaker').sort((a, b) => a.order - b.order);
  const segments = [...after.values()].filter((record) => record.kind === 'segment');
  return { after, label, speakers, segments, byName: (name: string) => speakers.find((one) => one.name === name) };
}

describe('adopting a hypothesis', () => {
  it('fills an empty layer: speakers in the order they speak, with the first colours', () => {
    const { speakers, segments, label } = adopt(
      new Map(),
      lane([
        ['spk07', 3, 4.00012],
        ['spk02', 0, 3],
        ['spk07', 5, 6],
      ]),
    );
    expect(label).toBe('Adopted Diarist audio: 3 segments, 2 speakers');
    expect(speakers).toMatchObject([
      { name: 'Speaker 1', colour: 0, order: 0, origin: 'machine' },
      { name: 'Speaker 2', colour: 1, order: 1, origin: 'machine' },
    ]);
    // The system's own precision, unsnapped.
    expect(segments.find(({ startSec }) => startSec === 3)).toMatchObject({
      endSec: 4.00012,
      speakerId: speakers[1]!.id,
      confidence: 0.7,
      review: 'unreviewed',
      origin: 'machine',
      hypothesisId: 'h2',
    });
  });

  it('keeps id, name, colour and place of a speaker who speaks at the same times', () => {
    const { after, speakers, segments } = adopt(
      annaAndBen(),
      lane([
        ['spk00', 2.1, 4.9],
        ['spk01', 0, 1.9],
        ['spk01', 5, 9],
        ['spk02', 20, 21],
      ]),
    );
    expect(after.get('anna')).toEqual(annaAndBen().get('anna'));
    expect(after.get('ben')).toEqual(annaAndBen().get('ben'));
    expect(speakers.map(({ name, colour }) => [name, colour])).toEqual([
      ['Anna', 0],
      ['Ben', 1],
      ['Speaker 1', 2],
    ]);
    expect(segments.filter(({ speakerId }) => speakerId === 'anna').map(({ startSec }) => startSec)).toEqual([0, 5]);
    expect(after.has('a1')).toBe(false);
  });

  it('matches one-to-one by the best total, not greedily', () => {
    // Greedy takes Anna = x (4 s); Ben then has nothing. The best total is Anna = y (3 s), Ben = x (3 s).
    const records = annaAndBen();
    const { segments } = adopt(
      records,
      lane([
        ['x', 2, 5],
        ['x', 5, 9],
        ['y', 0, 2],
        ['y', 8.1, 9.2],
      ]),
    );
    expect(segments.filter(({ speakerId }) => speakerId === 'ben').map(({ startSec }) => startSec)).toEqual([2, 5]);
  });

  it('does not hand a name to somebody who merely spoke a moment over it', () => {
    const { byName, speakers } = adopt(
      annaAndBen(),
      lane([
        ['spk00', 0, 2],
        ['spk00', 5, 9],
        ['spk01', 4.95, 60],
      ]),
    );
    expect(byName('Anna')?.id).toBe('anna');
    expect(byName('Ben')).toBeUndefined();
    expect(speakers).toHaveLength(2);
    // Ben is gone, so his colour is free again.
    expect(byName('Speaker 1')).toMatchObject({ colour: 1 });
  });

  it('keeps speakers a person has added and not used yet, and frees faces of those who go', () => {
    const records = new Map(annaAndBen()).set(
      'carl',
      speaker('carl', { name: 'Carl', colour: 2, order: 2, origin: 'human' }),
    );
    const { after, byName } = adopt(records, lane([['spk00', 100, 101]]));
    expect(byName('Carl')).toMatchObject({ id: 'carl', colour: 2 });
    expect(byName('Anna')).toBeUndefined();
    expect(after.get('t1')).toMatchObject({ speakerId: null });
    expect(after.get('c1')).toEqual(records.get('c1'));
  });

  it('takes names from an imported file, but never over a name a person gave', () => {
    const records = new Map(annaAndBen()).set('ben', speaker('ben', { name: 'Speaker 2', colour: 1, order: 1 }));
    const { speakers } = adopt(
      records,
      lane(
        [
          ['Host', 0, 2],
          ['Host', 5, 9],
          ['Guest', 2, 5],
          ['Anna', 30, 31],
        ],
        'import',
      ),
    );
    expect(speakers.map(({ id, name }) => [id.startsWith('new') ? 'new' : id, name])).toEqual([
      ['anna', 'Anna'],
      ['ben', 'Guest'],
      ['new', 'Anna (2)'],
    ]);
  });

  it('joins turns of one speaker that overlap and leaves out those without length, and says so', () => {
    const { segments, label } = adopt(
      new Map(),
      lane([
        ['a', 0, 2],
        ['a', 1, 3],
        ['a', 7, 7],
      ]),
    );
    expect(segments).toMatchObject([{ startSec: 0, endSec: 3 }]);
    expect(label).toBe(
      'Adopted Diarist audio: 1 segment, 1 speaker; 1 joined with one they overlap; 1 without length left out',
    );
  });

  it('empties the layer for a hypothesis without speech', () => {
    const { speakers, segments } = adopt(annaAndBen(), lane([]));
    expect(speakers).toEqual([]);
    expect(segments).toEqual([]);
  });
});
