import { averageLinkage, cutToCount } from './ahc.ts';
import { seedGroups, windowTree } from './seed-groups.ts';
import { centroids, gram, relabel, unitRows, vectors } from './vectors.ts';
import type { Vectors } from './vectors.ts';
import { VoiceGroups } from './voice-groups.ts';
import type { TimedVectors } from './voice-windows.ts';

/** Windows of one block: about five minutes of speech. Blocks follow from the windows alone. */
const BLOCK_WINDOWS = 400;
/** Groups kept of one block: more voices than that hardly speak within five minutes. */
const BLOCK_GROUPS = 24;
const BLOCK_MIN_WINDOWS = 3;
/** Groups clustered at once on the second level, so that the matrix stays small however long the recording is. */
const LEVEL_GROUPS = 2000;

/**
 * Seed groups of a recording too long for one matrix of distances, in two levels: each block of windows is divided
 * finely by itself, then the block groups of the whole recording are clustered by their means. Memory grows with the
 * number of windows, not with its square.
 */
export function longRecordingSeeds(
  windows: TimedVectors,
  maxSeeds: number,
  pause: () => void,
): { labels: Int32Array; count: number } {
  const { rows } = windows;
  const labels = new Int32Array(rows.count).fill(-1);
  let groupCount = 0;
  const blocks = Math.ceil(rows.count / BLOCK_WINDOWS);
  for (let block = 0; block < blocks; block++) {
    pause();
    // Equal blocks, so that the last one is no splinter.
    const from = Math.floor((block * rows.count) / blocks);
    const to = Math.floor(((block + 1) * rows.count) / blocks);
    const part = slice(windows, from, to);
    const seeds = seedGroups(windowTree(part.rows), part.rows.count, BLOCK_MIN_WINDOWS, BLOCK_GROUPS);
    if (seeds.count === 0) continue;
    const groups = new VoiceGroups(part, seeds.labels, seeds.count);
    groups.settle(4);
    const settled = relabel(groups.labels);
    settled.labels.forEach((label, i) => {
      labels[from + i] = groupCount + label;
    });
    groupCount += settled.count;
  }
  if (groupCount === 0) return { labels: new Int32Array(rows.count), count: 1 };
  pause();
  const joined = joinByMeans(rows, labels, groupCount, maxSeeds);
  return relabel(labels.map((label) => (label < 0 ? -1 : joined[label]!)));
}

/** Second level: average linkage of group means, weighted by their windows. */
function joinByMeans(rows: Vectors, labels: Int32Array, groupCount: number, maxSeeds: number): Int32Array {
  const means = unitRows(centroids(rows, labels, groupCount));
  const sizes = new Float64Array(groupCount);
  for (const label of labels) if (label >= 0) sizes[label]!++;
  const out = new Int32Array(groupCount);
  let offset = 0;
  const parts = Math.ceil(groupCount / LEVEL_GROUPS);
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * groupCount) / parts);
    const to = Math.floor(((part + 1) * groupCount) / parts);
    const some = vectors(means.data.subarray(from * rows.size, to * rows.size), rows.size);
    const distance = gram(some).map((value) => 1 - value);
    const tree = averageLinkage(distance, some.count, sizes.subarray(from, to));
    const cut = cutToCount(tree, some.count, maxSeeds);
    cut.labels.forEach((label, i) => (out[from + i] = offset + label));
    offset += cut.count;
  }
  return out;
}

function slice({ rows, startSec, endSec }: TimedVectors, from: number, to: number): TimedVectors {
  return {
    rows: vectors(rows.data.subarray(from * rows.size, to * rows.size), rows.size),
    startSec: Array.from({ length: to - from }, (_, i) => startSec[from + i]!),
    endSec: Array.from({ length: to - from }, (_, i) => endSec[from + i]!),
  };
}
