import type { LookedTrack } from './track-groups.ts';

/**
 * How sure it is that each track belongs to its person, 0..1: 0.5 where the decision could as well have been another one,
 * nearer to 1 the farther the distances are from the limit. A logistic of the distance, not a measured frequency.
 * @param distanceScale change of the distance that makes it e times as sure
 */
export function identityConfidence(
  tracks: readonly LookedTrack[],
  labels: ArrayLike<number>,
  { maxDistance, distanceScale }: { maxDistance: number; distanceScale: number },
): number[] {
  const count = Math.max(-1, ...Array.from(labels)) + 1;
  const dims = tracks[0]?.vectors[0]?.length ?? 0;
  const sums = Array.from({ length: count }, () => new Float64Array(dims));
  const sizes = new Float64Array(count);
  const own = tracks.map(({ vectors }) => {
    const sum = new Float64Array(dims);
    for (const vector of vectors) for (let at = 0; at < dims; at++) sum[at]! += vector[at]!;
    return sum;
  });
  tracks.forEach(({ vectors }, track) => {
    const label = labels[track]!;
    sizes[label]! += vectors.length;
    for (let at = 0; at < dims; at++) sums[label]![at]! += own[track]![at]!;
  });
  return tracks.map(({ vectors }, track) => {
    const label = labels[track]!;
    let nearestOther = Infinity;
    let toOwn: number | null = null;
    for (let group = 0; group < count; group++) {
      const isOwn = group === label;
      const others = sizes[group]! - (isOwn ? vectors.length : 0);
      if (others === 0) continue;
      let product = 0;
      for (let at = 0; at < dims; at++) {
        product += own[track]![at]! * (sums[group]![at]! - (isOwn ? own[track]![at]! : 0));
      }
      const distance = 1 - product / (vectors.length * others);
      if (isOwn) toOwn = distance;
      else nearestOther = Math.min(nearestOther, distance);
    }
    // Alone: sure by how far it is from everybody; among others: by how near it is to them, and not to a second group.
    const margin =
      toOwn === null ? nearestOther - maxDistance : Math.min(maxDistance - toOwn, Math.max(0, nearestOther - toOwn));
    return margin === Infinity ? 1 : 1 / (1 + Math.exp(-margin / distanceScale));
  });
}
