import { dot, vectors } from './vectors.ts';
import type { Vectors } from './vectors.ts';

export interface UmapRules {
  neighbours: number;
  dimensions: number;
}

/** 3D-Speaker's values, with a least distance of 0 and cosine as the distance. */
export const umapRules: UmapRules = { neighbours: 40, dimensions: 60 };

/** 1 / (1 + a d²ᵇ) is the curve that falls from distance 0 on as e⁻ᵈ: least squares over 0 … 3, as umap-learn fits it. */
const CURVE_A = 1.932_808_3;
const CURVE_B = 0.790_494_6;
const NEGATIVE_SAMPLES = 5;
const MAX_STEP = 4;
const FEW_ROWS = 10_000;

/**
 * UMAP (McInnes et al., arXiv:1802.03426) of unit rows by cosine: rows that are near stay near, in fewer dimensions. Exact
 * neighbours; starts from a random projection; always the same for the same rows.
 */
export function umap(rows: Vectors, rules: UmapRules = umapRules, pause: () => void = () => undefined): Vectors {
  const n = rows.count;
  const neighbours = Math.min(rules.neighbours, n - 1);
  const size = Math.max(1, Math.min(rules.dimensions, n - 2, rows.size));
  if (neighbours < 1) return vectors(new Float32Array(n * size), size);
  const random = seeded(n);
  const graph = fuzzyGraph(rows, neighbours, pause);
  const places = projected(rows, size, random);
  layOut(places, graph, n <= FEW_ROWS ? 500 : 200, random, pause);
  return vectors(Float32Array.from(places.data), size);
}

interface Graph {
  from: Int32Array;
  to: Int32Array;
  /** 0..1 */
  weight: Float64Array;
}

/** Symmetric memberships: distances beyond the nearest neighbour, scaled so that they sum to log₂ k. */
export function fuzzyGraph(rows: Vectors, k: number, pause: () => void = () => undefined): Graph {
  const n = rows.count;
  const weights = new Map<number, number>();
  const target = Math.log2(k + 1);
  for (let i = 0; i < n; i++) {
    if (i % 50 === 0) pause();
    const near = nearestOf(rows, i, k);
    const rho = near.find(({ distance }) => distance > 0)?.distance ?? 0;
    const sigma = bandwidth(near, rho, target);
    for (const { j, distance } of near) {
      weights.set(i * n + j, distance <= rho ? 1 : Math.exp(-(distance - rho) / sigma));
    }
  }
  const pairs = [...weights.keys()].filter((at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return i < j || !weights.has(j * n + i);
  });
  const graph: Graph = {
    from: new Int32Array(pairs.length),
    to: new Int32Array(pairs.length),
    weight: new Float64Array(pairs.length),
  };
  pairs.forEach((at, e) => {
    const [i, j] = [Math.floor(at / n), at % n];
    const [a, b] = [weights.get(at)!, weights.get(j * n + i) ?? 0];
    graph.from[e] = i;
    graph.to[e] = j;
    graph.weight[e] = a + b - a * b;
  });
  return graph;
}

function nearestOf(rows: Vectors, i: number, k: number): { j: number; distance: number }[] {
  const distances = new Float64Array(rows.count);
  for (let j = 0; j < rows.count; j++) distances[j] = j === i ? Infinity : Math.max(0, 1 - dot(rows, i, rows, j));
  const limit = distances.slice().sort()[k - 1]!;
  const out: { j: number; distance: number }[] = [];
  distances.forEach((distance, j) => {
    if (distance <= limit) out.push({ j, distance });
  });
  return out.sort((a, b) => a.distance - b.distance || a.j - b.j).slice(0, k);
}

function bandwidth(near: readonly { distance: number }[], rho: number, target: number): number {
  let low = 0;
  let high = Infinity;
  let sigma = 1;
  for (let round = 0; round < 64; round++) {
    const sum = near.reduce(
      (total, { distance }) => total + (distance <= rho ? 1 : Math.exp(-(distance - rho) / sigma)),
      0,
    );
    if (Math.abs(sum - target) < 1e-5) break;
    if (sum > target) high = sigma;
    else low = sigma;
    sigma = high === Infinity ? sigma * 2 : (low + high) / 2;
  }
  const mean = near.reduce((total, { distance }) => total + distance, 0) / near.length;
  return Math.max(sigma, 1e-3 * mean, 1e-12);
}

/** Rows along random directions, as wide as umap-learn starts. */
function projected(rows: Vectors, size: number, random: () => number): { data: Float64Array; size: number } {
  const directions = Float64Array.from({ length: size * rows.size }, () => random() + random() + random() - 1.5);
  const data = new Float64Array(rows.count * size);
  let most = 1e-12;
  for (let i = 0; i < rows.count; i++) {
    for (let k = 0; k < size; k++) {
      let sum = 0;
      for (let d = 0; d < rows.size; d++) sum += rows.data[i * rows.size + d]! * directions[k * rows.size + d]!;
      data[i * size + k] = sum;
      most = Math.max(most, Math.abs(sum));
    }
  }
  return { data: data.map((value) => (10 * value) / most), size };
}

/** Stochastic gradient descent: ends of an edge attract each other as often as its weight says, random rows push away. */
function layOut(
  { data, size }: { data: Float64Array; size: number },
  { from, to, weight }: Graph,
  epochs: number,
  random: () => number,
  pause: () => void,
): void {
  const n = data.length / size;
  const heaviest = weight.reduce((most, value) => Math.max(most, value), 0);
  const every = weight.map((value) => (value > heaviest / epochs ? heaviest / value : Infinity));
  const due = every.slice();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const rate = 1 - (epoch - 1) / epochs;
    for (let e = 0; e < from.length; e++) {
      if (e % 2000 === 0) pause();
      if (due[e]! > epoch) continue;
      due[e]! += every[e]!;
      pull(from[e]! * size, to[e]! * size, rate);
      for (let k = 0; k < NEGATIVE_SAMPLES; k++) {
        const other = Math.floor(random() * n);
        if (other !== from[e]) push(from[e]! * size, other * size, rate);
      }
    }
  }

  function square(p: number, q: number): number {
    let sum = 0;
    for (let d = 0; d < size; d++) sum += (data[p + d]! - data[q + d]!) ** 2;
    return sum;
  }
  function pull(p: number, q: number, rate: number): void {
    const d2 = square(p, q);
    if (d2 <= 0) return;
    const power = d2 ** CURVE_B;
    const force = (-2 * CURVE_A * CURVE_B * power) / (d2 * (1 + CURVE_A * power));
    for (let d = 0; d < size; d++) {
      const step = rate * Math.max(-MAX_STEP, Math.min(MAX_STEP, force * (data[p + d]! - data[q + d]!)));
      data[p + d]! += step;
      data[q + d]! -= step;
    }
  }
  function push(p: number, q: number, rate: number): void {
    const d2 = square(p, q);
    const force = d2 > 0 ? (2 * CURVE_B) / ((0.001 + d2) * (1 + CURVE_A * d2 ** CURVE_B)) : 0;
    if (force <= 0) return;
    for (let d = 0; d < size; d++) {
      data[p + d]! += rate * Math.max(-MAX_STEP, Math.min(MAX_STEP, force * (data[p + d]! - data[q + d]!)));
    }
  }
}

function seeded(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
