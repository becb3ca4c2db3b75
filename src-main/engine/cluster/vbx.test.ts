import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibratedThreshold } from './score-calibration.ts';
import { agreement, normalRandom, syntheticVoices } from './testing/synthetic-voices.ts';
import { vbxClusters } from './vbx-clusters.ts';
import { vbx, vbxPresets } from './vbx.ts';
import type { VbxOptions, VbxResult } from './vbx.ts';

const EPSILON = 1e-8;
const lse = (values: readonly number[]): number => {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
};

/** The published equations with full matrices and logarithms throughout. */
function reference(x: number[][], phi: number[], gamma0: number[][], options: VbxOptions): VbxResult {
  const [T, S, D] = [x.length, gamma0[0]!.length, phi.length];
  const { fa, fb, loopP } = options;
  let gamma = gamma0;
  let pi = new Array<number>(S).fill(1 / S);
  const elbo: number[] = [];
  for (let round = 0; round < options.maxIterations; round++) {
    let prior = 0;
    const logP = x.map(() => new Array<number>(S).fill(0));
    for (let s = 0; s < S; s++) {
      const n = gamma.reduce((sum, row) => sum + row[s]!, 0);
      const inverse = phi.map((value) => 1 / (1 + (fa / fb) * n * value));
      const alpha = phi.map(
        (value, d) =>
          (fa / fb) * inverse[d]! * gamma.reduce((sum, row, t) => sum + row[s]! * x[t]![d]! * Math.sqrt(value), 0),
      );
      for (let d = 0; d < D; d++) prior += Math.log(inverse[d]!) - inverse[d]! - alpha[d]! ** 2 + 1;
      for (let t = 0; t < T; t++) {
        let value = 0;
        for (let d = 0; d < D; d++) {
          value += x[t]![d]! * Math.sqrt(phi[d]!) * alpha[d]! - 0.5 * (inverse[d]! + alpha[d]! ** 2) * phi[d]!;
          value += -0.5 * (x[t]![d]! ** 2 + Math.log(2 * Math.PI));
        }
        logP[t]![s] = fa * value;
      }
    }
    let evidence = 0;
    if (loopP === null) {
      const joint = logP.map((row) => row.map((value, s) => value + Math.log(pi[s]! + EPSILON)));
      evidence = joint.reduce((sum, row) => sum + lse(row), 0);
      gamma = joint.map((row) => row.map((value) => Math.exp(value - lse(row))));
      pi = pi.map((_, s) => gamma.reduce((sum, row) => sum + row[s]!, 0) / T);
    } else {
      const transition = (a: number, b: number): number =>
        Math.log((a === b ? loopP : 0) + (1 - loopP) * pi[b]! + EPSILON);
      const A = [logP[0]!.map((value, s) => value + Math.log(pi[s]! + EPSILON))];
      for (let t = 1; t < T; t++) {
        A.push(logP[t]!.map((value, s) => value + lse(pi.map((_, a) => A[t - 1]![a]! + transition(a, s)))));
      }
      const B = x.map(() => new Array<number>(S).fill(0));
      for (let t = T - 2; t >= 0; t--) {
        B[t] = pi.map((_, a) => lse(pi.map((_unused, s) => transition(a, s) + logP[t + 1]![s]! + B[t + 1]![s]!)));
      }
      evidence = lse(A[T - 1]!);
      gamma = A.map((row, t) => row.map((value, s) => Math.exp(value + B[t]![s]! - evidence)));
      const weights = pi.map((weight, s) => {
        let sum = 0;
        for (let t = 1; t < T; t++) sum += Math.exp(lse(A[t - 1]!) + logP[t]![s]! + B[t]![s]! - evidence);
        return gamma[0]![s]! + (1 - loopP) * weight * sum;
      });
      const total = weights.reduce((sum, value) => sum + value, 0);
      pi = weights.map((value) => value / total);
    }
    const bound = evidence + (fb / 2) * prior;
    const before = elbo[elbo.length - 1];
    elbo.push(bound);
    if (before !== undefined && bound - before < options.minGain) break;
  }
  return { gamma: Float64Array.from(gamma.flat()), pi: Float64Array.from(pi), elbo };
}

const problems = fc.record({
  seed: fc.nat(100_000),
  T: fc.integer({ min: 2, max: 40 }),
  S: fc.integer({ min: 1, max: 5 }),
  D: fc.integer({ min: 1, max: 8 }),
  preset: fc.constantFrom(...(Object.keys(vbxPresets) as (keyof typeof vbxPresets)[])),
});
function problem({ seed, T, S, D }: { seed: number; T: number; S: number; D: number }) {
  const random = normalRandom(seed);
  const x = Array.from({ length: T }, (_, t) =>
    Array.from({ length: D }, (_unused, d) => random() + 3 * Math.sin(Math.floor(t / 5) + d)),
  );
  const phi = Array.from({ length: D }, () => 0.2 + random() ** 2);
  const gamma = x.map(() => {
    const weights = Array.from({ length: S }, () => Math.exp(2 * random()));
    const total = weights.reduce((sum, value) => sum + value, 0);
    return weights.map((value) => value / total);
  });
  return { x, phi, gamma };
}

describe('vbx', () => {
  it('equals the equations written out in logarithms, for all presets', () => {
    fc.assert(
      fc.property(problems, (given) => {
        const { x, phi, gamma } = problem(given);
        const options = vbxPresets[given.preset];
        const wanted = reference(x, phi, gamma, options);
        const found = vbx(
          Float64Array.from(x.flat()),
          Float64Array.from(phi),
          Float64Array.from(gamma.flat()),
          options,
        );
        expect(found.elbo).toHaveLength(wanted.elbo.length);
        found.elbo.forEach((value, k) => expect(Math.abs(value - wanted.elbo[k]!)).toBeLessThan(1e-6));
        found.gamma.forEach((value, k) => expect(value).toBeCloseTo(wanted.gamma[k]!, 6));
        found.pi.forEach((value, s) => expect(value).toBeCloseTo(wanted.pi[s]!, 6));
      }),
      { numRuns: 100 },
    );
  });
  it('never lowers its bound, and its posteriors are probabilities', () => {
    fc.assert(
      fc.property(problems, (given) => {
        const { x, phi, gamma } = problem(given);
        const options = { ...vbxPresets[given.preset], minGain: -Infinity, maxIterations: 30 };
        const found = vbx(
          Float64Array.from(x.flat()),
          Float64Array.from(phi),
          Float64Array.from(gamma.flat()),
          options,
        );
        // The floor under probabilities is worth up to 1e-8 a window and speaker.
        for (let k = 1; k < found.elbo.length; k++) expect(found.elbo[k]).toBeGreaterThan(found.elbo[k - 1]! - 1e-5);
        for (let t = 0; t < given.T; t++) {
          const sum = found.gamma.subarray(t * given.S, (t + 1) * given.S).reduce((total, value) => total + value, 0);
          expect(sum).toBeCloseTo(1, 5);
        }
        expect(found.pi.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 8);
      }),
    );
  });
  it('takes the weight from speakers nobody needs', () => {
    const voices = syntheticVoices([{ speaker: 0, windows: 60 }], 0.8, 3, 16);
    const gamma = new Float64Array(60 * 3);
    for (let t = 0; t < 60; t++) gamma[t * 3 + (t % 3)] = 1;
    const scaled = Float64Array.from(voices.rows.data, (value) => 6 * value);
    const { pi } = vbx(scaled, new Float64Array(16).fill(1), gamma, vbxPresets.example);
    expect(Math.max(...pi)).toBeGreaterThan(0.99);
  });
});

describe('vbxClusters', () => {
  const turns = (speakers: number) =>
    Array.from({ length: speakers * 6 }, (_, k) => ({ speaker: k % speakers, windows: 6 }));
  it.each([2, 3, 5])('tells %i clear voices apart', (speakers) => {
    const voices = syntheticVoices(turns(speakers), 0.9, speakers, 64);
    const result = vbxClusters(voices, vbxPresets.callhome, { min: 1, max: 20 }, () => undefined);
    expect(result.count).toBe(speakers);
    expect(agreement(result.labels, voices.truth)).toBeGreaterThan(0.97);
  });
  it('obeys a given count and answers for next to nothing', () => {
    const voices = syntheticVoices(turns(3), 0.9, 1, 64);
    for (const count of [1, 2, 4]) {
      expect(vbxClusters(voices, vbxPresets.callhome, { min: count, max: count }, () => undefined).count).toBe(count);
    }
    for (const windows of [1, 2, 3]) {
      const few = syntheticVoices([{ speaker: 0, windows }], 1, 2, 64);
      expect(vbxClusters(few, vbxPresets.example, { min: 1, max: 9 }, () => undefined).labels).toHaveLength(windows);
    }
  });
});

describe('calibratedThreshold', () => {
  it('lies between two heaps of scores, nearer to the smaller one; scarce heaps it finds half way, as published', () => {
    const random = normalRandom(5);
    const heaps = (low: number, high: number): number[] => [
      ...Array.from({ length: low }, () => 0.1 + 0.08 * random()),
      ...Array.from({ length: high }, () => 0.7 + 0.08 * random()),
    ];
    expect(calibratedThreshold(heaps(2000, 2000))).toBeCloseTo(0.4, 1);
    expect(calibratedThreshold(heaps(3000, 1000))).toBeGreaterThan(calibratedThreshold(heaps(2000, 2000)));
    // Twenty rounds do not reach a heap of one in twenty (NumPy gives the same 0.32).
    expect(calibratedThreshold(heaps(4000, 200))).toBeCloseTo(0.32, 1);
    expect(calibratedThreshold([0.3, 0.3])).toBeCloseTo(0.3, 9);
  });
});
