import type { GaussianDistances } from '../statistics/full-gaussian.ts';
import { GaussianSums } from '../statistics/full-gaussian.ts';
import { labelsOf } from '../statistics/frames.ts';
import type { Frames, Stretch } from '../statistics/frames.ts';

/** Pairs between two calls of `pause`. */
const PAIRS_PER_PAUSE = 5000;

/** Neighbours that one Gaussian explains become one segment, from left to right. */
export function linearBic(
  frames: Frames,
  borders: readonly number[],
  lambda: number,
  distances: GaussianDistances,
): Stretch[] {
  const out: { start: number; end: number; sums: GaussianSums }[] = [];
  const ends = [...borders, frames.count];
  let start = 0;
  for (const end of ends) {
    if (end <= start) continue;
    const sums = new GaussianSums(frames.size).addStretch(frames, start, end);
    const last = out[out.length - 1];
    if (last && distances.deltaBic(last.sums, sums, lambda) < 0) {
      last.sums.merge(sums);
      last.end = end;
    } else out.push({ start, end, sums });
    start = end;
  }
  return out.map((segment, label) => ({ start: segment.start, end: segment.end, label }));
}

interface Cluster {
  sums: GaussianSums;
  logDeterminant: number;
  members: number[];
  /** Nearest later cluster in the list and its ΔBIC. */
  nearest: number;
  distance: number;
}

/**
 * Segments of one voice as one cluster: the pair of the lowest ΔBIC is merged until it is `stopAt` (0 = until two
 * Gaussians are worth their parameters) or until `speakers.min` are left; goes on to `speakers.max`. Memory grows with the
 * number of segments, not with its square.
 * @returns the segments with their cluster as label, numbered by first appearance
 */
export function hierarchicalBic(
  frames: Frames,
  segments: readonly Stretch[],
  lambda: number,
  speakers: { min: number; max: number },
  distances: GaussianDistances,
  pause: () => void = () => undefined,
): Stretch[] {
  const clusters: (Cluster | null)[] = segments.map(({ start, end }, k) => {
    const sums = new GaussianSums(frames.size).addStretch(frames, start, end);
    return { sums, logDeterminant: distances.logDeterminant(sums), members: [k], nearest: -1, distance: Infinity };
  });
  let left = clusters.length;
  let pairs = 0;
  const between = (a: Cluster, b: Cluster): number => {
    if (++pairs % PAIRS_PER_PAUSE === 0) pause();
    return distances.deltaBic(a.sums, b.sums, lambda, a.logDeterminant, b.logDeterminant);
  };
  const lookAhead = (i: number): void => {
    const one = clusters[i]!;
    one.nearest = -1;
    one.distance = Infinity;
    for (let j = i + 1; j < clusters.length; j++) {
      const other = clusters[j];
      if (!other) continue;
      const value = between(one, other);
      if (value < one.distance) [one.nearest, one.distance] = [j, value];
    }
  };
  for (let i = 0; i < clusters.length; i++) lookAhead(i);
  while (left > Math.max(1, speakers.min)) {
    let best = -1;
    for (let i = 0; i < clusters.length; i++) {
      if (clusters[i] && clusters[i]!.nearest >= 0 && (best < 0 || clusters[i]!.distance < clusters[best]!.distance))
        best = i;
    }
    if (best < 0 || (clusters[best]!.distance >= 0 && left <= speakers.max)) break;
    const kept = clusters[best]!;
    const goneAt = kept.nearest;
    const gone = clusters[goneAt]!;
    kept.sums.merge(gone.sums);
    kept.members.push(...gone.members);
    kept.logDeterminant = distances.logDeterminant(kept.sums);
    clusters[goneAt] = null;
    left--;
    for (let i = 0; i < goneAt; i++) {
      const one = clusters[i];
      if (!one) continue;
      if (i === best || one.nearest === best || one.nearest === goneAt) lookAhead(i);
      else if (i < best) {
        const value = between(one, kept);
        if (value < one.distance) [one.nearest, one.distance] = [best, value];
      }
    }
  }
  const labels = new Map<number, number>();
  clusters.forEach((cluster, c) => cluster?.members.forEach((member) => labels.set(member, c)));
  const names = new Map<number, number>();
  return segments.map(({ start, end }, k) => {
    const cluster = labels.get(k)!;
    if (!names.has(cluster)) names.set(cluster, names.size);
    return { start, end, label: names.get(cluster)! };
  });
}

/** Frames of each label, as indices. */
export function framesByLabel(stretches: readonly Stretch[], count: number, labelCount: number): number[][] {
  const out = Array.from({ length: labelCount }, (): number[] => []);
  labelsOf(stretches, count).forEach((label, t) => {
    if (label >= 0) out[label]!.push(t);
  });
  return out;
}
