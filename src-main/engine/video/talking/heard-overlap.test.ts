import { describe, expect, it } from 'vitest';
import { overlapLogOdds } from './heard-overlap.ts';

/** Posteriors of 20 ms. */
const seconds = (...parts: readonly (readonly [sec: number, value: number])[]): number[] =>
  parts.flatMap(([sec, value]) => Array<number>(Math.round(sec * 50)).fill(value));

describe('two voices at once by frame of the picture', () => {
  it('are told in the frames in which they are heard', () => {
    const odds = overlapLogOdds(seconds([4, 0.03], [1, 0.9], [4, 0.03]), 0.02, 0, new Float32Array(225).fill(1));
    expect(odds).toHaveLength(225);
    for (const [frame, isOverlap] of [
      [0, false],
      [99, false],
      [100, true],
      [124, true],
      [125, false],
      [224, false],
    ] as const) {
      expect(odds[frame]! > 0, `frame ${frame}`).toBe(isOverlap);
    }
  });

  it('are looked up where the sound lies on the clock of the picture', () => {
    const odds = overlapLogOdds(seconds([1, 0.02], [1, 0.9], [3, 0.02]), 0.02, 2, new Float32Array(150).fill(1));
    expect(odds[70]).toBeLessThan(0);
    expect(odds[80]).toBeGreaterThan(0);
    expect(odds[110]).toBeLessThan(0);
  });

  it('are told only where a net fires more than it does in the middle of the speech', () => {
    const speech = new Float32Array(250).fill(1);
    const odds = overlapLogOdds(seconds([5, 0.5], [0.5, 0.99], [4.5, 0.5]), 0.02, 0, speech);
    expect(odds[20]).toBeCloseTo(-3, 3);
    expect(odds[130]).toBeGreaterThan(0);
    // Silence says nothing of how the net hears single voices.
    const pauses = overlapLogOdds(seconds([8, 0.6], [2, 0.03]), 0.02, 0, speech.fill(0, 0, 200));
    expect(pauses[100]).toBeGreaterThan(0);
  });

  it('have no values without frames, and are unlikely in sound without a value', () => {
    expect(overlapLogOdds([], 0.02, 0, [])).toHaveLength(0);
    expect(overlapLogOdds([0.5], 0.02, 0, [0, 0])).toHaveLength(2);
  });
});
