import fc from 'fast-check';
import { expect, it } from 'vitest';
import { magnetPx, snapped } from './snapping.ts';

const none = { edgesSec: [], cutsSec: [], playheadSec: -100, ownSec: null };

it('holds on to the nearest target within reach, as a look at all of them would', () => {
  const list = fc
    .array(fc.double({ min: 0, max: 50, noNaN: true }), { maxLength: 30 })
    .map((raw) => raw.sort((a, b) => a - b));
  fc.assert(
    fc.property(
      list,
      list,
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      (edgesSec, cutsSec, playheadSec, sec) => {
        const snap = snapped(sec, { edgesSec, cutsSec, playheadSec, ownSec: null }, 20, true);
        const distances = [...edgesSec, ...cutsSec, playheadSec].map((target) => Math.abs(target - sec));
        const nearest = Math.min(...distances);
        if (nearest < magnetPx / 20) expect(Math.abs(snap.sec - sec)).toBe(nearest);
        else expect(snap).toEqual({ sec: Math.round(sec * 1000) / 1000, target: null });
      },
    ),
  );
});

it('is off with Alt', () => {
  expect(snapped(9.99, { ...none, edgesSec: [10] }, 10, true)).toEqual({ sec: 10, target: 'edge' });
  expect(snapped(9.99, { ...none, edgesSec: [10] }, 10, false)).toEqual({ sec: 9.99, target: null });
});

it('does not hold an edge to itself, but to a neighbour at the same time', () => {
  expect(snapped(10.1, { ...none, edgesSec: [10], ownSec: 10 }, 10, true).target).toBeNull();
  expect(snapped(10.1, { ...none, edgesSec: [10, 10], ownSec: 10 }, 10, true)).toEqual({ sec: 10, target: 'edge' });
});

it('names the playhead and cuts', () => {
  expect(snapped(5.01, { ...none, playheadSec: 5 }, 10, true).target).toBe('playhead');
  expect(snapped(5.01, { ...none, cutsSec: [5] }, 10, true).target).toBe('cut');
});
