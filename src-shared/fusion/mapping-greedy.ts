import { agreementOf, indexSpeakers, pairwiseIou, type LabelMapping, type MappingResult } from './mapping.ts';
import type { SystemOutput } from './speech.ts';

/**
 * More tuples than this take more than about a minute or 2 GB; the caller switches to the Hungarian mapping and says so.
 * 8 bytes a tuple for score and order, and the sort.
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
  for (let index = 0; index < count; index++) {
    decode(index, sizes, tuple);
    let sum = 0;
    for (let i = 0; i < dims.length; i++) {
      for (let j = i + 1; j < dims.length; j++) sum += iou[dims[i]!]![dims[j]!]![tuple[i]!]![tuple[j]!]!;
    }
    scores[index] = sum;
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

/** Indices by falling score; equal scores keep their order. */
function sortDescending(scores: Float32Array): Uint32Array {
  return Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
}
