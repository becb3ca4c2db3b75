import { agreementOf, indexSpeakers, pairwiseIou, type LabelMapping, type MappingResult } from './mapping.ts';
import type { SystemOutput } from './speech.ts';

/**
 * More tuples than this take more than a minute or 2 GB for one recording; the caller switches to the Hungarian mapping and
 * says so. 12 bytes a tuple for score and order, and the sort.
 */
export const maxGreedyTuples = 40_000_000;

/** Number of speaker tuples the greedy mapping would look at: the product of the speaker counts. */
export function greedyTupleCount(systems: readonly SystemOutput[]): number {
  return indexSpeakers(systems)
    .filter((system) => system.names.length > 0)
    .reduce((product, system) => product * system.names.length, 1);
}

/**
 * DOVER-Lap's greedy label mapping (Raj et al. 2021, "DOVER-Lap: a method for combining overlap-aware diarization
 * outputs"; github.com/desh2608/dover-lap): every tuple of one speaker per system is scored by the sum of its pairwise IoU;
 * tuples are taken best first as long as no speaker is used twice, each is a global label; then again over tuples with an
 * unmapped speaker until all are mapped (a speaker keeps its first label).
 */
export function mapGreedy(systems: readonly SystemOutput[]): MappingResult {
  const indexed = indexSpeakers(systems);
  const iou = pairwiseIou(indexed);
  const labels: LabelMapping = indexed.map((system) => system.names.map(() => -1));
  // A system without speech takes part in no tuple.
  const dims = indexed.flatMap((system, i) => (system.names.length > 0 ? [i] : []));
  const sizes = dims.map((i) => indexed[i]!.names.length);
  const count = sizes.reduce((product, size) => product * size, dims.length > 0 ? 1 : 0);
  const scores = scoreTuples(dims, sizes, iou, count);
  const order = sortDescending(scores);
  const tuple = new Int32Array(dims.length);
  let next = 0;
  let unmapped = sizes.reduce((sum, size) => sum + size, 0);
  while (unmapped > 0) {
    const used = sizes.map((size) => new Uint8Array(size));
    for (const index of order) {
      decode(index, sizes, tuple);
      let free = true;
      let fresh = false;
      for (let d = 0; d < dims.length && free; d++) {
        free = used[d]![tuple[d]!] === 0;
        fresh ||= labels[dims[d]!]![tuple[d]!] === -1;
      }
      if (!free || !fresh) continue;
      for (let d = 0; d < dims.length; d++) {
        used[d]![tuple[d]!] = 1;
        const own = labels[dims[d]!]!;
        if (own[tuple[d]!] === -1) {
          own[tuple[d]!] = next;
          unmapped--;
        }
      }
      next++;
    }
  }
  return { labels, labelCount: next, agreement: agreementOf(iou) };
}

function scoreTuples(
  dims: readonly number[],
  sizes: readonly number[],
  iou: readonly number[][][][],
  count: number,
): Float32Array {
  const scores = new Float32Array(count);
  const tuple = new Int32Array(dims.length);
  /** Sum of the IoU of all pairs among the first d systems of the tuple. */
  const partial = new Float64Array(dims.length + 1);
  let from = 0;
  for (let index = 0; index < count; index++) {
    for (let d = from; d < dims.length; d++) {
      let sum = partial[d]!;
      for (let i = 0; i < d; i++) sum += iou[dims[i]!]![dims[d]!]![tuple[i]!]![tuple[d]!]!;
      partial[d + 1] = sum;
    }
    scores[index] = partial[dims.length]!;
    for (from = dims.length - 1; from >= 0; from--) {
      tuple[from]! += 1;
      if (tuple[from]! < sizes[from]!) break;
      tuple[from] = 0;
    }
    from = Math.max(0, from);
  }
  return scores;
}

/** Last system varies fastest. */
function decode(index: number, sizes: readonly number[], tuple: Int32Array): void {
  for (let d = sizes.length - 1; d >= 0; d--) {
    tuple[d] = index % sizes[d]!;
    index = Math.floor(index / sizes[d]!);
  }
}

/**
 * Indices by falling score; equal scores keep their order. By radix: the bits of floats that are not negative order as the
 * floats do, and tens of millions of comparisons by a function would take half a minute.
 */
function sortDescending(scores: Float32Array): Uint32Array {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  let order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  let other = new Uint32Array(scores.length);
  const starts = new Uint32Array(65_536);
  for (const shift of [0, 16]) {
    starts.fill(0);
    for (const value of bits) starts[65_535 - ((value >>> shift) & 65_535)]! += 1;
    let sum = 0;
    for (let digit = 0; digit < starts.length; digit++) {
      const count = starts[digit]!;
      starts[digit] = sum;
      sum += count;
    }
    for (const index of order) other[starts[65_535 - ((bits[index]! >>> shift) & 65_535)]!++] = index;
    [order, other] = [other, order];
  }
  return order;
}
