import type { LabelMapping } from './mapping.ts';
import { speechBySpeaker, type Spans, type SystemOutput } from './speech.ts';

/** Regions shorter than this are numeric dust. */
const minRegionSec = 0.001;

/** Time cut at every boundary of any system: region k reaches from `bounds[k]` to `bounds[k + 1]`. */
export interface TimeCut {
  bounds: readonly number[];
  /** Per system, per speaker in the order of the mapping. */
  speech: readonly (readonly Spans[])[];
}

export const regionCount = (cut: TimeCut): number => Math.max(0, cut.bounds.length - 1);

export function cutTime(systems: readonly SystemOutput[]): TimeCut {
  const speech = systems.map((system) => [...speechBySpeaker(system.turns).values()]);
  const times = [...new Set(speech.flat(2))].sort((a, b) => a - b);
  const bounds: number[] = [];
  for (const time of times) if (bounds.length === 0 || time - bounds.at(-1)! >= minRegionSec) bounds.push(time);
  return { bounds, speech };
}

/** 1 where a system says a label, regions × labels. Two speakers of one system that share a label count once. */
export function heldLabels(cut: TimeCut, system: number, labels: LabelMapping, labelCount: number): Uint8Array {
  const held = new Uint8Array(regionCount(cut) * labelCount);
  cut.speech[system]!.forEach((spans, speaker) => {
    const label = labels[system]![speaker]!;
    for (let k = 0; k < spans.length; k += 2) {
      const to = firstAtOrAfter(cut.bounds, spans[k + 1]!);
      for (let region = firstAtOrAfter(cut.bounds, spans[k]!); region < to; region++)
        held[region * labelCount + label] = 1;
    }
  });
  return held;
}

function firstAtOrAfter(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const mid = (low + high) >> 1;
    // A boundary that was dropped as dust belongs to its neighbour.
    if (sorted[mid]! < value - minRegionSec) low = mid + 1;
    else high = mid;
  }
  return low;
}
