import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalRandom } from '../testing/synthetic-voices.ts';
import { relabel, unitRows, vectors } from '../vectors.ts';
import { centroidLinkage, cutAtHeight } from './centroid-linkage.ts';
import { spansOf } from './local-speakers-kernel.ts';
import { community1Clusters, pyannote31Clusters } from './pyannote-clusters.ts';
import type { LocalVoices } from './pyannote-clusters.ts';
import { condense } from './two-level-linkage.ts';

/** `linkage(…, 'centroid')` and `fcluster(…, criterion='distance')` of SciPy 1.17 on points of a Lehmer generator. */
const golden = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../fixtures/centroid-linkage-golden.json'), 'utf8'),
) as { seed: number; n: number; d: number; heights: number[]; cuts: Record<string, number[]> }[];

function points(seed: number, n: number, d: number): Float32Array {
  let state = seed * 12_345 + 1;
  return Float32Array.from({ length: n * d }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
}

describe('centroid linkage', () => {
  it.each(golden)('is that of SciPy: $n points of $d', ({ seed, n, d, heights, cuts }) => {
    const tree = centroidLinkage(vectors(points(seed, n, d), d));
    tree.forEach(({ height }, k) => expect(height).toBeCloseTo(heights[k]!, 5));
    for (const [threshold, labels] of Object.entries(cuts)) {
      expect([...relabel(cutAtHeight(tree, n, Number(threshold))).labels]).toEqual([...relabel(labels).labels]);
    }
  });
  it('takes a row of weight 3 for three rows', () => {
    const three = vectors(Float32Array.from([0, 0, 0, 1, 2.2]), 1);
    const one = vectors(Float32Array.from([0, 1, 2.2]), 1);
    const heights = centroidLinkage(three)
      .map((merge) => merge.height)
      .filter((height) => height > 0);
    expect(centroidLinkage(one, [3, 1, 1]).map((merge) => merge.height)).toEqual(heights);
  });
});

/** Local speakers of windows: two in each, of `speakers` voices in turn. */
function voices(
  chunks: number,
  speakers: number,
  noise: number,
  seed = 1,
  size = 48,
): LocalVoices & { truth: number[] } {
  const random = normalRandom(seed);
  const centres = Array.from({ length: speakers * size }, () => random());
  const truth = Array.from({ length: 2 * chunks }, (_, i) => (Math.floor(i / 2 / 8) + (i % 2)) % speakers);
  const data = Float32Array.from(
    { length: truth.length * size },
    (_, at) => centres[truth[Math.floor(at / size)]! * size + (at % size)]! + noise * random(),
  );
  return {
    rows: unitRows(vectors(data, size)),
    chunk: truth.map((_, i) => Math.floor(i / 2)),
    solid: truth.map((_, i) => i % 7 !== 6),
    truth,
  };
}
const any = { min: 1, max: 20 };

describe.each([
  ['pyannote 3.1', pyannote31Clusters],
  ['community-1', community1Clusters],
] as const)('clustering of %s', (_name, cluster) => {
  it('finds the speakers', () => {
    for (const speakers of [2, 3, 5]) {
      const input = voices(80, speakers, 0.35, speakers);
      const { labels, count } = cluster(input, any);
      expect(count).toBe(speakers);
      expect([...relabel(labels).labels]).toEqual([...relabel(input.truth).labels]);
    }
  });
  it('obeys a number of speakers', () => {
    for (const wanted of [1, 2, 4, 6]) {
      const { labels, count } = cluster(voices(60, 3, 0.5), { min: wanted, max: wanted });
      expect(count).toBe(wanted);
      expect(Math.max(...labels)).toBeLessThan(wanted);
    }
  });
  it('takes no voices, one, and such that say nothing', () => {
    const none: LocalVoices = { rows: vectors(new Float32Array(0), 4), chunk: [], solid: [] };
    expect(cluster(none, any)).toEqual({ labels: new Int32Array(0), count: 0 });
    const silent: LocalVoices = { rows: vectors(new Float32Array(12), 4), chunk: [0, 1, 2], solid: [true, true, true] };
    expect([...cluster(silent, any).labels]).toEqual([0, 0, 0]);
  });
});

describe('community-1', () => {
  it('never gives two local speakers of a window one speaker', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0.2, max: 2, noNaN: true }), (seed, noise) => {
        const input = voices(30, 3, noise, seed);
        const { labels, count } = community1Clusters(input, { min: 1, max: 60 });
        for (let c = 0; c < 30 && count > 1; c++) expect(labels[2 * c]).not.toBe(labels[2 * c + 1]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('many voices', () => {
  it('are condensed to fewer points of the same weight, never of two speakers', () => {
    const input = voices(2500, 4, 0.3);
    const { points: few, weights, pointOf } = condense(input.rows, 0.7, () => undefined);
    expect(few.count).toBeLessThanOrEqual(2000);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(5000, 6);
    const speakerOf = new Map<number, number>();
    pointOf.forEach((point, i) => {
      const known = speakerOf.get(point);
      if (known !== undefined) expect(input.truth[i]).toBe(known);
      speakerOf.set(point, input.truth[i]!);
    });
  });
});

describe('spansOf', () => {
  it('goes from the middle of the first frame to that of the first one after', () => {
    const active = Uint8Array.from([0, 0, 1, 0, 1, 1, 0, 1]);
    const sums = Float32Array.from([0, 0, 3, 1, 2, 2, 0, 1]);
    const spans = spansOf(active, sums, 2, 10);
    expect(spans.map(({ label }) => label)).toEqual([0, 1]);
    expect(spans[0]!.endSec - spans[0]!.startSec).toBeCloseTo(2 * 0.016_875, 9);
    expect(spans[0]!.startSec).toBeCloseTo((270 + 495.5) / 16_000, 9);
    // 3 votes to 1, then alone.
    expect(spans[0]!.confidence).toBeCloseTo((0.75 + 1) / 2, 6);
  });
});
