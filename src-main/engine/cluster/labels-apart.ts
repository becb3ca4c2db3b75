/** Partial divisions looked at for one set of connected items; the best one found so far stands then. */
const MAX_STEPS = 50_000;
const STEPS_BETWEEN_PAUSES = 1000;

/**
 * Labels of the greatest sum of scores in which no two partners share one: a greedy division by how clear the scores are,
 * then branch and bound from there. A label beyond the scored ones is opened only where those do not suffice.
 * @param scores of each item for each label, finite
 * @param partners of each item: the items it must not share a label with, both ways
 * @returns for each item a label; those from the number of scored labels on are further ones
 */
export function likeliestLabelsApart(
  scores: readonly Float64Array[],
  partners: readonly (readonly number[])[],
  pause: () => void,
): Int32Array {
  const labels = new Int32Array(scores.length).fill(-1);
  for (const items of connected(partners)) {
    divide(items, scores, partners, labels, pause);
  }
  return labels;
}

/** Sets of items that partners link, directly or through others. */
function connected(partners: readonly (readonly number[])[]): number[][] {
  const seen = new Uint8Array(partners.length);
  const sets: number[][] = [];
  for (let start = 0; start < partners.length; start++) {
    if (seen[start]) continue;
    const items = [start];
    seen[start] = 1;
    for (const item of items) {
      for (const other of partners[item]!) {
        if (seen[other]) continue;
        seen[other] = 1;
        items.push(other);
      }
    }
    sets.push(items);
  }
  return sets;
}

function divide(
  items: readonly number[],
  scores: readonly Float64Array[],
  partners: readonly (readonly number[])[],
  labels: Int32Array,
  pause: () => void,
): void {
  const scored = scores[items[0]!]!.length;
  const ranked = new Map(items.map((item) => [item, rankedLabels(scores[item]!)]));
  const score = (item: number, rank: number): number => scores[item]![ranked.get(item)![rank]!]!;
  const clear = (item: number): number => (scored > 1 ? score(item, 0) - score(item, 1) : 0);
  const order = [...items].sort((a, b) => clear(b) - clear(a) || a - b);
  const depths = order.length;
  const reachable = new Float64Array(depths + 1);
  let spread = 1;
  for (let depth = depths - 1; depth >= 0; depth--) {
    const item = order[depth]!;
    reachable[depth] = reachable[depth + 1]! + (scored > 0 ? score(item, 0) : 0);
    if (scored > 0) spread += score(item, 0) - score(item, scored - 1);
  }
  // Worse than any other division of the items.
  const furtherScore = (item: number): number => (scored > 0 ? score(item, 0) : 0) - spread;

  const next = new Int32Array(depths);
  const sums = new Float64Array(depths + 1);
  const opened = new Int32Array(depths + 1);
  let best: { sum: number; labels: number[] } | null = null;
  let depth = 0;
  for (let steps = 0; depth >= 0 && (!best || steps < MAX_STEPS); steps++) {
    if (steps % STEPS_BETWEEN_PAUSES === 0) pause();
    if (depth === depths) {
      best = { sum: sums[depth]!, labels: order.map((item) => labels[item]!) };
      depth--;
      continue;
    }
    const item = order[depth]!;
    labels[item] = -1;
    const taken = new Set(partners[item]!.map((other) => labels[other]!));
    let rank = next[depth]!;
    // One further label that nobody has yet is always among them.
    const ranks = scored + opened[depth]! + 1;
    const labelAt = (place: number): number => (place < scored ? ranked.get(item)![place]! : place);
    while (rank < ranks && taken.has(labelAt(rank))) rank++;
    const sum = rank < ranks ? sums[depth]! + (rank < scored ? score(item, rank) : furtherScore(item)) : -Infinity;
    if (rank >= ranks || (best && sum + reachable[depth + 1]! <= best.sum)) {
      // Later ranks score no better.
      next[depth] = 0;
      depth--;
      continue;
    }
    labels[item] = labelAt(rank);
    next[depth] = rank + 1;
    sums[depth + 1] = sum;
    opened[depth + 1] = Math.max(opened[depth]!, labelAt(rank) - scored + 1);
    depth++;
  }
  order.forEach((item, place) => (labels[item] = best!.labels[place]!));
}

const rankedLabels = (scores: Float64Array): number[] =>
  Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
