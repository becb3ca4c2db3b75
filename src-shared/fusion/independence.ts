import { disagreement } from './disagreement.ts';
import { indexSpeakers } from './mapping.ts';
import { groupsOfOneOrigin } from './shared-borders.ts';
import type { SystemOutput } from './speech.ts';
import { normalise } from './weights.ts';

/** Nobody's weight falls to nothing. */
const leastAgreement = 0.01;

export interface Independence {
  /** Per system, sum 1. */
  weights: number[];
  /** Systems of one origin. */
  groups: number[][];
}

/**
 * What each system has to say that the others have not said already: the default weights of fusion.
 *
 * 1. Systems of one origin (shared-borders.ts) are one witness, however many settings of it were run. A group counts by how
 *    far it is from the other groups and how well its members agree with each other.
 * 2. Inside a group a member counts by its distance from the others, too, and by how far it is confirmed: by systems of
 *    other origin, or by the rest where there is one origin only.
 *
 * Distances become weights along their tree (average linkage): each branch shares its length among the systems behind
 * it, as sequences of one family are weighted in alignments (Thompson, Higgins, Gibson 1994, CABIOS 10:19). With three
 * systems this gives the odd one the casting vote, not one of two that resemble each other. There is nothing to tune
 * but the share of borders that means one origin.
 *
 * @param recordings per recording the answers of all systems, in the same order; the more, the surer
 */
export function independentWeights(recordings: readonly (readonly SystemOutput[])[]): Independence {
  const distance = distances(recordings);
  const groups = groupsOfOneOrigin(recordings);
  const inside = groups.map((members) => treeWeights(members.map((i) => members.map((j) => distance[i]![j]!))));
  const between = groups.map((a) =>
    groups.map((b) => (a === b ? 0 : mean(a.flatMap((i) => b.map((j) => distance[i]![j]!))))),
  );
  const share = treeWeights(between).map((weight, group) => {
    const members = groups[group]!;
    const own = inside[group]!;
    const inner = members.reduce(
      (sum, i, a) => sum + members.reduce((part, j, b) => part + own[a]! * own[b]! * distance[i]![j]!, 0),
      0,
    );
    return weight * Math.max(leastAgreement, 1 - inner);
  });
  const weights = distance.map(() => 0);
  groups.forEach((members, group) => {
    const others = groups.filter((other) => other !== members);
    const apart = (i: number): number =>
      others.length > 0
        ? mean(others.map((other) => mean(other.map((j) => distance[i]![j]!))))
        : mean(distance[i]!.filter((_, j) => j !== i));
    const counts = normalise(members.map((i, at) => inside[group]![at]! * Math.max(leastAgreement, 1 - apart(i))));
    members.forEach((i, at) => (weights[i] = share[group]! * counts[at]!));
  });
  return { weights: normalise(weights), groups };
}

/** Over all recordings, by time; symmetric. */
function distances(recordings: readonly (readonly SystemOutput[])[]): number[][] {
  const count = recordings[0]?.length ?? 0;
  const different = Array.from({ length: count }, () => Array<number>(count).fill(0));
  const spoken = Array.from({ length: count }, () => Array<number>(count).fill(0));
  for (const answers of recordings) {
    const speakers = indexSpeakers(answers);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) {
        const { differentSec, firstSec, secondSec } = disagreement(speakers[i]!, speakers[j]!);
        different[i]![j]! += differentSec;
        spoken[i]![j]! += (firstSec + secondSec) / 2;
      }
    }
  }
  const between = (i: number, j: number): number => (spoken[i]![j]! > 0 ? different[i]![j]! / spoken[i]![j]! : 0);
  return different.map((row, i) => row.map((_, j) => (i === j ? 0 : between(Math.max(i, j), Math.min(i, j)))));
}

/** Leaf weights of the average-linkage tree over a distance matrix; sum 1, equal where all distances are 0. */
function treeWeights(distance: readonly (readonly number[])[]): number[] {
  const weights = distance.map(() => 0);
  let nodes = distance.map((_, leaf) => ({ leaves: [leaf], height: 0 }));
  while (nodes.length > 1) {
    let best = { a: 0, b: 1, height: Infinity };
    nodes.forEach((first, a) => {
      nodes.slice(0, a).forEach((second, b) => {
        const height = mean(first.leaves.flatMap((i) => second.leaves.map((j) => distance[i]![j]!))) / 2;
        if (height < best.height) best = { a, b, height };
      });
    });
    const pair = [nodes[best.a]!, nodes[best.b]!];
    for (const { leaves, height } of pair) {
      for (const leaf of leaves) weights[leaf]! += Math.max(0, best.height - height) / leaves.length;
    }
    nodes = [
      ...nodes.filter((node) => !pair.includes(node)),
      { leaves: pair.flatMap(({ leaves }) => leaves), height: best.height },
    ];
  }
  return normalise(weights);
}

const mean = (values: readonly number[]): number =>
  values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
