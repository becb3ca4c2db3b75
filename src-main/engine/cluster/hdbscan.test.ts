import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hdbscan } from './hdbscan.ts';
import { agreement, syntheticVoices } from './testing/synthetic-voices.ts';
import { fuzzyGraph, umap } from './umap.ts';
import { relabel, vectors } from './vectors.ts';

/** scikit-learn 1.9 (whose `min_samples` counts the point itself) on points of a Lehmer generator around three places. */
const golden = JSON.parse(readFileSync(path.resolve(import.meta.dirname, 'fixtures/hdbscan-golden.json'), 'utf8')) as {
  seed: number;
  n: number;
  minSamples: number;
  minClusterSize: number;
  labels: number[];
}[];

function points(seed: number, n: number): Float32Array {
  const centres = [
    [0, 0],
    [4, 0],
    [0, 5],
  ];
  let state = seed * 12_345 + 1;
  return Float32Array.from({ length: 2 * n }, (_, at) => {
    state = (state * 48_271) % 2_147_483_647;
    const i = Math.floor(at / 2);
    const value = Math.fround(Math.fround(state / 2_147_483_647) + centres[i % 3]![at % 2]!);
    return i % 10 === 0 ? value * 6 - 8 : value;
  });
}

describe('HDBSCAN', () => {
  it.each(golden)(
    'is that of scikit-learn: $n points, $minSamples, $minClusterSize',
    ({ seed, n, labels, ...rules }) => {
      const found = hdbscan(vectors(points(seed, n), 2), rules);
      expect([...found.labels]).toEqual([...relabel(labels).labels]);
      expect(found.count).toBe(new Set(labels.filter((label) => label >= 0)).size);
    },
  );
  it('depends on the points, not on their order', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 60 }, (_, k) => k),
          { minLength: 60 },
        ),
        (order) => {
          const data = points(1, 60);
          const turned = Float32Array.from({ length: 120 }, (_, at) => data[2 * order[at >> 1]! + (at & 1)]!);
          const rules = { minSamples: 3, minClusterSize: 5 };
          const plain = hdbscan(vectors(data, 2), rules).labels;
          const found = hdbscan(vectors(turned, 2), rules).labels;
          const back = new Int32Array(60);
          order.forEach((from, to) => (back[from] = found[to]!));
          expect([...relabel(back).labels]).toEqual([...plain]);
        },
      ),
      { numRuns: 20 },
    );
  });
  it('takes no points, one, and points that are all alike', () => {
    expect(hdbscan(vectors(new Float32Array(0), 2)).count).toBe(0);
    expect([...hdbscan(vectors(new Float32Array(2), 2)).labels]).toEqual([-1]);
    expect(hdbscan(vectors(new Float32Array(80), 2)).labels).toHaveLength(40);
  });
});

describe('UMAP', () => {
  const voices = syntheticVoices(
    [0, 1, 2, 0, 1, 2].map((speaker) => ({ speaker, windows: 30 })),
    1.1,
    5,
  );
  it('weighs neighbours so that they sum to log₂ of their number, the nearest fully', () => {
    const { from, to, weight } = fuzzyGraph(voices.rows, 15);
    expect(Math.max(...weight)).toBeCloseTo(1, 6);
    for (const value of weight) expect(value).toBeGreaterThan(0);
    const pairs = new Set(Array.from(from, (i, e) => `${Math.min(i, to[e]!)} ${Math.max(i, to[e]!)}`));
    expect(pairs.size).toBe(from.length);
  });
  it('keeps what is near together, so that HDBSCAN finds the voices', () => {
    const places = umap(voices.rows, { neighbours: 15, dimensions: 8 });
    const { labels, count } = hdbscan(places, { minSamples: 5, minClusterSize: 10 });
    expect(count).toBe(3);
    expect(agreement(labels, voices.truth)).toBeGreaterThan(0.95);
  });
  it('is the same each time and takes any number of rows', () => {
    for (const count of [0, 1, 2, 3, 5]) {
      const rows = vectors(voices.rows.data.slice(0, count * voices.rows.size), voices.rows.size);
      const places = umap(rows);
      expect(places.count).toBe(count);
      expect([...umap(rows).data]).toEqual([...places.data]);
      for (const value of places.data) expect(Number.isFinite(value)).toBe(true);
    }
  });
});
