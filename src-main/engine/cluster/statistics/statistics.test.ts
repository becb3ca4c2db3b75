import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalRandom } from '../testing/synthetic-voices.ts';
import { syntheticFrames } from '../testing/synthetic-frames.ts';
import { adaptMeans, DiagonalGmm, trainGmm } from './diagonal-gmm.ts';
import { frames, labelsOf, stretchesOf } from './frames.ts';
import { GaussianDistances, GaussianSums } from './full-gaussian.ts';
import { keptFrames } from './kept-frames.ts';
import { normalisedDeltas } from './normalised-deltas.ts';
import { viterbi } from './viterbi.ts';

const TRAINING = { components: 3, maxRounds: 20, minGain: 1e-4, varianceFloor: 0.01 };

describe('Gaussians of full covariance', () => {
  const two = frames(Float32Array.from([0, 0, 2, 0, 0, 1, 2, 1]), 2);
  it('have the determinant of the covariance', () => {
    // Variances 1 and ¼, nothing between them.
    const sums = new GaussianSums(2).addStretch(two, 0, 4);
    expect(new GaussianDistances(two).logDeterminant(sums)).toBeCloseTo(Math.log(0.25), 12);
  });
  it('give the likelihood ratio and the criterion as written by hand', () => {
    const line = frames(Float32Array.from([0, 2, 10, 12]), 1);
    const a = new GaussianSums(1).addStretch(line, 0, 2);
    const b = new GaussianSums(1).addStretch(line, 2, 4);
    const distances = new GaussianDistances(line);
    // Variances 1 and 1 apart, 26 together.
    const glr = 0.5 * (4 * Math.log(26) - 2 * Math.log(1) - 2 * Math.log(1));
    expect(distances.glr(a, b)).toBeCloseTo(glr, 10);
    expect(distances.deltaBic(a, b, 3)).toBeCloseTo(glr - 0.5 * 3 * (1 + 1) * Math.log(4), 10);
  });
  it('are additive, and a likelihood ratio is never negative', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 12, max: 40 }), (seed, count) => {
        const random = normalRandom(seed);
        const all = frames(
          Float32Array.from({ length: 3 * count }, () => random()),
          3,
        );
        const half = Math.floor(count / 2);
        const a = new GaussianSums(3).addStretch(all, 0, half);
        const b = new GaussianSums(3).addStretch(all, half, count);
        const whole = new GaussianSums(3).addStretch(all, 0, count);
        const distances = new GaussianDistances(all);
        expect(distances.glr(a, b)).toBeGreaterThan(-1e-9);
        expect(distances.glr(a, b)).toBeCloseTo(distances.glr(b, a), 8);
        a.merge(b);
        expect(distances.logDeterminant(a)).toBeCloseTo(distances.logDeterminant(whole), 8);
        for (let t = half; t < count; t++) whole.add(all, t, -1);
        expect(distances.logDeterminant(whole)).toBeCloseTo(
          distances.logDeterminant(new GaussianSums(3).addStretch(all, 0, half)),
          6,
        );
      }),
    );
  });
});

describe('mixtures of diagonal Gaussians', () => {
  it('give the density of the textbook', () => {
    const gmm = new DiagonalGmm(1, Float64Array.of(0.25, 0.75), Float64Array.of(0, 3), Float64Array.of(1, 4));
    const density = (x: number): number =>
      (0.25 * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI) +
      (0.75 * Math.exp(-((x - 3) ** 2) / 8)) / Math.sqrt(8 * Math.PI);
    for (const x of [-2, 0, 1.5, 4]) {
      const shares = new Float64Array(2);
      expect(gmm.logLikelihood(Float32Array.of(x), 0, shares)).toBeCloseTo(Math.log(density(x)), 10);
      expect(shares[0]! + shares[1]!).toBeCloseTo(1, 12);
    }
  });
  it('find the groups that frames come in', () => {
    const random = normalRandom(3);
    const centres = [-10, 10];
    const all = frames(
      Float32Array.from({ length: 900 }, (_, k) => centres[k % 2]! + random()),
      1,
    );
    const gmm = trainGmm(all, { ...TRAINING, components: 2 });
    const means = [...gmm.means].sort((a, b) => a - b);
    means.forEach((mean, k) => expect(mean).toBeCloseTo(centres[k]!, 0));
    expect(gmm.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  });
  it('are never worse for more rounds', () => {
    const { frames: all } = syntheticFrames([{ speaker: 0, frames: 300 }], 2, 5);
    let before = -Infinity;
    for (let maxRounds = 1; maxRounds < 12; maxRounds++) {
      const value = trainGmm(all, { ...TRAINING, maxRounds, minGain: -1, varianceFloor: 1e-9 }).meanLogLikelihood(all);
      expect(value).toBeGreaterThan(before - 1e-9);
      before = value;
    }
  });
  it('move their means to new frames as far as these count against the relevance', () => {
    const world = new DiagonalGmm(1, Float64Array.of(1), Float64Array.of(0), Float64Array.of(1));
    const own = frames(new Float32Array(30).fill(6), 1);
    expect(adaptMeans(world, own, 15).means[0]).toBeCloseTo((30 * 6) / (30 + 15), 9);
  });
});

describe('viterbi', () => {
  const plain = (score: number[][], stay: number, leave: number): number[] => {
    let best: { value: number; path: number[] } = { value: -Infinity, path: [] };
    const visit = (path: number[], value: number): void => {
      const t = path.length;
      if (t === score.length) {
        if (value > best.value + 1e-12) best = { value, path };
        return;
      }
      score[t]!.forEach((own, s) => {
        const move = t === 0 ? 0 : path[t - 1] === s ? stay : leave;
        visit([...path, s], value + move + own);
      });
    };
    visit([], 0);
    return best.path;
  };
  it('finds the best of all paths', () => {
    const scores = fc.integer({ min: 1, max: 3 }).chain((states) =>
      fc.array(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: states, maxLength: states }), {
        minLength: 1,
        maxLength: 6,
      }),
    );
    fc.assert(
      fc.property(scores, fc.double({ min: -5, max: 0, noNaN: true }), (score, leave) => {
        const states = score[0]!.length;
        const valueOf = (path: readonly number[]): number =>
          path.reduce((sum, s, t) => sum + score[t]![s]! + (t > 0 && path[t - 1] !== s ? leave : 0), 0);
        const fast = viterbi(Float64Array.from(score.flat()), states, 0, leave);
        expect(valueOf([...fast])).toBeCloseTo(valueOf(plain(score, 0, leave)), 9);
      }),
    );
  });
});

describe('frames', () => {
  it('go from labels to stretches and back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 3 })), (labels) => {
        expect([...labelsOf(stretchesOf(labels), labels.length)]).toEqual(labels);
      }),
    );
  });
  it('leave out what repeats, what is no number and what is outside the regions', () => {
    const data = Float32Array.from([1, 2, 2, 3, NaN, 4, 5, 6]);
    const kept = keptFrames(
      data,
      1,
      [
        { startSec: 0, endSec: 0.06 },
        { startSec: 0.07, endSec: 9 },
      ],
      0.01,
    );
    expect([...kept.indices]).toEqual([0, 1, 3, 5, 7]);
    expect([...kept.frames.data]).toEqual([1, 2, 3, 4, 6]);
  });
  it('lose the channel and the level when they are normalised', () => {
    const { frames: all } = syntheticFrames([{ speaker: 0, frames: 500 }], 1, 2);
    const other = frames(
      all.data.map((value, at) => 3 * value + (at % all.size)),
      all.size,
    );
    const a = normalisedDeltas(all);
    const b = normalisedDeltas(other);
    expect(a.size).toBe(2 * all.size - 1);
    for (let k = 0; k < a.data.length; k += 17) expect(a.data[k]).toBeCloseTo(b.data[k]!, 3);
  });
});
