import { beforeEach, describe, expect, it } from 'vitest';
import { aSegment, aSpeaker } from '../testing/builders.ts';
import { LaneGestures, type GestureContext, type GestureEffect, type PointerAt } from './gestures.ts';
import { hitTest } from './hit-test.ts';
import { buildIndex } from './lane-index.ts';
import { laneHeightPx, layoutRows } from './layout.ts';

const index = buildIndex(
  [aSpeaker('a', { order: 0 }), aSpeaker('b', { order: 1 }), aSpeaker('c', { order: 2 })],
  [aSegment('1', 'a', 10, 20), aSegment('2', 'b', 24, 30), aSegment('3', 'a', 40, 50), aSegment('4', 'c', 45, 46)],
  0.5,
);
const layout = layoutRows({ lanes: 3, votes: 0, signals: 0, open: { votes: true, faces: true, signals: true } });
const plain = { shift: false, ctrl: false, alt: false };
let context: GestureContext;
let gestures: LaneGestures;
beforeEach(() => {
  gestures = new LaneGestures();
  context = {
    view: { startSec: 0, pxPerSec: 10, widthPx: 1000, durationSec: 100 },
    index,
    selectedIds: new Set(),
    focusId: null,
    cutsSec: [],
    playheadSec: 60,
    readOnly: false,
  };
});

const at = (sec: number, lane: number, keys: Partial<PointerAt> = {}): PointerAt => ({
  ...plain,
  xPx: sec * 10,
  yPx: lane * laneHeightPx + 12,
  ...keys,
});
function press(from: PointerAt): void {
  gestures.down(from, hitTest(from, context.view, layout, index, context.selectedIds), context);
}
function drag(from: PointerAt, ...path: PointerAt[]): GestureEffect[] {
  press(from);
  for (const point of path) gestures.move(point, context);
  return gestures.up(path.at(-1) ?? from, context);
}
const edits = (effects: GestureEffect[]) => effects.flatMap((effect) => (effect.type === 'apply' ? [effect.op] : []));

describe('dragging an edge', () => {
  it('is one edit at its end, previewed on the way', () => {
    press(at(19.9, 0));
    gestures.move(at(21.5, 0, { alt: true }), context);
    expect(gestures.preview).toMatchObject({ kind: 'edge', side: 'end', startSec: 10, endSec: 21.6 });
    gestures.move(at(22, 0, { alt: true }), context);
    expect(edits(gestures.up(at(22, 0, { alt: true }), context))).toEqual([
      { op: 'segment.setTimes', segmentId: '1', startSec: 10, endSec: 22.1 },
    ]);
    expect(gestures.preview).toBeNull();
  });

  it('is held by a neighbour’s edge, not with Alt', () => {
    expect(edits(drag(at(20, 0), at(23.6, 0)))).toMatchObject([{ endSec: 24 }]);
    expect(edits(drag(at(20, 0), at(23.6, 0, { alt: true })))).toMatchObject([{ endSec: 23.6 }]);
  });

  it('cannot turn a segment inside out or leave the file', () => {
    expect(edits(drag(at(20, 0), at(3, 0)))).toMatchObject([{ startSec: 10, endSec: 10.02 }]);
    expect(edits(drag(at(10, 0), at(-40, 0, { alt: true })))).toMatchObject([{ startSec: 0 }]);
    expect(edits(drag(at(50, 0), at(170, 0, { alt: true })))).toMatchObject([{ endSec: 100 }]);
  });

  it('does nothing when it comes back', () => {
    expect(drag(at(20, 0), at(25, 0), at(20, 0))).toEqual([]);
  });
});

it('leaves no trace when it is cancelled', () => {
  press(at(15, 0));
  gestures.move(at(15, 2), context);
  gestures.cancel();
  expect(gestures.preview).toBeNull();
  expect(gestures.up(at(15, 2), context)).toEqual([]);
});

describe('dragging a block', () => {
  it('to another lane reassigns it and keeps its times', () => {
    expect(edits(drag(at(15, 0), at(17, 1)))).toEqual([{ op: 'segment.assign', segmentIds: ['1'], speakerId: 'b' }]);
  });

  it('takes all selected ones along', () => {
    context = { ...context, selectedIds: new Set(['1', '2', '3']) };
    expect(edits(drag(at(15, 0), at(15, 1)))).toEqual([
      { op: 'segment.assign', segmentIds: ['1', '3'], speakerId: 'b' },
    ]);
  });

  it('within its lane is nothing', () => {
    expect(edits(drag(at(15, 0), at(18, 0)))).toEqual([]);
  });
});

describe('dragging in an empty lane', () => {
  it('adds a segment, in either direction', () => {
    const wanted = [{ op: 'segment.add', speakerId: 'b', startSec: 70, endSec: 75 }];
    expect(edits(drag(at(70, 1), at(75, 1)))).toEqual(wanted);
    expect(edits(drag(at(75, 1), at(70, 1)))).toEqual(wanted);
  });

  it('with Shift selects what the band touches and keeps what was selected', () => {
    context = { ...context, selectedIds: new Set(['2']), focusId: '2' };
    const effects = drag(at(35, 0, { shift: true }), at(45.5, 2, { shift: true }));
    expect(effects).toEqual([{ type: 'select', segmentIds: ['2', '3', '4'], focusId: '3', play: false }]);
  });
});

describe('clicks', () => {
  const selected = (effects: GestureEffect[]) => effects.find((effect) => effect.type === 'select');

  it('select and play one', () => {
    expect(drag(at(15, 0))).toEqual([{ type: 'select', segmentIds: ['1'], focusId: '1', play: true }]);
  });

  it('with Ctrl add to and take from the selection', () => {
    context = { ...context, selectedIds: new Set(['2']), focusId: '2' };
    expect(selected(drag(at(15, 0, { ctrl: true })))).toMatchObject({ segmentIds: ['2', '1'], focusId: '1' });
    expect(selected(drag(at(27, 1, { ctrl: true })))).toMatchObject({ segmentIds: [], focusId: null });
  });

  it('with Shift select everything between', () => {
    context = { ...context, selectedIds: new Set(['1']), focusId: '1' };
    expect(selected(drag(at(45, 0, { shift: true })))).toMatchObject({ segmentIds: ['1', '3'], focusId: '3' });
    expect(selected(drag(at(45.5, 2, { shift: true })))).toMatchObject({ segmentIds: ['1', '2', '4'] });
  });

  it('on an empty place let go and put the playhead there', () => {
    expect(drag(at(70, 1))).toEqual([
      { type: 'select', segmentIds: [], focusId: null, play: false },
      { type: 'seek', sec: 70 },
    ]);
  });

  it('that tremble are still clicks', () => {
    expect(drag(at(15, 0), at(15.2, 0))).toMatchObject([{ type: 'select', segmentIds: ['1'] }]);
  });
});

it('edits nothing in a read-only project, but still selects', () => {
  context = { ...context, readOnly: true };
  expect(edits(drag(at(20, 0), at(24, 0)))).toEqual([]);
  expect(edits(drag(at(15, 0), at(15, 2)))).toEqual([]);
  expect(edits(drag(at(70, 1), at(80, 1)))).toEqual([]);
  expect(drag(at(15, 0))).toMatchObject([{ type: 'select', segmentIds: ['1'] }]);
});
