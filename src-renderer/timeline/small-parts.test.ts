import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aSegment, aSpeaker } from '../testing/builders.ts';
import { buildIndex } from './lane-index.ts';
import { layoutRows, nearestLane, rowAt } from './layout.ts';
import { densityOf } from './overview.ts';
import { rulerStep, shortTime } from './ruler-steps.ts';
import { TextFitter } from './text-fit.ts';
import { buildVoteLane, mapLabels, sharedTime } from './vote-lanes.ts';
import { barPx, stillServes, windowFor } from './waveform-window.ts';
import { clampView } from './viewport-math.ts';

describe('ruler', () => {
  it('steps from 10 ms to 30 min with room for its labels', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 8000, noNaN: true }), (pxPerSec) => {
        const { majorSec, minorSec } = rulerStep(pxPerSec);
        expect(majorSec * pxPerSec).toBeGreaterThanOrEqual(72);
        expect(Math.round((majorSec / minorSec) * 1e6) % 1e6).toBe(0);
      }),
    );
    expect(rulerStep(8000).majorSec).toBe(0.01);
    expect(rulerStep(0.01).majorSec).toBe(1800);
  });

  it('writes times as short as they are exact', () => {
    expect(shortTime(245)).toBe('4:05');
    expect(shortTime(3845)).toBe('1:04:05');
    expect(shortTime(59.999, 2)).toBe('1:00.00');
    expect(shortTime(4.25, 2)).toBe('0:04.25');
  });
});

describe('layout', () => {
  const layout = layoutRows({ lanes: 3, votes: 2, signals: 1, open: { votes: true, faces: true, signals: false } });

  it('stacks rows without gaps and finds each by its height', () => {
    let topPx = 0;
    for (const row of layout.rows) {
      expect(row.topPx).toBe(topPx);
      expect(rowAt(layout, topPx)).toBe(row);
      expect(rowAt(layout, topPx + row.heightPx - 0.5)).toBe(row);
      topPx += row.heightPx;
    }
    expect(layout.heightPx).toBe(topPx);
    expect(rowAt(layout, topPx)).toBeNull();
    expect(rowAt(layout, -1)).toBeNull();
  });

  it('folds groups and leaves empty ones out', () => {
    expect(layout.rows.map((row) => row.kind)).toEqual(['lane', 'lane', 'lane', 'group', 'vote', 'vote', 'group']);
  });

  it('clamps a drag that left the lanes to the nearest', () => {
    expect([nearestLane(-50, 3), nearestLane(30, 3), nearestLane(999, 3), nearestLane(5, 0)]).toEqual([0, 1, 2, -1]);
  });
});

describe('votes', () => {
  const times = fc.array(
    fc.record({ who: fc.constantFrom('x', 'y', 'z'), start: fc.nat(50), length: fc.integer({ min: 1, max: 15 }) }),
    { maxLength: 20 },
  );

  it('share as much time as a look at all pairs finds', () => {
    fc.assert(
      fc.property(times, times, (left, right) => {
        const votes = left
          .map(({ who, start, length }) => ({ speaker: who, startSec: start, endSec: start + length }))
          .sort((a, b) => a.startSec - b.startSec);
        const curated = right
          .map(({ who, start, length }) => ({ speakerId: who, startSec: start, endSec: start + length }))
          .sort((a, b) => a.startSec - b.startSec);
        const shared = sharedTime(votes, curated);
        for (const label of new Set(votes.map((vote) => vote.speaker))) {
          for (const who of ['x', 'y', 'z']) {
            let expected = 0;
            for (const vote of votes) {
              for (const span of curated) {
                if (vote.speaker !== label || span.speakerId !== who) continue;
                expected += Math.max(0, Math.min(vote.endSec, span.endSec) - Math.max(vote.startSec, span.startSec));
              }
            }
            expect(shared.get(label)?.get(who) ?? 0).toBeCloseTo(expected);
          }
        }
      }),
    );
  });

  it('give a speaker’s colour to one label, the one with more time', () => {
    const mapped = mapLabels(
      new Map([
        [
          'spk0',
          new Map([
            ['anna', 10],
            ['ben', 4],
          ]),
        ],
        ['spk1', new Map([['anna', 6]])],
        ['spk2', new Map()],
      ]),
    );
    expect([...mapped]).toEqual([
      ['spk0', 'anna'],
      ['spk1', null],
      ['spk2', null],
    ]);
  });

  it('know the lane of each span', () => {
    const curated = [aSegment('1', 'anna', 0, 5), aSegment('2', 'ben', 6, 9)];
    const segments = [
      { startSec: 6, endSec: 9, speaker: 'S1', confidence: null },
      { startSec: 0, endSec: 5, speaker: 'S0', confidence: null },
      { startSec: 20, endSec: 25, speaker: 'S7', confidence: null },
    ];
    const lanes = new Map([
      ['anna', 0],
      ['ben', 1],
    ]);
    expect([...buildVoteLane({ id: 'h', label: 'A', segments }, curated, lanes).lanes]).toEqual([0, 1, -1]);
  });
});

it('density of a column is the doubtful time in it', () => {
  const segments = [aSegment('1', 'a', 0, 4, { confidence: 0.25 }), aSegment('2', 'a', 5, 10, { confidence: 0.9 })];
  const density = densityOf(buildIndex([aSpeaker('a')], segments, 0.5), 10, 5);
  expect([...density.speechSec]).toEqual([2, 2, 1, 2, 2]);
  expect([...density.doubtSec]).toEqual([1.5, 1.5, 0, 0, 0]);
});

describe('labels', () => {
  const fitter = new TextFitter((text) => [...text].length * 6);

  it('stay whole where they fit and are cut in the middle where not', () => {
    expect(fitter.fit('Anna', 24)).toBe('Anna');
    expect(fitter.fit('Bartholomew', 48)).toBe('Bart…mew');
    expect(fitter.fit('Bartholomew', 20)).toBe('');
  });

  it('are never cut inside a grapheme', () => {
    expect(fitter.fit('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 6 * 5 * 6 + 8)).toMatch(/^(?:👩‍👩‍👧)+…(?:👩‍👩‍👧)+$/u);
  });

  it('are measured once', () => {
    let measured = 0;
    const counting = new TextFitter(() => (measured += 1));
    for (let i = 0; i < 100; i++) counting.width('Anna');
    expect(measured).toBe(1);
  });
});

describe('waveform strip', () => {
  const view = clampView({ startSec: 1000, pxPerSec: 50, widthPx: 1200, durationSec: 14_400 });

  it('covers the view with bars on a fixed grid', () => {
    for (const startSec of [0, 999.123, 14_390]) {
      const here = clampView({ ...view, startSec });
      const strip = windowFor(here);
      expect(stillServes(strip, here, true)).toBe(true);
      const columnSec = barPx / here.pxPerSec;
      expect(strip.startSec / columnSec).toBeCloseTo(Math.round(strip.startSec / columnSec), 6);
    }
  });

  it('serves while panning within its margin and while zooming a little, until things settle', () => {
    const strip = windowFor(view);
    expect(stillServes(strip, { ...view, startSec: 1008 }, true)).toBe(true);
    expect(stillServes(strip, { ...view, startSec: 1020 }, true)).toBe(false);
    expect(stillServes(strip, { ...view, pxPerSec: 55 }, false)).toBe(true);
    expect(stillServes(strip, { ...view, pxPerSec: 55 }, true)).toBe(false);
    expect(stillServes(strip, { ...view, pxPerSec: 120 }, false)).toBe(false);
  });
});
