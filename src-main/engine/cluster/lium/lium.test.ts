import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreement } from '../testing/synthetic-voices.ts';
import { syntheticFrames } from '../testing/synthetic-frames.ts';
import { GaussianDistances, GaussianSums } from '../statistics/full-gaussian.ts';
import { labelsOf, stretchesOf } from '../statistics/frames.ts';
import { hierarchicalBic, linearBic } from './bic-clustering.ts';
import { clrClusters } from './clr-clustering.ts';
import { glrBorders, glrCurve } from './glr-segmentation.ts';
import { adjustBorders, resegment } from './gmm-resegmentation.ts';
import { ilpClusters } from '#shared/math/ilp-clusters.ts';

const conversation = [0, 1, 0, 2, 1, 2, 0].map((speaker, k) => ({ speaker, frames: 300 + 40 * k }));
const any = { min: 1, max: Infinity };

describe('GLR segmentation', () => {
  it('slides as if each window were counted anew', () => {
    const { frames } = syntheticFrames(conversation.slice(0, 3), 1, 4);
    const distances = new GaussianDistances(frames);
    const curve = glrCurve(frames, 60, distances);
    for (const t of [60, 61, 200, 333, frames.count - 60]) {
      const left = new GaussianSums(frames.size).addStretch(frames, t - 60, t);
      const right = new GaussianSums(frames.size).addStretch(frames, t, t + 60);
      expect(curve[t]).toBeCloseTo(distances.glr(left, right), 6);
    }
    expect(curve[59]).toBe(0);
  });
  it('peaks where speakers change', () => {
    const { frames } = syntheticFrames(conversation, 2, 2);
    const borders = glrBorders(glrCurve(frames, 100, new GaussianDistances(frames)), 100);
    let at = 0;
    for (const turn of conversation.slice(0, -1)) {
      at += turn.frames;
      expect(Math.min(...borders.map((border) => Math.abs(border - at)))).toBeLessThan(12);
    }
  });
  it('takes the first of equal peaks, and none where nothing rises', () => {
    expect(glrBorders(Float64Array.from([0, 0, 0, 5, 5, 0, 0, 0]), 2)).toEqual([3]);
    expect(glrBorders(new Float64Array(50), 5)).toEqual([]);
  });
});

describe('BIC clustering', () => {
  const { frames, truth } = syntheticFrames(conversation, 2, 3);
  const distances = new GaussianDistances(frames);
  const pieces = linearBic(
    frames,
    Array.from({ length: Math.floor(frames.count / 100) - 1 }, (_, k) => 100 * (k + 1)),
    2,
    distances,
  );
  it('covers all frames once and joins neighbours of one voice', () => {
    expect(pieces[0]!.start).toBe(0);
    expect(pieces[pieces.length - 1]!.end).toBe(frames.count);
    pieces.slice(1).forEach((piece, k) => expect(piece.start).toBe(pieces[k]!.end));
    expect(pieces.length).toBeLessThan(frames.count / 100);
  });
  it('finds the speakers', () => {
    const found = labelsOf(hierarchicalBic(frames, pieces, 3, any, distances), frames.count);
    expect(new Set(found).size).toBe(3);
    expect(agreement(found, truth)).toBeGreaterThan(0.8);
  });
  it('merges in the same order as all pairs looked at each time', () => {
    for (const stop of [1, 2, 4]) {
      const fast = hierarchicalBic(frames, pieces, 3, { min: stop, max: stop }, distances).map(({ label }) => label);
      expect(fast).toEqual(plainHac(stop));
    }
    function plainHac(stop: number): number[] {
      const groups = pieces.map(({ start, end }, k) => ({
        sums: new GaussianSums(frames.size).addStretch(frames, start, end),
        members: [k],
      }));
      while (groups.length > stop) {
        let best = { value: Infinity, a: 0, b: 0 };
        groups.forEach((one, a) =>
          groups.forEach((other, b) => {
            if (b <= a) return;
            const value = distances.deltaBic(one.sums, other.sums, 3);
            if (value < best.value) best = { value, a, b };
          }),
        );
        groups[best.a]!.sums.merge(groups[best.b]!.sums);
        groups[best.a]!.members.push(...groups[best.b]!.members);
        groups.splice(best.b, 1);
      }
      const names = new Map<number, number>();
      return pieces.map((_, k) => {
        const group = groups.findIndex(({ members }) => members.includes(k));
        if (!names.has(group)) names.set(group, names.size);
        return names.get(group)!;
      });
    }
  });
});

describe('Viterbi resegmentation', () => {
  it('puts borders where the voices change', () => {
    const { frames, truth } = syntheticFrames(conversation, 2.5, 6);
    // Borders 30 frames late.
    const late = stretchesOf(truth).map(({ start, end, label }) => ({
      start: start === 0 ? 0 : start + 30,
      end: end === frames.count ? end : end + 30,
      label,
    }));
    const { labels, count } = resegment(frames, late);
    expect(count).toBe(3);
    expect(agreement(labels, truth)).toBeGreaterThan(0.985);
    expect(agreement(labels, truth)).toBeGreaterThan(agreement(labelsOf(late, frames.count), truth));
  });
  it('moves borders to the quietest moment nearby, never over a whole segment', () => {
    const labels = Int32Array.from({ length: 200 }, (_, t) => (t < 100 ? 0 : t < 104 ? 1 : 0));
    const energy = Float64Array.from({ length: 200 }, (_, t) => (Math.abs(t - 112) < 6 ? -5 : 0));
    const moved = adjustBorders(labels, energy);
    expect(stretchesOf(moved).map(({ label }) => label)).toEqual([0, 1, 0]);
    const single = adjustBorders(
      Int32Array.from({ length: 200 }, (_, t) => (t < 100 ? 0 : 1)),
      energy,
    );
    expect(single.indexOf(1)).toBe(112);
    // Frames are missing before frame 95: nobody speaks there.
    const parted = adjustBorders(
      Int32Array.from({ length: 200 }, (_, t) => (t < 100 ? 0 : 1)),
      energy,
      Int32Array.from({ length: 200 }, (_, t) => (t < 95 ? t : t + 50)),
    );
    expect(parted.indexOf(1)).toBe(95);
  });
});

describe('cross likelihood clustering', () => {
  it.each(['clr', 'ce', 'ilp'] as const)('joins the parts of one voice by %s', (method) => {
    const { frames, truth } = syntheticFrames(conversation, 0.8, 8);
    const parts = stretchesOf(truth).map((stretch, k) => ({ ...stretch, label: k }));
    const { labels } = clrClusters(frames, parts, parts.length, {
      method,
      threshold: method === 'ce' ? 0.2 : 0.05,
      speakers: any,
    });
    expect(
      agreement(
        Int32Array.from(parts, (part) => labels[part.label]!),
        conversation.map((t) => t.speaker),
      ),
    ).toBe(1);
  });
  it('obeys a number of speakers', () => {
    const { frames, truth } = syntheticFrames(conversation, 0.8, 8);
    const parts = stretchesOf(truth).map((stretch, k) => ({ ...stretch, label: k }));
    for (const method of ['clr', 'ce', 'ilp'] as const) {
      const rules = { method, threshold: 0.05, speakers: { min: 2, max: 2 } };
      expect(clrClusters(frames, parts, parts.length, rules).count).toBe(2);
    }
  });
});

describe('integer linear program', () => {
  const symmetric = (n: number, values: readonly number[]): Float64Array => {
    const out = new Float64Array(n * n);
    let k = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[i * n + j] = out[j * n + i] = values[k++]!;
    return out;
  };
  /** Every choice of centres. */
  function plain(distance: Float64Array, n: number, delta: number): number {
    let least = Infinity;
    for (let set = 1; set < 2 ** n; set++) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        if ((set >> i) & 1) {
          sum += 1;
          continue;
        }
        let best = Infinity;
        for (let j = 0; j < n; j++) {
          const value = Math.max(0, distance[i * n + j]!);
          if ((set >> j) & 1 && value <= delta) best = Math.min(best, value / delta);
        }
        sum += best;
      }
      least = Math.min(least, sum);
    }
    return least;
  }
  it('is solved by hand', () => {
    // Two near pairs, far from each other.
    const { labels, objective } = ilpClusters(symmetric(4, [1, 9, 9, 9, 9, 2]), 4, 4);
    expect([...labels]).toEqual([0, 0, 1, 1]);
    expect(objective).toBeCloseTo(2 + 1 / 4 + 2 / 4, 12);
  });
  it('finds the least objective of all choices, whatever the order of the elements', () => {
    const problems = fc.integer({ min: 1, max: 8 }).chain((n) =>
      fc.record({
        n: fc.constant(n),
        values: fc.array(fc.double({ min: -0.5, max: 3, noNaN: true }), {
          minLength: (n * (n - 1)) / 2,
          maxLength: (n * (n - 1)) / 2,
        }),
        order: fc.shuffledSubarray(
          Array.from({ length: n }, (_, k) => k),
          { minLength: n },
        ),
      }),
    );
    fc.assert(
      fc.property(problems, ({ n, values, order }) => {
        const distance = symmetric(n, values);
        const { labels, objective } = ilpClusters(distance, n, 1.5);
        expect(labels).toHaveLength(n);
        expect(objective).toBeCloseTo(plain(distance, n, 1.5), 9);
        const turned = Float64Array.from(
          { length: n * n },
          (_, at) => distance[order[Math.floor(at / n)]! * n + order[at % n]!]!,
        );
        expect(ilpClusters(turned, n, 1.5).objective).toBeCloseTo(objective, 9);
      }),
    );
  });
});
