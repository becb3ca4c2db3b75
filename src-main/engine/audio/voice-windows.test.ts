import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layWindows } from './voice-windows.ts';

describe('layWindows', () => {
  it('clips the last window at the end of the region', () => {
    expect(layWindows([{ startSec: 1, endSec: 3.5 }], 1.5, 0.75)).toEqual([
      { startSec: 1, endSec: 2.5, region: 0 },
      { startSec: 1.75, endSec: 3.25, region: 0 },
      { startSec: 2.5, endSec: 3.5, region: 0 },
    ]);
  });
  it('makes one window of a short region', () => {
    expect(layWindows([{ startSec: 1, endSec: 1.3 }], 1.5, 0.75)).toEqual([{ startSec: 1, endSec: 1.3, region: 0 }]);
  });
  it('covers every region from its start to its end', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.03, max: 60, noNaN: true }),
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (seconds, lengthSec, hopShare) => {
          const region = { startSec: 5, endSec: 5 + seconds };
          const windows = layWindows([region], lengthSec, lengthSec * hopShare);
          expect(windows[0]!.startSec).toBe(region.startSec);
          expect(windows[windows.length - 1]!.endSec).toBe(region.endSec);
          windows.forEach((window, i) => {
            expect(window.endSec).toBeGreaterThan(window.startSec);
            const next = windows[i + 1];
            if (next) expect(next.startSec).toBeLessThanOrEqual(window.endSec + 1e-9);
          });
        },
      ),
    );
  });
});
