import { assignAtLeastCost } from '#shared/math/hungarian.ts';
import { kmeans } from '../kmeans.ts';
import { meanCosineWithin } from '../vbx-clusters.ts';
import { vbx, vbxPresets } from '../vbx.ts';
import { centroids, dot, relabel, unitRows, vectors } from '../vectors.ts';
import type { Vectors } from '../vectors.ts';
import { centroidLinkage, cutAtHeight } from './centroid-linkage.ts';
import { condense } from './two-level-linkage.ts';

/** Published values (https://github.com/pyannote/pyannote-audio, speaker-diarization-3.1 and -community-1). */
export const pyannote31Rules = { threshold: 0.7045654963945799, minClusterSize: 12 } as const;
export const community1Rules = { threshold: 0.6, sharpness: 7, minWeight: 1e-7 } as const;

/** Voices of local speakers, in order of time. */
export interface LocalVoices {
  /** Unit length; a row of zeros says nothing. */
  rows: Vectors;
  chunk: ArrayLike<number>;
  /** Speaks alone long enough to find clusters with. */
  solid: ArrayLike<boolean>;
}

export interface Bounds {
  min: number;
  max: number;
}

type Grouping = { labels: Int32Array; count: number };

/** Rows that clusters are found with; all that say anything if none is solid. */
function trainingRows({ rows, solid }: LocalVoices): number[] {
  const says: number[] = [];
  for (let i = 0; i < rows.count; i++) {
    if (rows.data.subarray(i * rows.size, (i + 1) * rows.size).some((value) => value !== 0)) says.push(i);
  }
  const chosen = says.filter((i) => solid[i]);
  return chosen.length > 0 ? chosen : says;
}

function pick({ data, size }: Vectors, indices: readonly number[]): Vectors {
  const out = new Float32Array(indices.length * size);
  indices.forEach((i, k) => out.set(data.subarray(i * size, (i + 1) * size), k * size));
  return vectors(out, size);
}

/**
 * pyannote 3.1: centroid linkage of unit-length voices, cut at the threshold; groups below the least size go to the nearest
 * larger one; a number of speakers that is not met moves the cut to where it is met best. Then every voice goes to the
 * nearest centroid.
 */
export function pyannote31Clusters(voices: LocalVoices, bounds: Bounds, pause: () => void = () => undefined): Grouping {
  const chosen = trainingRows(voices);
  if (chosen.length < 2) return { labels: new Int32Array(voices.rows.count), count: Math.min(1, voices.rows.count) };
  const training = pick(voices.rows, chosen);
  const { threshold, minClusterSize } = pyannote31Rules;
  const least = Math.min(minClusterSize, Math.max(1, Math.round(0.1 * training.count)));
  const { points, weights, pointOf } = condense(training, threshold, pause);
  const tree = centroidLinkage(points, weights, pause);
  const largeAt = (labels: Int32Array): number => {
    const sizes = new Map<number, number>();
    labels.forEach((label, i) => sizes.set(label, (sizes.get(label) ?? 0) + weights[i]!));
    return [...sizes.values()].filter((size) => size >= least).length;
  };
  let cut = cutAtHeight(tree, points.count, threshold);
  const found = largeAt(cut);
  const wanted = Math.max(bounds.min, Math.min(bounds.max, Math.max(1, found)));
  if (found !== wanted) cut = bestCut(wanted);
  const whole = relabel(Int32Array.from(pointOf, (point) => cut[point]!));
  const groups = largeGroups(training, whole, found === 0 && wanted === 1 ? Infinity : least);
  if (bounds.min === bounds.max && groups.count !== wanted) return toNearest(voices.rows, kmeansOf(training, wanted));
  return toNearest(voices.rows, centroids(training, groups.labels, groups.count));

  /** The cut with the wanted number of large groups, nearest to the threshold; else the one that comes closest. */
  function bestCut(target: number): Int32Array {
    const heights = [...new Set(tree.map((merge) => merge.height))].sort(
      (a, b) => Math.abs(a - threshold) - Math.abs(b - threshold),
    );
    let best = { miss: Infinity, labels: cut };
    for (const height of heights) {
      pause();
      const labels = cutAtHeight(tree, points.count, height);
      const miss = Math.abs(largeAt(labels) - target);
      if (miss < best.miss) best = { miss, labels };
      if (miss === 0) break;
    }
    return best.labels;
  }
}

/** Groups of at least `least` rows; the others go to the nearest of these by the cosine of their means. */
function largeGroups(rows: Vectors, { labels, count }: Grouping, least: number): Grouping {
  const sizes = new Int32Array(count);
  for (const label of labels) sizes[label]!++;
  const large = [...sizes.keys()].filter((label) => sizes[label]! >= least);
  if (large.length === 0) return { labels: new Int32Array(labels.length), count: 1 };
  const means = unitRows(centroids(rows, labels, count));
  const home = Int32Array.from({ length: count }, (_, label) =>
    sizes[label]! >= least
      ? label
      : large.reduce((best, other) =>
          dot(means, other, means, label) > dot(means, best, means, label) ? other : best,
        ),
  );
  return relabel(labels.map((label) => home[label]!));
}

const kmeansOf = (rows: Vectors, count: number): Vectors => {
  const found = kmeans(rows, count);
  return centroids(rows, found.labels, found.count);
};

/** Every row to the centroid of the highest cosine. */
function toNearest(rows: Vectors, means: Vectors): Grouping {
  const voices = unitRows(means);
  const labels = Int32Array.from({ length: rows.count }, (_, i) => {
    let best = 0;
    for (let k = 1; k < voices.count; k++) if (dot(voices, k, rows, i) > dot(voices, best, rows, i)) best = k;
    return best;
  });
  return { labels, count: voices.count };
}

/**
 * community-1: centroid linkage for the first groups, then variational Bayes without order in time; the local speakers of
 * one window never share a speaker. Without its PLDA, voices of one speaker are taken to lie around it alike in all
 * directions, see `vbxClusters`. A number of speakers that is not met is made by k-means.
 */
export function community1Clusters(voices: LocalVoices, bounds: Bounds, pause: () => void = () => undefined): Grouping {
  const chosen = trainingRows(voices);
  if (chosen.length < 2) return { labels: new Int32Array(voices.rows.count), count: Math.min(1, voices.rows.count) };
  const training = pick(voices.rows, chosen);
  const { threshold, sharpness, minWeight } = community1Rules;
  const { points, weights, pointOf } = condense(training, threshold, pause);
  const cut = cutAtHeight(centroidLinkage(points, weights, pause), points.count, threshold);
  const first = relabel(Int32Array.from(pointOf, (point) => cut[point]!));
  const startSec = Float64Array.from(chosen, (i) => voices.chunk[i]!);
  const rho = meanCosineWithin(
    { rows: training, startSec, endSec: startSec.map((sec) => sec + 10) },
    first.labels,
    first.count,
  );
  const scale = Math.sqrt(training.size / (1 - rho));
  const result = vbx(
    Float64Array.from(training.data, (value) => scale * value),
    new Float64Array(training.size).fill(rho / (1 - rho)),
    softened(first, sharpness),
    vbxPresets['community-1'],
    pause,
  );
  const kept = [...result.pi.keys()].filter((s) => result.pi[s]! > minWeight);
  const wanted = Math.max(bounds.min, Math.min(bounds.max, Math.max(1, kept.length)));
  if (wanted !== kept.length) return toNearest(voices.rows, kmeansOf(training, wanted));
  return constrained(voices, weightedMeans(training, result.gamma, result.pi.length, kept));
}

function softened({ labels, count }: Grouping, sharpness: number): Float64Array {
  const other = 1 / (Math.exp(sharpness) + count - 1);
  const gamma = new Float64Array(labels.length * count).fill(other);
  labels.forEach((label, i) => (gamma[i * count + label] = Math.exp(sharpness) * other));
  return gamma;
}

function weightedMeans(rows: Vectors, gamma: Float64Array, speakers: number, kept: readonly number[]): Vectors {
  const data = new Float32Array(kept.length * rows.size);
  kept.forEach((speaker, k) => {
    let mass = 0;
    for (let i = 0; i < rows.count; i++) {
      const share = gamma[i * speakers + speaker]!;
      mass += share;
      for (let d = 0; d < rows.size; d++) data[k * rows.size + d]! += share * rows.data[i * rows.size + d]!;
    }
    for (let d = 0; d < rows.size; d++) data[k * rows.size + d]! /= Math.max(1e-12, mass);
  });
  return vectors(data, rows.size);
}

/** Voices of each window to different speakers, by the greatest sum of cosines; one too many is nobody's (−1). */
function constrained({ rows, chunk }: LocalVoices, means: Vectors): Grouping {
  const voices = unitRows(means);
  const labels = new Int32Array(rows.count).fill(-1);
  for (let from = 0; from < rows.count;) {
    let to = from;
    while (to < rows.count && chunk[to] === chunk[from]) to++;
    const cost = Array.from({ length: to - from }, (_, i) =>
      Float64Array.from({ length: voices.count }, (_unused, k) => 1 - dot(voices, k, rows, from + i)),
    );
    assignAtLeastCost(cost).forEach((column, i) => (labels[from + i] = column));
    from = to;
  }
  return { labels, count: voices.count };
}
