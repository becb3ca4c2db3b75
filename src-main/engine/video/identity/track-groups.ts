import { constrainedAhc } from '../../cluster/constrained-ahc.ts';
import { relabel } from '../../cluster/vectors.ts';

/** A track, or several that are known to be one person, and the faces seen of it: vectors of length 1. */
export interface LookedTrack {
  readonly vectors: readonly Float32Array[];
}

export interface GroupOptions {
  /** Cosine distance up to which two are one person. */
  readonly maxDistance: number;
  /** Pairs of tracks that are seen together, and so are two people. */
  readonly cannotLink: readonly (readonly [number, number])[];
}

/** Above this the matrix of distances is too large: tracks are grouped in parts, then the groups. */
const PART_TRACKS = 1000;

export const cosine = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
};

/** Middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median of the cosine distances of all pairs. */
export const medianDistance = (a: LookedTrack, b: LookedTrack): number =>
  median(a.vectors.flatMap((one) => b.vectors.map((other) => 1 - cosine(one, other))));

/**
 * People of av-diarization (Chung et al. 2020, docs/adr/0083): tracks one after another join the nearest group by the median
 * distance, if that is at most `maxDistance`, and found a group otherwise.
 * @param onPart called before each track, such as to leave when the work was cancelled
 * @returns labels numbered by appearance
 */
export function groupByMedian(
  tracks: readonly LookedTrack[],
  options: GroupOptions,
  onPart: () => void = () => undefined,
): Int32Array {
  const apart = neighbours(tracks.length, options.cannotLink);
  const groups: { members: number[]; vectors: Float32Array[] }[] = [];
  const labels = tracks.map((track, number) => {
    onPart();
    let best = -1;
    let nearest = Infinity;
    groups.forEach((group, label) => {
      if (group.members.some((member) => apart[number]!.has(member))) return;
      const distance = medianDistance(track, group);
      if (distance < nearest) [best, nearest] = [label, distance];
    });
    if (!(nearest <= options.maxDistance)) best = groups.push({ members: [], vectors: [] }) - 1;
    groups[best]!.members.push(number);
    groups[best]!.vectors.push(...track.vectors);
    return best;
  });
  return Int32Array.from(labels);
}

/**
 * People by average linkage: the mean cosine distance of all pairs of faces of two tracks, and of groups of tracks, with
 * tracks that are seen together kept apart. Up to 1000 tracks their order does not matter.
 * @param onPart called before each matrix of distances, such as to leave when the work was cancelled
 * @returns labels numbered by appearance
 */
export function groupByAverage(
  tracks: readonly LookedTrack[],
  options: GroupOptions,
  onPart: () => void = () => undefined,
): Int32Array {
  if (tracks.length === 0) return new Int32Array(0);
  const means = tracks.map(({ vectors }) => meanOf(vectors));
  const parts: number[][] = [];
  for (let first = 0; first < tracks.length; first += PART_TRACKS) {
    parts.push(Array.from({ length: Math.min(PART_TRACKS, tracks.length - first) }, (_, at) => first + at));
  }
  const groupOf = new Int32Array(tracks.length);
  let count = 0;
  for (const part of parts) {
    onPart();
    const labels = linkMeans(part, means, options);
    part.forEach((track, at) => (groupOf[track] = count + labels[at]!));
    count += Math.max(...labels) + 1;
  }
  if (parts.length === 1) return groupOf;
  const members = Array.from({ length: count }, (): number[] => []);
  groupOf.forEach((group, track) => members[group]!.push(track));
  onPart();
  const groupMeans = members.map((group) => meanOf(group.map((track) => means[track]!)));
  const cannotLink = options.cannotLink.map(([a, b]) => [groupOf[a]!, groupOf[b]!] as const);
  const all = members.map((_, group) => group);
  const labels = linkMeans(all, groupMeans, { ...options, cannotLink });
  return relabel(Array.from(groupOf, (group) => labels[group]!)).labels;
}

/** 1 − the product of two means is the mean distance of all pairs. */
function linkMeans(
  part: readonly number[],
  means: readonly Float32Array[],
  { maxDistance, cannotLink }: GroupOptions,
): Int32Array {
  const n = part.length;
  const place = new Map(part.map((track, at) => [track, at]));
  const distance = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      distance[i * n + j] = distance[j * n + i] = 1 - cosine(means[part[i]!]!, means[part[j]!]!);
    }
  }
  const inside = cannotLink.flatMap(([a, b]): [number, number][] => {
    const [i, j] = [place.get(a), place.get(b)];
    return i === undefined || j === undefined || i === j ? [] : [[i, j]];
  });
  const limits = { maxDistance, minGroups: 1 };
  return constrainedAhc(distance, n, { mustLink: [], cannotLink: inside }, limits).labels;
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let at = 0; at < mean.length; at++) mean[at]! += vector[at]! / vectors.length;
  }
  return mean;
}

function neighbours(count: number, pairs: readonly (readonly [number, number])[]): Set<number>[] {
  const sets = Array.from({ length: count }, () => new Set<number>());
  for (const [a, b] of pairs) {
    sets[a]!.add(b);
    sets[b]!.add(a);
  }
  return sets;
}

/**
 * Pairs of tracks with at least `minFrames` frames in common. Tracks are held for some frames beyond where their face was
 * found, so that two pieces of one face may share a few.
 */
export function seenTogether(
  tracks: readonly { readonly firstFrame: number; readonly frameCount: number }[],
  minFrames: number,
): [number, number][] {
  const order = tracks.map((_, at) => at).sort((a, b) => tracks[a]!.firstFrame - tracks[b]!.firstFrame);
  const pairs: [number, number][] = [];
  let open: number[] = [];
  for (const next of order) {
    const { firstFrame, frameCount } = tracks[next]!;
    open = open.filter((one) => tracks[one]!.firstFrame + tracks[one]!.frameCount > firstFrame);
    for (const one of open) {
      const end = Math.min(tracks[one]!.firstFrame + tracks[one]!.frameCount, firstFrame + frameCount);
      if (end - firstFrame >= minFrames) pairs.push([Math.min(one, next), Math.max(one, next)]);
    }
    open.push(next);
  }
  return pairs;
}
