import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avDiarizationClusters, majorityLabels } from './av-diarization-clusters.ts';
import { densityClusters } from './density-clusters.ts';
import { frameLabels, refineOverlap } from './local-speakers/overlap-refinement.ts';
import { CHUNK_FRAMES } from '../audio/segmentation/chunk-grid.ts';
import { agreement, syntheticVoices } from './testing/synthetic-voices.ts';
import { relabel, vectors } from './vectors.ts';
import type { Vectors } from './vectors.ts';

const any = { min: 1, max: 20 };
const talk = [0, 1, 2, 0, 2, 1].map((speaker) => ({ speaker, windows: 20 }));

describe.each([
  ['av-diarization', avDiarizationClusters],
  ['UMAP and HDBSCAN', densityClusters],
] as const)('clustering by %s', (_name, cluster) => {
  it('finds the voices', () => {
    const { rows, truth } = syntheticVoices(talk, 0.6, 3);
    const { labels, count } = cluster(rows, any);
    expect(count).toBe(3);
    expect(agreement(labels, truth)).toBeGreaterThan(0.98);
  });
  it('obeys a number of speakers', () => {
    const { rows } = syntheticVoices(talk, 1, 2);
    for (const wanted of [1, 2, 5]) {
      const { labels, count } = cluster(rows, { min: wanted, max: wanted });
      expect(count).toBe(wanted);
      expect(new Set(labels).size).toBe(wanted);
    }
  });
  it('labels every window, from 0 in order of appearance, whatever their number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.nat(50), (count, seed) => {
        const all = syntheticVoices(talk, 1.2, seed).rows;
        const rows: Vectors = vectors(all.data.slice(0, count * all.size), all.size);
        const { labels, count: found } = cluster(rows, any);
        expect(labels).toHaveLength(count);
        expect([...relabel(labels).labels]).toEqual([...labels]);
        expect(new Set(labels).size).toBe(found);
      }),
      { numRuns: 12 },
    );
  });
});

describe('majorityLabels', () => {
  it('takes what most of the windows around say, inside a region', () => {
    const labels = [0, 0, 1, 0, 0, 1, 1, 1, 1, 1];
    const region = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    expect([...majorityLabels(labels, region, 5)]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect([...majorityLabels([1, 0], [0, 0], 5)]).toEqual([1, 0]);
  });
  it('leaves one voice as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 30 }), (region) => {
        const sorted = region.sort((a, b) => a - b);
        expect([
          ...majorityLabels(
            sorted.map(() => 2),
            sorted,
            5,
          ),
        ]).toEqual(sorted.map(() => 2));
      }),
    );
  });
});

describe('overlap refinement', () => {
  const hop = 16_000;
  it('gives local speakers to those they share most with, and adds the second where two speak', () => {
    const local = new Uint8Array(CHUNK_FRAMES);
    // Local 0 first, then both, then local 2.
    local.fill(0b001, 0, 200);
    local.fill(0b101, 200, 300);
    local.fill(0b100, 300, 500);
    const labels = new Int32Array(CHUNK_FRAMES).fill(-1);
    labels.fill(1, 0, 250);
    labels.fill(0, 250, 550);
    const { active } = refineOverlap(local, labels, 2, hop);
    const at = (t: number): number[] => [...active.subarray(2 * t, 2 * t + 2)];
    expect([at(100), at(220), at(280), at(400)]).toEqual([
      [0, 1],
      [1, 1],
      [1, 1],
      [1, 0],
    ]);
    // Where nobody is active locally the window's own speaker stays.
    expect(at(520)).toEqual([1, 0]);
    expect(at(580)).toEqual([0, 0]);
  });
  it('lets windows part at the middle of what they share', () => {
    const labels = frameLabels(
      [
        { startSec: 0, endSec: 1.5, region: 0, label: 0 },
        { startSec: 0.75, endSec: 2.25, region: 0, label: 1 },
        { startSec: 4, endSec: 5, region: 1, label: 0 },
      ],
      400,
    );
    const at = (sec: number): number => labels[Math.round((sec - 0.031) / 0.016_875)]!;
    expect([0.5, 1.05, 1.2, 2.2, 3, 4.5].map(at)).toEqual([0, 0, 1, 1, -1, 0]);
  });
});
