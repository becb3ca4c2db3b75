import { averageLinkage, cutToCount, labelsAfter } from './ahc.ts';
import { condense } from './local-speakers/two-level-linkage.ts';
import { centroids, gram, relabel, unitRows } from './vectors.ts';
import type { Vectors } from './vectors.ts';

/** av-diarization's values (https://github.com/JaesungHuh/av-diarization). */
export const avDiarizationRules = {
  /** A window is a known voice's from this cosine on. */
  sameVoice: 0.6,
  /** Groups whose voices are at most this far apart are one. */
  groupDistance: 0.3,
  /** Width of the majority filter over labels, seconds (25 frames of 25 a second). */
  majoritySec: 1,
} as const;

/**
 * What av-diarization does where it follows no face: windows of one voice by average linkage down to its cosine for voices
 * off screen, then groups joined by its distance of groups.
 * @param rows unit length, in order of time
 */
export function avDiarizationClusters(
  rows: Vectors,
  speakers: { min: number; max: number },
  pause: () => void = () => undefined,
): { labels: Int32Array; count: number } {
  const { sameVoice, groupDistance } = avDiarizationRules;
  if (rows.count < 2) return relabel(new Int32Array(rows.count));
  // Euclidean distance of unit vectors of that cosine.
  const { points, weights, pointOf } = condense(rows, Math.sqrt(2 * (1 - sameVoice)), pause);
  const first = cut(points, weights, 1 - sameVoice);
  const sizes = new Float64Array(first.count);
  first.labels.forEach((label, i) => (sizes[label]! += weights[i]!));
  const means = centroids(points, first.labels, first.count, weights);
  const second = cut(means, sizes, groupDistance);
  const wanted = Math.max(speakers.min, Math.min(speakers.max, second.count));
  const groups =
    wanted === second.count
      ? first.labels.map((label) => second.labels[label]!)
      : wanted <= first.count
        ? first.labels.map((label) => cutToCount(tree(means, sizes), first.count, wanted).labels[label]!)
        : cutToCount(tree(points, weights), points.count, wanted).labels;
  return relabel(Int32Array.from(pointOf, (point) => groups[point]!));
}

function tree(rows: Vectors, weights: ArrayLike<number>) {
  return averageLinkage(
    gram(unitRows(rows)).map((cosine) => 1 - cosine),
    rows.count,
    weights,
  );
}

function cut(rows: Vectors, weights: ArrayLike<number>, height: number): { labels: Int32Array; count: number } {
  const merges = tree(rows, weights);
  return labelsAfter(merges, rows.count, merges.filter((merge) => merge.height <= height).length);
}

/**
 * The most frequent label of the windows around each one, inside its region; the window's own label where several are.
 * @param width windows, odd; regions shorter than that stay as they are
 */
export function majorityLabels(labels: ArrayLike<number>, region: ArrayLike<number>, width: number): Int32Array {
  const out = Int32Array.from(labels);
  const half = (width - 1) / 2;
  for (let start = 0; start < labels.length;) {
    let end = start + 1;
    while (end < labels.length && region[end] === region[start]) end++;
    for (let i = start; end - start >= width && i < end; i++) {
      const votes = new Map<number, number>();
      for (let k = i - half; k <= i + half; k++) {
        // The edges repeat the first and the last label.
        const label = labels[Math.max(start, Math.min(end - 1, k))]!;
        votes.set(label, (votes.get(label) ?? 0) + 1);
      }
      for (const [label, count] of votes) if (count > votes.get(out[i]!)!) out[i] = label;
    }
    start = end;
  }
  return out;
}
