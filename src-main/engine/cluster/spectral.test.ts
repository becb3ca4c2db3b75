import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kmeans } from './kmeans.ts';
import { nmeSpectral } from './nme-sc.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { agreement, normalRandom, syntheticVoices } from './testing/synthetic-voices.ts';
import { vectors } from './vectors.ts';

function symmetric(n: number, seed: number): Float64Array {
  const random = normalRandom(seed);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = random();
  return out;
}

describe('symmetricEigen', () => {
  it('gives values and orthonormal vectors with A v = λ v', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.nat(10_000), (n, seed) => {
        const matrix = symmetric(n, seed);
        const { values, vectors: rows } = symmetricEigen(matrix.slice(), n, true);
        for (let k = 0; k < n; k++) {
          if (k > 0) expect(values[k]).toBeGreaterThanOrEqual(values[k - 1]!);
          for (let i = 0; i < n; i++) {
            let image = 0;
            for (let j = 0; j < n; j++) image += matrix[i * n + j]! * rows[k * n + j]!;
            expect(image).toBeCloseTo(values[k]! * rows[k * n + i]!, 8);
          }
          for (let other = 0; other <= k; other++) {
            let inner = 0;
            for (let j = 0; j < n; j++) inner += rows[k * n + j]! * rows[other * n + j]!;
            expect(inner).toBeCloseTo(other === k ? 1 : 0, 8);
          }
        }
        const alone = symmetricEigen(matrix.slice(), n, false).values;
        alone.forEach((value, k) => expect(value).toBeCloseTo(values[k]!, 8));
      }),
    );
  });
  it('knows a path graph: 2 − 2 cos(πk/n)', () => {
    const n = 30;
    const graph = new Float64Array(n * n);
    for (let i = 0; i + 1 < n; i++) {
      graph[i * n + i]! += 1;
      graph[(i + 1) * n + i + 1]! += 1;
      graph[i * n + i + 1] = graph[(i + 1) * n + i] = -1;
    }
    symmetricEigen(graph, n, false).values.forEach((value, k) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * k) / n), 10);
    });
  });
  it('finds as many zeros as a graph has pieces, however many', () => {
    // Every point joined with its nearest, as a spectral clustering with few neighbours does it.
    for (let seed = 1; seed <= 8; seed++) {
      const random = normalRandom(seed);
      const n = 200;
      const points = Array.from({ length: n }, () => [random(), random()] as const);
      const graph = new Float64Array(n * n);
      const piece = Array.from({ length: n }, (_, i) => i);
      points.forEach(([x, y], i) => {
        const distance = points.map(([u, v], j) => (j === i ? Infinity : Math.hypot(u - x, v - y)));
        const j = distance.indexOf(Math.min(...distance));
        graph[i * n + j]! -= 0.5;
        graph[j * n + i]! -= 0.5;
        graph[i * n + i]! += 0.5;
        graph[j * n + j]! += 0.5;
        const [from, to] = [piece[i]!, piece[j]!];
        for (let r = 0; r < n; r++) if (piece[r] === from) piece[r] = to;
      });
      const { values } = symmetricEigen(graph, n, true);
      expect(values.filter((value) => Math.abs(value) < 1e-9)).toHaveLength(new Set(piece).size);
    }
  });
  it('copes with zeros, repeated values and one row', () => {
    expect([...symmetricEigen(new Float64Array(16), 4, true).values]).toEqual([0, 0, 0, 0]);
    expect([...symmetricEigen(Float64Array.of(5), 1, true).values]).toEqual([5]);
    const ones = symmetricEigen(new Float64Array(25).fill(1), 5, true).values;
    expect(ones[4]).toBeCloseTo(5, 10);
    expect(ones[0]).toBeCloseTo(0, 10);
  });
});

describe('kmeans', () => {
  it('finds separate clouds, the same way each time', () => {
    const voices = syntheticVoices(
      [0, 1, 2, 3].map((speaker) => ({ speaker, windows: 25 })),
      0.5,
    );
    const result = kmeans(voices.rows, 4);
    expect(agreement(result.labels, voices.truth)).toBe(1);
    expect(kmeans(voices.rows, 4)).toEqual(result);
  });
  it('never explains less with more groups, and ends where each row is at its nearest mean', () => {
    const { rows } = syntheticVoices([{ speaker: 0, windows: 60 }], 1, 4, 8);
    let before = Infinity;
    for (let k = 1; k <= 8; k++) {
      const { sumOfSquares, count } = kmeans(rows, k);
      expect(count).toBe(k);
      expect(sumOfSquares).toBeLessThanOrEqual(before * 1.02);
      before = sumOfSquares;
    }
  });
  it('copes with fewer different rows than groups, and with none', () => {
    expect(kmeans(vectors(new Float32Array(40).fill(1), 4), 3).count).toBe(1);
    expect(kmeans(vectors(new Float32Array(0), 4), 3).count).toBe(0);
  });
});

describe('nmeSpectral', () => {
  const turns = (speakers: number, rounds: number) =>
    Array.from({ length: speakers * rounds }, (_, k) => ({ speaker: k % speakers, windows: 5 }));
  it.each([2, 3, 5])('counts %i speakers', (speakers) => {
    const voices = syntheticVoices(turns(speakers, 8), 0.9, speakers);
    const result = nmeSpectral(voices.rows, 1, 8);
    expect(result.count).toBe(speakers);
    expect(agreement(result.labels, voices.truth)).toBeGreaterThan(0.97);
  });
  it('obeys a given count', () => {
    const { rows } = syntheticVoices(turns(3, 8), 0.9, 2);
    for (const count of [1, 2, 4, 6]) expect(nmeSpectral(rows, count, count).count).toBe(count);
  });
  it('extends to more windows than its matrix holds', () => {
    const voices = syntheticVoices(turns(3, 60), 0.9, 7);
    const result = nmeSpectral(voices.rows, 1, 8);
    expect(result.count).toBe(3);
    expect(agreement(result.labels, voices.truth)).toBeGreaterThan(0.97);
  });
  it('answers for next to nothing', () => {
    for (const windows of [1, 2, 3, 6]) {
      const { rows } = syntheticVoices([{ speaker: 0, windows }], 1, 5);
      expect(nmeSpectral(rows, 1, 8).labels).toHaveLength(windows);
    }
  });
});
