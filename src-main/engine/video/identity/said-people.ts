/** What a person said of a track: which corrected track it is part of, and whose face that is. */
export interface SaidOfTrack {
  readonly correction: number;
  /** null = not said. */
  readonly person?: string | null;
}

export interface SaidGroups {
  /** Tracks of each group, rising; groups in the order of their first tracks. */
  readonly members: readonly (readonly number[])[];
  /** By track. */
  readonly groupOf: readonly number[];
  /** Groups that are two people by word of a person. */
  readonly apart: readonly (readonly [number, number])[];
}

/**
 * Tracks that are one person because somebody said so; each other track is a group of its own.
 * @param said by track; null = nothing was said of it
 */
export function groupsByWord(said: readonly (SaidOfTrack | null)[]): SaidGroups {
  const byName = new Map<string, number>();
  const members: number[][] = [];
  const people: (string | null)[] = [];
  const groupOf = said.map((word, track) => {
    // A track of nobody known is one with the other parts of its correction.
    const name = word && (word.person ? `person ${word.person}` : `correction ${word.correction}`);
    const known = name === null ? undefined : byName.get(name);
    if (known !== undefined) {
      members[known]!.push(track);
      return known;
    }
    const group = members.push([track]) - 1;
    people.push(word?.person ?? null);
    if (name !== null) byName.set(name, group);
    return group;
  });
  const named = people.flatMap((person, group) => (person === null ? [] : [group]));
  const apart = named.flatMap((one, at) => named.slice(at + 1).map((other) => [one, other] as const));
  return { members, groupOf, apart };
}

/** Pairs of tracks as pairs of groups, each once, and those apart by word; a pair within a group is outvoted by that word. */
export function pairsOfGroups(
  pairs: readonly (readonly [number, number])[],
  { groupOf, apart }: SaidGroups,
): [number, number][] {
  const result = new Map<string, [number, number]>();
  const add = (a: number, b: number): void => {
    if (a === b) return;
    const pair: [number, number] = a < b ? [a, b] : [b, a];
    result.set(pair.join(), pair);
  };
  for (const [a, b] of pairs) add(groupOf[a]!, groupOf[b]!);
  for (const [a, b] of apart) add(a, b);
  return [...result.values()];
}
