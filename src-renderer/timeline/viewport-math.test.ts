import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampView,
  endSec,
  followedView,
  scrolledTo,
  secAt,
  visibleSec,
  zoomedAbout,
  zoomedTo,
} from './viewport-math.ts';
import type { View } from './viewport-math.ts';

const views = fc
  .record({
    startSec: fc.double({ min: 0, max: 14_400, noNaN: true }),
    pxPerSec: fc.double({ min: 0.01, max: 9000, noNaN: true }),
    widthPx: fc.integer({ min: 100, max: 4000 }),
    durationSec: fc.double({ min: 0.3, max: 36_000, noNaN: true }),
  })
  .map((view) => clampView(view));

const stays = (view: View) => {
  expect(view.startSec).toBeGreaterThanOrEqual(0);
  const tooLong = visibleSec(view) > view.durationSec;
  if (!tooLong) expect(endSec(view)).toBeLessThanOrEqual(view.durationSec * (1 + 1e-9) + 1e-9);
};

describe('viewport', () => {
  it('never leaves the file, whatever is asked', () => {
    fc.assert(
      fc.property(
        views,
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        fc.double({ noNaN: true, min: 0, max: 1 }),
        (view, factor, share) => {
          stays(view);
          stays(zoomedAbout(view, factor, share * view.widthPx));
          stays(zoomedTo(view, { startSec: share * view.durationSec, endSec: share * view.durationSec + 3 }));
          stays(scrolledTo(view, { startSec: share * view.durationSec, endSec: share * view.durationSec }, 'centre'));
        },
      ),
    );
  });

  it('keeps the time under the pointer while zooming, unless an end of the file is in the way', () => {
    fc.assert(
      fc.property(
        views,
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.double({ noNaN: true, min: 0, max: 1 }),
        (view, factor, share) => {
          const x = share * view.widthPx;
          const zoomed = zoomedAbout(view, factor, x);
          const atEnd = zoomed.startSec === 0 || endSec(zoomed) >= view.durationSec * (1 - 1e-9);
          if (!atEnd) expect(secAt(zoomed, x)).toBeCloseTo(secAt(view, x), 4);
        },
      ),
    );
  });

  const view: View = { startSec: 100, pxPerSec: 10, widthPx: 1000, durationSec: 1000 };

  it('does not move for what is in sight already', () => {
    expect(scrolledTo(view, { startSec: 120, endSec: 130 })).toBe(view);
  });

  it('moves as little as needed for what is outside', () => {
    const later = scrolledTo(view, { startSec: 210, endSec: 220 });
    expect(endSec(later)).toBeCloseTo(226);
    expect(scrolledTo(view, { startSec: 50, endSec: 60 }).startSec).toBeCloseTo(44);
  });

  it('turns the page only when the playhead crosses the border', () => {
    expect(followedView(view, 'page', 199.9, 199.95)).toBeNull();
    expect(followedView(view, 'page', 199.9, 200.1)?.startSec).toBeCloseTo(195.1);
    // Panned away by hand: the playhead was not in sight, so nothing moves.
    expect(followedView(view, 'page', 500, 500.04)).toBeNull();
    expect(followedView(view, 'page', 100.1, 99.9)!.startSec).toBeLessThan(10);
  });

  it('keeps the playhead centred or leaves the view alone, as the setting says', () => {
    expect(followedView(view, 'centre', 150, 160)!.startSec).toBeCloseTo(110);
    expect(followedView(view, 'off', 199, 201)).toBeNull();
  });
});
