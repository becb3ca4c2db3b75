import { AppError } from '#shared/api/errors.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constrainedVbx } from './constrained-vbx.ts';
import { agreement, normalRandom } from './testing/synthetic-voices.ts';
import { constrainedVbxClusters, vbxClusters } from './vbx-clusters.ts';
import { vbx, vbxPresets } from './vbx.ts';
import type { VbxOptions } from './vbx.ts';
import { unitRows, vectors } from './vectors.ts';
import type { TimedVectors } from './voice-windows.ts';

type Pair = readonly [number, number];
const free = { mustLink: [], cannotLink: [] };
const presets = Object.keys(vbxPresets) as (keyof typeof vbxPresets)[];
/** Runs to the end, for laws about every round. */
const unending = (options: VbxOptions): VbxOptions => ({ ...options, minGain: -Infinity, maxIterations: 30 });

/** Windows of `truth` around random speakers of variance `across`, in the space of `vbx`. */
function gaussianSpeakers(truth: readonly number[], across: number, size: number, seed: number) {
  const random = normalRandom(seed);
  const voices = Array.from({ length: Math.max(...truth) + 1 }, () =>
    Array.from({ length: size }, () => Math.sqrt(across) * random()),
  );
  return {
    rows: Float64Array.from(truth.flatMap((speaker) => voices[speaker]!.map((value) => value + random()))),
    phi: new Float64Array(size).fill(across),
  };
}
const oneHot = (labels: readonly number[], speakers: number, sure = 0.9): Float64Array =>
  Float64Array.from(
    labels.flatMap((label) =>
      Array.from({ length: speakers }, (_, s) => (s === label ? sure : 0) + (1 - sure) / speakers),
    ),
  );

const problems = fc
  .record({
    seed: fc.nat(100_000),
    T: fc.integer({ min: 2, max: 24 }),
    S: fc.integer({ min: 1, max: 4 }),
    preset: fc.constantFrom(...presets),
  })
  .chain((given) =>
    fc.record({
      given: fc.constant(given),
      pairs: fc.array(fc.tuple(fc.nat(given.T - 1), fc.nat(given.T - 1), fc.boolean()), { maxLength: 16 }),
    }),
  );
function problem({ seed, T, S }: { seed: number; T: number; S: number }) {
  const random = normalRandom(seed);
  const { rows, phi } = gaussianSpeakers(
    Array.from({ length: T }, (_, t) => Math.floor(t / 4) % 3),
    2,
    4,
    seed,
  );
  const gamma = Array.from({ length: T }, () => {
    const weights = Array.from({ length: S }, () => Math.exp(random()));
    const total = weights.reduce((sum, value) => sum + value, 0);
    return weights.map((value) => value / total);
  });
  return { rows, phi, gamma: Float64Array.from(gamma.flat()) };
}
/** Must-links as drawn, and the cannot-links that do not contradict them. */
function satisfiable(T: number, pairs: readonly (readonly [number, number, boolean])[]) {
  const group = Array.from({ length: T }, (_, t) => t);
  const mustLink: Pair[] = pairs.filter(([, , must]) => must).map(([a, b]) => [a, b]);
  for (const [a, b] of mustLink) {
    const [keep, gone] = [group[a]!, group[b]!];
    group.forEach((value, t) => (group[t] = value === gone ? keep : value));
  }
  const cannotLink: Pair[] = pairs.filter(([a, b, must]) => !must && group[a] !== group[b]).map(([a, b]) => [a, b]);
  return { mustLink, cannotLink };
}

describe('constrainedVbx', () => {
  it('is VBx where nothing was said', () => {
    fc.assert(
      fc.property(problems, ({ given }) => {
        const { rows, phi, gamma } = problem(given);
        const wanted = vbx(rows, phi, gamma, vbxPresets[given.preset]);
        const found = constrainedVbx(rows, phi, gamma, free, vbxPresets[given.preset]);
        expect(found.elbo).toEqual(wanted.elbo);
        expect(found.gamma).toEqual(wanted.gamma);
        expect(found.pi).toEqual(wanted.pi);
      }),
    );
  });
  it('keeps every constraint, with probabilities for posteriors', () => {
    fc.assert(
      fc.property(problems, ({ given, pairs }) => {
        const { rows, phi, gamma } = problem(given);
        const constraints = satisfiable(given.T, pairs);
        const found = constrainedVbx(rows, phi, gamma, constraints, vbxPresets[given.preset]);
        for (const [a, b] of constraints.mustLink) {
          expect(found.labels[a]).toBe(found.labels[b]);
          for (let s = 0; s < given.S; s++) expect(found.gamma[a * given.S + s]).toBe(found.gamma[b * given.S + s]);
        }
        for (const [a, b] of constraints.cannotLink) expect(found.labels[a]).not.toBe(found.labels[b]);
        expect(new Set(found.labels).size).toBe(found.count);
        expect(Math.max(...found.labels)).toBe(found.count - 1);
        for (let t = 0; t < given.T; t++) {
          const sum = found.gamma.subarray(t * given.S, (t + 1) * given.S).reduce((total, value) => total + value, 0);
          expect(sum).toBeCloseTo(1, 6);
        }
        expect(found.elbo.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
  it('does not mind the order of constraints, the order within a pair, or repetition', () => {
    fc.assert(
      fc.property(problems, fc.nat(), ({ given, pairs }, turn) => {
        const { rows, phi, gamma } = problem(given);
        const { mustLink, cannotLink } = satisfiable(given.T, pairs);
        const turned = (list: Pair[]): Pair[] => {
          const at = turn % Math.max(1, list.length);
          return [...list.slice(at), ...list].map(([a, b], k): Pair => (k % 2 === 0 ? [b, a] : [a, b])).reverse();
        };
        const options = vbxPresets[given.preset];
        const one = constrainedVbx(rows, phi, gamma, { mustLink, cannotLink }, options);
        const other = constrainedVbx(
          rows,
          phi,
          gamma,
          { mustLink: turned(mustLink), cannotLink: turned(cannotLink) },
          options,
        );
        expect(other).toEqual(one);
      }),
    );
  });
  it('never lowers its bound with must-links, in the mixture or in the sequence', () => {
    fc.assert(
      fc.property(problems, ({ given, pairs }) => {
        const { rows, phi, gamma } = problem(given);
        const { mustLink } = satisfiable(given.T, pairs);
        const options = unending(vbxPresets[given.preset]);
        const { elbo } = constrainedVbx(rows, phi, gamma, { mustLink, cannotLink: [] }, options);
        expect(elbo).toHaveLength(30);
        // The floor under probabilities is worth up to 1e-8 a window and speaker.
        for (let k = 1; k < elbo.length; k++) expect(elbo[k]).toBeGreaterThan(elbo[k - 1]! - 1e-5);
      }),
      { numRuns: 300 },
    );
  });
  it('gives windows of one tie in the mixture their joint posterior', () => {
    // Two speakers at ±2 known from many windows; −0.5 alone is the left one's, with +2 it is the right one's.
    const values = [...new Array<number>(20).fill(-2), ...new Array<number>(20).fill(2), -0.5, 2];
    const gamma = oneHot(
      values.map((value) => Number(value > 0)),
      2,
    );
    const options = { fa: 1, fb: 1, loopP: null, maxIterations: 40, minGain: 1e-9 };
    const solve = (mustLink: Pair[]) =>
      constrainedVbx(Float64Array.from(values), new Float64Array([4]), gamma, { mustLink, cannotLink: [] }, options);
    expect(solve([]).labels[40]).toBe(0);
    const tied = solve([[40, 41]]);
    expect(tied.labels[40]).toBe(1);
    // By hand: posterior odds of the right speaker from both windows, weights and models as they came out.
    const model = (s: number): { mean: number; variance: number } => {
      const mass = values.reduce((sum, _, t) => sum + tied.gamma[t * 2 + s]!, 0);
      const total = values.reduce((sum, value, t) => sum + tied.gamma[t * 2 + s]! * value, 0);
      const precision = 1 / 4 + mass;
      return { mean: total / precision, variance: 1 / precision };
    };
    const log = (s: number): number =>
      [-0.5, 2].reduce((sum, x) => {
        const { mean, variance } = model(s);
        return sum - 0.5 * ((x - mean) ** 2 + variance) + Math.log(tied.pi[s]!);
      }, 0);
    expect(Math.log(tied.gamma[81]! / tied.gamma[80]!)).toBeCloseTo(log(1) - log(0), 4);
  });
  it('moves a change of speaker beyond a tied window in the sequence', () => {
    const values = [...new Array<number>(20).fill(-2), ...new Array<number>(20).fill(2), -0.3, -0.3, -0.3];
    const gamma = oneHot(
      values.map((value) => Number(value > 0)),
      2,
    );
    const options = { fa: 1, fb: 1, loopP: 0.9, maxIterations: 40, minGain: 1e-9 };
    const labels = (mustLink: Pair[]): number[] => [
      ...constrainedVbx(
        Float64Array.from([...values, -2]),
        new Float64Array([4]),
        Float64Array.from([...gamma, 0.95, 0.05]),
        { mustLink, cannotLink: [] },
        options,
      ).labels.subarray(40),
    ];
    expect(labels([])).toEqual([0, 0, 0, 0]);
    // Window 40 is now between two of the right one; 42 is between both and leans to the left.
    expect(labels([[30, 41]])).toEqual([1, 1, 0, 0]);
  });
  it.each(presets)('parts what it must not join, also where speakers are too few (%s)', (preset) => {
    const rows = Float64Array.from([1, 1.01, 0.99, 1]);
    const cannotLink: Pair[] = [
      [0, 1],
      [1, 2],
      [0, 2],
    ];
    for (const speakers of [1, 2, 3, 5]) {
      const gamma = new Float64Array(4 * speakers).fill(1 / speakers);
      const { labels, count } = constrainedVbx(
        rows,
        new Float64Array([1]),
        gamma,
        { mustLink: [[1, 3]], cannotLink },
        vbxPresets[preset],
      );
      expect([...labels]).toEqual([0, 1, 2, 1]);
      expect(count).toBe(3);
    }
  });
  it('answers for no window', () => {
    const none = new Float64Array(0);
    expect(constrainedVbx(none, new Float64Array(3), none, free, vbxPresets['community-1']).count).toBe(0);
  });
  it('refuses a contradiction, also one through others', () => {
    const contradiction = {
      mustLink: [
        [0, 1],
        [1, 2],
      ] as Pair[],
      cannotLink: [[0, 2]] as Pair[],
    };
    const gamma = new Float64Array(6).fill(0.5);
    expect(() =>
      constrainedVbx(new Float64Array(3), new Float64Array(1), gamma, contradiction, vbxPresets.example),
    ).toThrow(AppError);
  });
  it('can be cancelled', () => {
    const stop = new Error('cancelled');
    expect(() =>
      constrainedVbx(
        new Float64Array(4),
        new Float64Array(1).fill(1),
        new Float64Array(8).fill(0.5),
        free,
        vbxPresets.example,
        () => {
          throw stop;
        },
      ),
    ).toThrow(stop);
  });
});

/** Three speakers in turns of six windows; the first two resemble each other. Somebody said of twelve windows who it is. */
function reviewed(seed: number, count = 240, unlike = 0.6) {
  const size = 192;
  const random = normalRandom(seed);
  const voices = Array.from({ length: 3 }, () => Array.from({ length: size }, () => random()));
  voices[1] = voices[0]!.map((value, d) => Math.sqrt(1 - unlike) * value + Math.sqrt(unlike) * voices[1]![d]!);
  const truth = Array.from({ length: count }, (_, t) => Math.floor(t / 6) % 3);
  const rows = Float64Array.from(truth.flatMap((speaker) => voices[speaker]!.map((value) => value + random())));
  const said = Array.from({ length: 12 }, (_, k) => Math.floor((count / 12) * (k + 0.5)) + (k % 5));
  const pairs = said.flatMap((a) => said.filter((b) => b > a).map((b): Pair => [a, b]));
  const constraints = {
    mustLink: pairs.filter(([a, b]) => truth[a] === truth[b]),
    cannotLink: pairs.filter(([a, b]) => truth[a] !== truth[b]),
  };
  const rest = [...truth.keys()].filter((t) => !said.includes(t));
  /** Share of wrong windows among those that nothing was said about. */
  const wrong = (labels: ArrayLike<number>): number =>
    1 -
    agreement(
      rest.map((t) => labels[t]!),
      rest.map((t) => truth[t]!),
    );
  return { size, truth, rows, constraints, wrong };
}

const unitWindows = ({ rows, size, truth }: ReturnType<typeof reviewed>): TimedVectors => ({
  rows: unitRows(vectors(Float32Array.from(rows), size)),
  startSec: Float64Array.from(truth, (_, t) => 1.5 * t),
  endSec: Float64Array.from(truth, (_, t) => 1.5 * t + 1.5),
});

describe('constraints from a reference', () => {
  it.each(presets)('part voices joined for their likeness, where nothing was said as well (%s)', (preset) => {
    const given = reviewed(2);
    const { constraints, wrong } = given;
    const windows = unitWindows(given);
    const none = vbxClusters(windows, vbxPresets[preset], { min: 1, max: 20 }, () => undefined);
    const same = constrainedVbxClusters(windows, free, vbxPresets[preset], () => undefined);
    expect([...same.labels]).toEqual([...none.labels]);
    expect(wrong(none.labels)).toBeGreaterThan(0.3);
    const mended = constrainedVbxClusters(windows, constraints, vbxPresets[preset], () => undefined);
    expect(mended.count).toBe(3);
    expect(wrong(mended.labels)).toBeLessThan(0.02);
  });
  it.each(['callhome', 'example'] as const)('do so in recordings too long for one matrix (%s)', (preset) => {
    const given = reviewed(1, 1200, 0.15);
    const windows = unitWindows(given);
    const none = vbxClusters(windows, vbxPresets[preset], { min: 1, max: 20 }, () => undefined);
    expect(given.wrong(none.labels)).toBeGreaterThan(0.3);
    const mended = constrainedVbxClusters(windows, given.constraints, vbxPresets[preset], () => undefined);
    expect(mended.count).toBe(3);
    expect(given.wrong(mended.labels)).toBeLessThan(0.02);
    for (const [a, b] of given.constraints.mustLink) expect(mended.labels[a]).toBe(mended.labels[b]);
    for (const [a, b] of given.constraints.cannotLink) expect(mended.labels[a]).not.toBe(mended.labels[b]);
  });
});
