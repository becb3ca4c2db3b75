/** Elements of one connected part up to which the best answer is searched for exactly. */
const EXACT_ELEMENTS = 24;
/** Branches after which the best answer so far is taken. */
const MAX_BRANCHES = 200_000;

/**
 * Clustering as LIUM's integer linear program (Rouvier & Meignier, Odyssey 2012): choose centres and give every element
 * one centre within `delta`; minimal are the number of centres plus Σ d/δ. Elements that nothing joins are solved apart;
 * small parts by branch and bound, larger ones greedily, improved by swaps.
 * @param distance n × n, symmetric; negative values count as 0
 * @returns labels by first appearance, and the value of the objective
 */
export function ilpClusters(
  distance: ArrayLike<number>,
  n: number,
  delta: number,
): { labels: Int32Array; count: number; objective: number } {
  const centreOf = new Int32Array(n).fill(-1);
  let objective = 0;
  for (const part of connectedParts(distance, n, delta)) {
    const cost = Float64Array.from({ length: part.length ** 2 }, (_, at) => {
      const [i, j] = [Math.floor(at / part.length), at % part.length];
      if (i === j) return 0;
      const value = Math.max(0, distance[part[i]! * n + part[j]!]!);
      return value <= delta ? value / delta : Infinity;
    });
    const greedy = improve(cost, part.length, greedyCentres(cost, part.length));
    const best = part.length <= EXACT_ELEMENTS ? branchAndBound(cost, part.length, greedy) : greedy;
    objective += valueOf(cost, part.length, best);
    part.forEach((element, i) => (centreOf[element] = part[nearestCentre(cost, part.length, best, i)]!));
  }
  return { ...numbered(centreOf), objective };
}

/** Labels 0, 1, … in the order of their first appearance. */
function numbered(centreOf: Int32Array): { labels: Int32Array; count: number } {
  const names = new Map<number, number>();
  const labels = centreOf.map((centre) => {
    if (!names.has(centre)) names.set(centre, names.size);
    return names.get(centre)!;
  });
  return { labels, count: names.size };
}

function connectedParts(distance: ArrayLike<number>, n: number, delta: number): number[][] {
  const seen = new Uint8Array(n);
  const parts: number[][] = [];
  for (let first = 0; first < n; first++) {
    if (seen[first]) continue;
    const part = [first];
    seen[first] = 1;
    for (let k = 0; k < part.length; k++) {
      for (let j = 0; j < n; j++) {
        if (seen[j] || distance[part[k]! * n + j]! > delta) continue;
        seen[j] = 1;
        part.push(j);
      }
    }
    parts.push(part.sort((a, b) => a - b));
  }
  return parts;
}

function nearestCentre(cost: Float64Array, n: number, centres: Uint8Array, i: number): number {
  if (centres[i]) return i;
  let best = -1;
  for (let j = 0; j < n; j++) {
    if (centres[j] && (best < 0 || cost[i * n + j]! < cost[i * n + best]!)) best = j;
  }
  return best;
}

/** Objective of a choice of centres; Infinity when an element has none within reach. */
function valueOf(cost: Float64Array, n: number, centres: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    if (centres[i]) {
      sum += 1;
      continue;
    }
    const centre = nearestCentre(cost, n, centres, i);
    sum += centre < 0 ? Infinity : cost[i * n + centre]!;
  }
  return sum;
}

/** All elements are centres; then those whose loss saves most give way. */
function greedyCentres(cost: Float64Array, n: number): Uint8Array {
  const centres = new Uint8Array(n).fill(1);
  let value = n;
  for (;;) {
    let best = -1;
    let least = value;
    for (let j = 0; j < n; j++) {
      if (!centres[j]) continue;
      centres[j] = 0;
      const without = valueOf(cost, n, centres);
      centres[j] = 1;
      if (without < least - 1e-12) [best, least] = [j, without];
    }
    if (best < 0) return centres;
    centres[best] = 0;
    value = least;
  }
}

/** One centre for another, as long as that helps. */
function improve(cost: Float64Array, n: number, centres: Uint8Array): Uint8Array {
  let value = valueOf(cost, n, centres);
  for (let round = 0; round < n; round++) {
    let better = false;
    for (let j = 0; j < n; j++) {
      if (!centres[j]) continue;
      for (let k = 0; k < n; k++) {
        if (centres[k] || cost[j * n + k] === Infinity) continue;
        [centres[j], centres[k]] = [0, 1];
        const swapped = valueOf(cost, n, centres);
        if (swapped < value - 1e-12) {
          value = swapped;
          better = true;
          break;
        }
        [centres[j], centres[k]] = [1, 0];
      }
    }
    if (!better) break;
  }
  return centres;
}

/** Decides element by element whether it is a centre; bounded by what the undecided ones cost at best. */
function branchAndBound(cost: Float64Array, n: number, start: Uint8Array): Uint8Array {
  let best = start;
  let least = valueOf(cost, n, start);
  let branches = 0;
  const centres = new Uint8Array(n);
  const cheapest = Float64Array.from({ length: n }, (_, i) => {
    let value = 1;
    for (let j = 0; j < n; j++) if (j !== i) value = Math.min(value, cost[i * n + j]!);
    return value;
  });
  /** Elements before `next` are decided. */
  const visit = (next: number, chosen: number): void => {
    if (++branches > MAX_BRANCHES) return;
    let bound = chosen;
    for (let i = 0; i < n; i++) {
      if (i < next && centres[i]) continue;
      if (i >= next) {
        bound += cheapest[i]!;
        continue;
      }
      let value = Infinity;
      for (let j = 0; j < n; j++) if (j !== i && (j >= next || centres[j])) value = Math.min(value, cost[i * n + j]!);
      bound += value;
    }
    if (bound >= least - 1e-12) return;
    if (next === n) {
      least = bound;
      best = centres.slice();
      return;
    }
    centres[next] = 1;
    visit(next + 1, chosen + 1);
    centres[next] = 0;
    visit(next + 1, chosen);
  };
  visit(0, 0);
  return best;
}
