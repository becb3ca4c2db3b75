import { cutToCount, labelsAfter } from './ahc.ts';
import { constrainedAhc, joinedByMustLink } from './constrained-ahc.ts';
import type { Constraints } from './constrained-ahc.ts';
import { constrainedVbx } from './constrained-vbx.ts';
import { calibratedThreshold } from './score-calibration.ts';
import { windowTree } from './seed-groups.ts';
import { longRecordingSeeds } from './long-recording.ts';
import { kmeans } from './kmeans.ts';
import { likeliestSpeakers, vbx } from './vbx.ts';
import type { VbxOptions } from './vbx.ts';
import { centroids, dot, gram, relabel, unitRows, vectors } from './vectors.ts';
import type { Vectors } from './vectors.ts';
import { forOverlappingPairs } from './voice-windows.ts';
import type { TimedVectors } from './voice-windows.ts';

/** Windows up to which a full matrix of scores is made. */
const DENSE_WINDOWS = 1000;
/** Groups to start from in longer recordings. */
const LONG_SEEDS = 40;
/** Groups that are joined under constraints in longer recordings: fine enough that few hold two voices. */
const FINE_SEEDS = 400;
/** Published bias of the calibrated threshold: start from rather too many groups. */
const THRESHOLD_BIAS = -0.015;
/** Published sharpness of the first responsibilities. */
const SMOOTHING = 7;

/**
 * VBx without PLDA, on unit-length embeddings: windows of a voice are taken to lie around it with the same variance in all
 * directions, as far as the mean cosine within the first groups says (rho): in units of that variance the windows are
 * u·√(D/(1 − rho)) and the speakers have variance rho/(1 − rho). First groups by average linkage, cut at the calibrated
 * threshold, as published. A given number of speakers that is not met is made by k-means, as community-1 does.
 * @param rows unit length
 */
export function vbxClusters(
  windows: TimedVectors,
  options: VbxOptions,
  speakers: { min: number; max: number },
  pause: () => void,
): { labels: Int32Array; count: number } {
  const { rows } = windows;
  const n = rows.count;
  if (n < 2) return relabel(new Int32Array(n));
  const { scaled, phi, gamma } = starting(windows, firstGroups(windows, pause));
  const found = relabel(likeliestSpeakers(vbx(scaled, phi, gamma, options, pause)));
  const wanted = Math.max(speakers.min, Math.min(speakers.max, found.count));
  return wanted === found.count ? found : kmeans(rows, wanted);
}

/**
 * `vbxClusters` for as many speakers as it finds, with what a person said about pairs of windows; first groups by
 * `constrainedAhc`, in long recordings of fine seeds instead of windows.
 * @param rows unit length
 * @param constraints pairs of windows
 * @returns labels that keep every constraint, numbered by appearance
 * @throws AppError `bad-input` when the constraints contradict each other
 */
export function constrainedVbxClusters(
  windows: TimedVectors,
  constraints: Constraints,
  options: VbxOptions,
  pause: () => void,
): { labels: Int32Array; count: number } {
  const dense = windows.rows.count <= DENSE_WINDOWS;
  const first = dense
    ? constrainedGroups(windows.rows, constraints)
    : longConstrainedGroups(windows, constraints, pause);
  const { scaled, phi, gamma } = starting(windows, first);
  const { labels, count } = constrainedVbx(scaled, phi, gamma, constraints, options, pause);
  return { labels, count };
}

function constrainedGroups(rows: Vectors, constraints: Constraints): { labels: Int32Array; count: number } {
  const scores = gram(rows);
  const threshold = rows.count < 2 ? 0 : calibratedThreshold(scores) + THRESHOLD_BIAS;
  return joined(scores, rows.count, constraints, threshold);
}

/**
 * First groups of a recording too long for one matrix: fine seeds, in which windows that something was said about stand for
 * themselves, joined by the mean cosine between their windows. Windows of no seed go to the most similar group.
 */
function longConstrainedGroups(
  windows: TimedVectors,
  constraints: Constraints,
  pause: () => void,
): { labels: Int32Array; count: number } {
  const { rows } = windows;
  const seeds = longRecordingSeeds(windows, FINE_SEEDS, pause).labels;
  const componentOf = joinedByMustLink(rows.count, constraints);
  const said = new Set(
    [...constraints.mustLink, ...constraints.cannotLink].flatMap((pair) => pair.map((t) => componentOf[t]!)),
  );
  const items = relabel(seeds.map((seed, t) => (said.has(componentOf[t]!) ? FINE_SEEDS + componentOf[t]! : seed)));
  pause();
  const cannotLink = constraints.cannotLink.map(([a, b]) => [items.labels[a]!, items.labels[b]!] as const);
  const scores = gram(centroids(rows, items.labels, items.count));
  const threshold = calibratedThreshold(gram(everyNth(rows, DENSE_WINDOWS))) + THRESHOLD_BIAS;
  const groups = joined(scores, items.count, { mustLink: [], cannotLink }, threshold);
  pause();
  const labels = items.labels.map((item) => (item < 0 ? -1 : groups.labels[item]!));
  const means = unitRows(centroids(rows, labels, groups.count));
  for (let t = 0; t < labels.length; t++) {
    if (labels[t]! >= 0) continue;
    let best = 0;
    for (let c = 1; c < groups.count; c++) if (dot(rows, t, means, c) > dot(rows, t, means, best)) best = c;
    labels[t] = best;
  }
  return relabel(labels);
}

/** At most `most` rows, evenly over the recording. */
function everyNth(rows: Vectors, most: number): Vectors {
  const step = Math.ceil(rows.count / most);
  const count = Math.ceil(rows.count / step);
  const data = new Float32Array(count * rows.size);
  for (let i = 0; i < count; i++) {
    data.set(rows.data.subarray(i * step * rows.size, (i * step + 1) * rows.size), i * rows.size);
  }
  return vectors(data, rows.size);
}

function joined(
  scores: Float32Array,
  n: number,
  constraints: Constraints,
  threshold: number,
): { labels: Int32Array; count: number } {
  const distance = scores.map((score) => 1 - score);
  return constrainedAhc(distance, n, constraints, { maxDistance: 1 - threshold, minGroups: 1 });
}

/** What VBx starts from: windows in units of the variance around their voice, and softened groups. */
function starting(
  windows: TimedVectors,
  first: { labels: Int32Array; count: number },
): { scaled: Float64Array; phi: Float64Array; gamma: Float64Array } {
  const { rows } = windows;
  const rho = meanCosineWithin(windows, first.labels, first.count);
  const scale = Math.sqrt(rows.size / (1 - rho));
  return {
    scaled: Float64Array.from(rows.data, (value) => scale * value),
    phi: new Float64Array(rows.size).fill(rho / (1 - rho)),
    gamma: softened(first.labels, first.count),
  };
}

function firstGroups(windows: TimedVectors, pause: () => void): { labels: Int32Array; count: number } {
  const { rows } = windows;
  if (rows.count > DENSE_WINDOWS) {
    const seeds = longRecordingSeeds(windows, LONG_SEEDS, pause);
    // Windows that are in no group start with the first: their responsibilities move at once.
    return relabel(seeds.labels.map((label) => Math.max(0, label)));
  }
  const scores = gram(rows);
  const threshold = calibratedThreshold(scores) + THRESHOLD_BIAS;
  const tree = windowTree(rows);
  const merges = tree.findIndex((merge) => merge.height > 1 - threshold);
  return merges < 0 ? cutToCount(tree, rows.count, 1) : labelsAfter(tree, rows.count, merges);
}

/** Mean cosine of windows of one group that share no sound, kept away from 0 and 1. */
export function meanCosineWithin(windows: TimedVectors, labels: ArrayLike<number>, count: number): number {
  const { rows } = windows;
  const sizes = new Float64Array(count);
  for (let i = 0; i < rows.count; i++) sizes[labels[i]!]!++;
  const means = centroids(rows, labels, count);
  let sum = 0;
  let pairs = 0;
  for (let c = 0; c < count; c++) {
    let square = 0;
    for (let d = c * rows.size; d < (c + 1) * rows.size; d++) square += means.data[d]! ** 2;
    sum += sizes[c]! ** 2 * square - sizes[c]!;
    pairs += sizes[c]! * (sizes[c]! - 1);
  }
  forOverlappingPairs(windows, (i, j) => {
    if (labels[i] !== labels[j]) return;
    let cosine = 0;
    for (let d = 0; d < rows.size; d++) cosine += rows.data[i * rows.size + d]! * rows.data[j * rows.size + d]!;
    sum -= 2 * cosine;
    pairs -= 2;
  });
  return Math.max(0.05, Math.min(0.95, pairs > 0.5 ? sum / pairs : 0.5));
}

function softened(labels: ArrayLike<number>, count: number): Float64Array {
  const other = 1 / (Math.exp(SMOOTHING) + count - 1);
  const gamma = new Float64Array(labels.length * count).fill(other);
  for (let i = 0; i < labels.length; i++) gamma[i * count + labels[i]!] = Math.exp(SMOOTHING) * other;
  return gamma;
}
