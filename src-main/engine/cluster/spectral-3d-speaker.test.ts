import { describe, expect, it } from 'vitest';
import { prunedLaplacian, spectral3dSpeaker } from './spectral-3d-speaker.ts';
import { agreement, syntheticVoices } from './testing/synthetic-voices.ts';
import { dot, vectors } from './vectors.ts';

const auto = { min: 1, max: 15 };
const turns = (speakers: number, rounds: number, windows = 5) =>
  Array.from({ length: speakers * rounds }, (_, k) => ({ speaker: k % speakers, windows }));

describe('spectral3dSpeaker', () => {
  it('keeps the six most alike windows of a row, or 1.2 %, and makes a Laplacian of the mean of both directions', () => {
    for (const windows of [50, 700]) {
      const { rows } = syntheticVoices([{ speaker: 0, windows }], 1.2, 3, 16);
      const keep = windows === 50 ? 6 : 9;
      const graph = prunedLaplacian(rows);
      for (const i of [0, 17, 49]) {
        const cosines = Array.from({ length: windows }, (_, j) => dot(rows, i, rows, j));
        const limit = [...cosines].sort((a, b) => b - a)[keep - 1]!;
        for (let j = 0; j < windows; j++) {
          if (j === i) continue;
          const back = Array.from({ length: windows }, (_, k) => dot(rows, j, rows, k)).sort((a, b) => b - a)[
            keep - 1
          ]!;
          const kept = Number(cosines[j]! >= limit) + Number(cosines[j]! >= back);
          expect(graph[i * windows + j]).toBeCloseTo((-kept * cosines[j]!) / 2, 5);
          expect(graph[j * windows + i]).toBe(graph[i * windows + j]);
        }
        const row = graph.subarray(i * windows, (i + 1) * windows);
        expect(row.reduce((sum, value, j) => sum + (j === i ? value : -Math.abs(value)), 0)).toBeCloseTo(0, 5);
      }
    }
  });
  it.each([2, 3, 5])('counts %i speakers', (speakers) => {
    const voices = syntheticVoices(turns(speakers, 8), 0.9, speakers);
    const result = spectral3dSpeaker(voices.rows, auto);
    expect(result.count).toBe(speakers);
    expect(agreement(result.labels, voices.truth)).toBeGreaterThan(0.97);
  });
  it('clusters few windows by average linkage down to a cosine of 0.4', () => {
    const voices = syntheticVoices(turns(3, 2, 3), 0.6, 4);
    const result = spectral3dSpeaker(voices.rows, auto);
    expect(result.count).toBe(3);
    expect(agreement(result.labels, voices.truth)).toBe(1);
  });
  it('gives groups of four windows or fewer to larger ones', () => {
    const voices = syntheticVoices(
      [
        { speaker: 0, windows: 40 },
        { speaker: 1, windows: 40 },
        { speaker: 2, windows: 3 },
      ],
      0.5,
      2,
    );
    const { labels, count } = spectral3dSpeaker(voices.rows, auto);
    const sizes = Array.from({ length: count }, (_, k) => labels.filter((label) => label === k).length);
    expect(Math.min(...sizes)).toBeGreaterThan(4);
  });
  it('obeys a given count, on short and long recordings', () => {
    for (const rounds of [2, 8, 60]) {
      const { rows } = syntheticVoices(turns(3, rounds), 0.9, 2);
      for (const count of [1, 2, 4]) expect(spectral3dSpeaker(rows, { min: count, max: count }).count).toBe(count);
    }
  });
  it('answers for next to nothing', () => {
    expect(spectral3dSpeaker(vectors(new Float32Array(0), 8), auto).count).toBe(0);
    expect([...spectral3dSpeaker(vectors(Float32Array.of(1, 0), 2), auto).labels]).toEqual([0]);
  });
});
