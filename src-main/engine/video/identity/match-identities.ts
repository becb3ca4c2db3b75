import { median, medianDistance } from './track-groups.ts';

/** People of one file, each with the faces compared: vectors of length 1 of one and the same net. */
export interface FileIdentities {
  readonly identities: readonly { readonly id: number; readonly vectors: readonly Float32Array[] }[];
}

/**
 * Who of one file is who of another. Two are one person when the median of the cosine distances of all pairs of their faces
 * is at most `maxDistance` (the rule that av-diarization has for tracks); nearest pairs join first, groups by the median over
 * their people; two people of one file are never joined.
 * @returns for each file, in the order of its identities, the number of the person, from 0 by first appearance
 */
export function matchIdentities(files: readonly FileIdentities[], maxDistance: number): number[][] {
  const people = files.flatMap(({ identities }, file) => identities.map(({ vectors }) => ({ file, vectors })));
  const distances = people.map((one, a) =>
    people.map((other, b) =>
      a < b && one.file !== other.file && one.vectors.length > 0 && other.vectors.length > 0
        ? medianDistance(one, other)
        : Infinity,
    ),
  );
  const between = (a: readonly number[], b: readonly number[]): number =>
    median(a.flatMap((one) => b.map((other) => distances[Math.min(one, other)]![Math.max(one, other)]!)));
  let groups = people.map((_, person) => [person]);
  for (;;) {
    let best: { a: number; b: number; distance: number } | null = null;
    for (let a = 0; a < groups.length; a++) {
      for (let b = a + 1; b < groups.length; b++) {
        const files = new Set(groups[a]!.map((person) => people[person]!.file));
        if (groups[b]!.some((person) => files.has(people[person]!.file))) continue;
        const distance = between(groups[a]!, groups[b]!);
        if (distance <= maxDistance && distance < (best?.distance ?? Infinity)) best = { a, b, distance };
      }
    }
    if (!best) break;
    const { a, b } = best;
    groups[a]!.push(...groups[b]!);
    groups = groups.filter((_, group) => group !== b);
  }
  const numberOf = new Map<number, number>();
  people.forEach((_, person) => {
    const group = groups.findIndex((members) => members.includes(person));
    if (!numberOf.has(group)) numberOf.set(group, numberOf.size);
  });
  const named = people.map((_, person) => numberOf.get(groups.findIndex((members) => members.includes(person)))!);
  let at = 0;
  return files.map(({ identities }) => identities.map(() => named[at++]!));
}
