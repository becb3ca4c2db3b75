import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frames } from '../statistics/frames.ts';
import { agreement } from '../testing/synthetic-voices.ts';
import { syntheticFrames } from '../testing/synthetic-frames.ts';
import { ehmmRules, evolutiveHmm } from './evolutive-hmm.ts';
import { diagonalGlr, turnChanges, turnDetectionRules } from './turn-detection.ts';

const any = { min: 1, max: 40 };
/** Small enough for a test. */
const rules = { ...ehmmRules, components: 3, worldComponents: 16 };

describe('turn detection', () => {
  it('gives the likelihood ratio of diagonal Gaussians', () => {
    // Window 2: (0, 2) and (10, 12): variances 1 and 1 apart, 26 together.
    const curve = diagonalGlr(frames(Float32Array.from([0, 2, 10, 12]), 1), {
      windowFrames: 2,
      stepFrames: 1,
      alpha: 1,
    });
    expect([...curve]).toEqual([expect.closeTo(0.5 * 4 * Math.log(26), 10)]);
  });
  it('finds the changes of a conversation and none in a monologue', () => {
    const talk = [0, 1, 0, 1].map((speaker) => ({ speaker, frames: 400 }));
    const changes = turnChanges(syntheticFrames(talk, 2, 3).frames);
    expect(changes).toHaveLength(3);
    changes.forEach((change, k) => expect(Math.abs(change - 400 * (k + 1))).toBeLessThanOrEqual(10));
  });
  it('takes any length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 130 }), (count) => {
        const { windowFrames } = turnDetectionRules;
        for (const change of turnChanges(frames(new Float32Array(count), 1))) {
          expect(change).toBeGreaterThanOrEqual(windowFrames);
          expect(change).toBeLessThanOrEqual(count - windowFrames);
        }
      }),
    );
  });
});

describe('the evolutive HMM', () => {
  const talk = [0, 1, 0, 2, 1, 2].map((speaker, k) => ({ speaker, frames: 900 + 60 * k }));
  it('takes one speaker after another out of the speech', () => {
    const { frames: all, truth } = syntheticFrames(talk, 1.5, 4);
    const { labels, count, scores } = evolutiveHmm(all, turnChanges(all), any, rules);
    expect(count).toBe(3);
    expect(agreement(labels, truth)).toBeGreaterThan(0.97);
    expect(scores.sums).toHaveLength(Math.ceil(all.count / 25) * count);
  });
  it('keeps to the bounds of the count', () => {
    const { frames: all } = syntheticFrames(talk, 1.5, 4);
    expect(evolutiveHmm(all, [], { min: 1, max: 2 }, rules).count).toBe(2);
    expect(evolutiveHmm(all, [], { min: 1, max: 1 }, rules).count).toBe(1);
  });
  it('labels every frame of short and odd lengths', () => {
    for (const count of [1, 29, 31, 601]) {
      const { frames: all } = syntheticFrames([{ speaker: 0, frames: count }], 2, 1);
      const result = evolutiveHmm(all, [], any, rules);
      expect(result.labels).toHaveLength(count);
      expect(Math.max(...result.labels)).toBeLessThan(result.count);
    }
  });
});
