import type { LabelMapping } from './mapping.ts';
import { heldLabels, regionCount, type TimeCut } from './regions.ts';
import type { SystemOutput } from './speech.ts';
import { normalise } from './weights.ts';

/** Half of the stretch over which a system's agreement with the others is looked at, seconds: a few turns. */
const reachSec = 5;
/** A system nobody agrees with keeps a little weight, so that the weights of a region never are all zero. */
const leastAgreement = 0.01;

export interface RegionWeights {
  /** Per system, per region of the cut; their sum in every region is 1. */
  weights: Float64Array[];
  /** Per system, before region and confidence: how much it has to say of its own. Sum 1. */
  independence: number[];
}

/**
 * Our own weights of the vote: per system and region, from the answers alone.
 *
 * 1. Systems that resemble each other more than two systems do on average are not independent witnesses, and share a weight:
 *    1 / Σ max(0, 1 − distance / mean distance), where distance is the share of speech on which two differ.
 * 2. Around each region (± 5 s) a system counts as much as it agrees with the others, those unlike it above all.
 * 3. Where the answer carries confidences, they multiply.
 *
 * No number here was fitted to a test set; the only constant is the reach, the length of a few turns.
 */
export function regionWeights(
  systems: readonly SystemOutput[],
  cut: TimeCut,
  labels: LabelMapping,
  labelCount: number,
): RegionWeights {
  const count = regionCount(cut);
  const held = systems.map((_, system) => heldLabels(cut, system, labels, labelCount));
  const distance = distances(cut, held, labelCount);
  const pairs = distance.flatMap((row, i) => row.filter((_, j) => j !== i));
  const mean = pairs.reduce((sum, value) => sum + value, 0) / Math.max(1, pairs.length);
  const likeness = distance.map((row, i) =>
    row.map((value, j) => (i === j ? 1 : mean > 0 ? Math.max(0, 1 - value / mean) : 1)),
  );
  const independence = normalise(likeness.map((row) => 1 / row.reduce((sum, value) => sum + value, 0)));
  const lengths = Float64Array.from({ length: count }, (_, k) => cut.bounds[k + 1]! - cut.bounds[k]!);
  const weights = systems.map((system, i) => {
    const voices = systems.map((_, j) => (j === i ? 0 : independence[j]! * (1 - likeness[i]![j]!)));
    const loudest = voices.reduce((sum, value) => sum + value, 0);
    // All others are its copies: they agree as much as anybody can.
    const shares = loudest > 0 ? voices.map((value) => value / loudest) : null;
    const agreement = new Float64Array(count);
    for (let region = 0; region < count; region++) {
      if (!shares) agreement[region] = 1;
      else
        shares.forEach((share, j) => {
          if (share > 0) agreement[region]! += share * alike(held[i]!, held[j]!, region, labelCount);
        });
    }
    const nearby = windowMean(agreement, lengths, cut.bounds);
    const confidence = confidences(system, cut);
    return nearby.map((value, region) => independence[i]! * Math.max(leastAgreement, value) * confidence[region]!);
  });
  for (let region = 0; region < count; region++) {
    const sum = weights.reduce((total, own) => total + own[region]!, 0);
    for (const own of weights) own[region]! /= sum;
  }
  return { weights, independence };
}

/** Share of the speech of two systems, of either, on which they say different speakers. */
function distances(cut: TimeCut, held: readonly Uint8Array[], labelCount: number): number[][] {
  const count = regionCount(cut);
  return held.map((a, i) =>
    held.map((b, j) => {
      if (i === j) return 0;
      let different = 0;
      let spoken = 0;
      for (let region = 0; region < count; region++) {
        const length = cut.bounds[region + 1]! - cut.bounds[region]!;
        const { both, either } = overlapOf(a, b, region, labelCount);
        different += length * (either - both);
        spoken += length * either;
      }
      return spoken > 0 ? different / spoken : 0;
    }),
  );
}

function overlapOf(a: Uint8Array, b: Uint8Array, region: number, labelCount: number): { both: number; either: number } {
  let both = 0;
  let either = 0;
  for (let cell = region * labelCount; cell < (region + 1) * labelCount; cell++) {
    both += a[cell]! & b[cell]!;
    either += a[cell]! | b[cell]!;
  }
  return { both, either };
}

/** Jaccard likeness of two sets of labels; silence is like silence. */
function alike(a: Uint8Array, b: Uint8Array, region: number, labelCount: number): number {
  const { both, either } = overlapOf(a, b, region, labelCount);
  return either > 0 ? both / either : 1;
}

/** Mean by time over the regions whose middle lies within the reach. */
function windowMean(values: Float64Array, lengths: Float64Array, bounds: readonly number[]): Float64Array {
  const sums = new Float64Array(values.length + 1);
  const times = new Float64Array(values.length + 1);
  for (let k = 0; k < values.length; k++) {
    sums[k + 1] = sums[k]! + values[k]! * lengths[k]!;
    times[k + 1] = times[k]! + lengths[k]!;
  }
  let from = 0;
  let to = 0;
  const middle = (k: number): number => (bounds[k]! + bounds[k + 1]!) / 2;
  return values.map((_, k) => {
    while (middle(from) < middle(k) - reachSec) from += 1;
    while (to < values.length && middle(to) <= middle(k) + reachSec) to += 1;
    return (sums[to]! - sums[from]!) / (times[to]! - times[from]!);
  });
}

/** The system's own confidence by region: that of the turns there, the mean of several; 1 where it gives none. */
function confidences(system: SystemOutput, cut: TimeCut): Float64Array {
  const count = regionCount(cut);
  const sums = new Float64Array(count);
  const turns = new Int32Array(count);
  for (const { startSec, endSec, confidence } of system.turns) {
    if (confidence === undefined || confidence === null) continue;
    let low = 0;
    let high = count;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (cut.bounds[mid + 1]! <= startSec + 1e-9) low = mid + 1;
      else high = mid;
    }
    for (let region = low; region < count && cut.bounds[region]! < endSec - 1e-9; region++) {
      sums[region]! += confidence;
      turns[region]! += 1;
    }
  }
  return sums.map((sum, region) => (turns[region]! > 0 ? Math.max(leastAgreement, sum / turns[region]!) : 1));
}
