/**
 * What `boxesArtifact` of a face track holds: which machine tracks its boxes come from, `<artifact>#<track>[,<track>…]`, several
 * of them apart by spaces. The artifact is named by whoever adopted it (a cache key); tracks are the ids of its index. A track
 * shows the boxes of its machine tracks inside its own time only, so that splitting changes no reference and merging
 * joins them.
 */
export interface BoxesRef {
  readonly artifact: string;
  readonly trackIds: readonly number[];
}

/** @throws RangeError for an artifact's name that cannot be written */
export function boxesRef(refs: readonly BoxesRef[]): string | null {
  const byArtifact = new Map<string, Set<number>>();
  for (const { artifact, trackIds } of refs) {
    if (!/^[^\s#,]+$/u.test(artifact)) throw new RangeError(`${JSON.stringify(artifact)} cannot name boxes.`);
    const ids = byArtifact.get(artifact) ?? new Set();
    for (const id of trackIds) ids.add(id);
    byArtifact.set(artifact, ids);
  }
  if (byArtifact.size === 0) return null;
  return [...byArtifact]
    .map(([artifact, ids]) => `${artifact}#${[...ids].sort((a, b) => a - b).join(',')}`)
    .sort()
    .join(' ');
}

/** Parts that are not written so are left out. */
export function parseBoxesRef(text: string | null): BoxesRef[] {
  return (text ?? '').split(' ').flatMap((part): BoxesRef[] => {
    const match = /^([^\s#,]+)#(\d+(?:,\d+)*)$/u.exec(part);
    return match ? [{ artifact: match[1]!, trackIds: match[2]!.split(',').map(Number) }] : [];
  });
}
