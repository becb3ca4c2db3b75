import { describe, expect, it } from 'vitest';
import { aSegment, aSpeaker } from '../testing/builders.ts';
import { hitTest } from './hit-test.ts';
import { buildIndex } from './lane-index.ts';
import { laneHeightPx, layoutRows } from './layout.ts';
import type { View } from './viewport-math.ts';

const view: View = { startSec: 0, pxPerSec: 10, widthPx: 1000, durationSec: 100 };
const speakers = [aSpeaker('a', { order: 0 }), aSpeaker('b', { order: 1 })];
const segments = [aSegment('1', 'a', 10, 20), aSegment('2', 'a', 20, 30), aSegment('3', 'b', 12, 12.4)];
const index = buildIndex(speakers, segments, 0.5);
const layout = layoutRows({ lanes: 2, votes: 1, signals: 0, open: { votes: true, faces: true, signals: false } });
const hit = (xPx: number, lane: number, selected: string[] = []) =>
  hitTest({ xPx, yPx: lane * laneHeightPx + 10 }, view, layout, index, new Set(selected));

describe('hit test', () => {
  it('tells edges from bodies', () => {
    expect(hit(150, 0)).toMatchObject({ kind: 'body', segment: { id: '1' } });
    expect(hit(102, 0)).toMatchObject({ kind: 'edge', side: 'start', segment: { id: '1' } });
    expect(hit(97, 0)).toMatchObject({ kind: 'edge', side: 'start', segment: { id: '1' } });
    expect(hit(90, 0)).toMatchObject({ kind: 'lane', speakerId: 'a' });
  });

  it('gives each of two touching segments its own edge', () => {
    expect(hit(198, 0)).toMatchObject({ kind: 'edge', side: 'end', segment: { id: '1' } });
    expect(hit(202, 0)).toMatchObject({ kind: 'edge', side: 'start', segment: { id: '2' } });
  });

  it('prefers the selected segment where edges meet', () => {
    expect(hit(200, 0, ['1'])).toMatchObject({ segment: { id: '1' }, side: 'end' });
    expect(hit(200, 0, ['2'])).toMatchObject({ segment: { id: '2' }, side: 'start' });
  });

  it('leaves a body to grab in a block of 4 px', () => {
    expect(hit(122, 1)).toMatchObject({ kind: 'body', segment: { id: '3' } });
    expect(hit(120, 1)).toMatchObject({ kind: 'edge', side: 'start' });
  });

  it('knows rows below the lanes', () => {
    expect(hitTest({ xPx: 5, yPx: 2 * laneHeightPx + 5 }, view, layout, index, new Set())).toEqual({
      kind: 'group',
      group: 'votes',
    });
    expect(hitTest({ xPx: 5, yPx: 2 * laneHeightPx + 25 }, view, layout, index, new Set())).toEqual({
      kind: 'vote',
      vote: 0,
    });
    expect(hitTest({ xPx: 5, yPx: 900 }, view, layout, index, new Set())).toEqual({ kind: 'nothing' });
  });
});
