import { assignAtLeastCost } from '../math/hungarian.ts';
import {
  agreementOf,
  indexSpeakers,
  pairwiseIou,
  type LabelMapping,
  type MappingResult,
  type SystemSpeakers,
} from './mapping.ts';
import { durationSec, sharedSec, unionOf, type Spans, type SystemOutput } from './speech.ts';

/**
 * DOVER-Lap's Hungarian label mapping: systems in order of their mean pairwise DER are folded one by one into a running
 * merged answer by the assignment that maximises shared speech. Polynomial, for many systems or speakers.
 */
export function mapHungarian(systems: readonly SystemOutput[]): MappingResult & { meanDer: number[] } {
  const indexed = indexSpeakers(systems);
  const meanDer = meanPairwiseDer(indexed);
  const order = indexed.map((_, i) => i).sort((a, b) => meanDer[a]! - meanDer[b]! || a - b);
  const labels: LabelMapping = indexed.map((system) => system.names.map(() => -1));
  const merged: Spans[] = [];
  for (const i of order) {
    const own = indexed[i]!.speech;
    const match = assignBySharedSpeech(own, merged);
    own.forEach((speech, speaker) => {
      const label = match[speaker]! >= 0 ? match[speaker]! : merged.length;
      labels[i]![speaker] = label;
      merged[label] = label < merged.length ? unionOf(merged[label]!, speech) : speech;
    });
  }
  return { labels, labelCount: merged.length, agreement: agreementOf(pairwiseIou(indexed)), meanDer };
}

/** For each speaker the index of its partner among `others`, or −1 (no partner, or not a second shared). */
function assignBySharedSpeech(own: readonly Spans[], others: readonly Spans[]): number[] {
  if (own.length === 0 || others.length === 0) return own.map(() => -1);
  const shared = own.map((a) => others.map((b) => sharedSec(a, b)));
  const match = assignAtLeastCost(shared.map((row) => row.map((value) => -value)));
  return own.map((_, i) => (match[i]! >= 0 && shared[i]![match[i]!]! > 0 ? match[i]! : -1));
}

/** Mean DER of each system against every other as reference, collar 0, overlap scored. */
function meanPairwiseDer(systems: readonly SystemSpeakers[]): number[] {
  return systems.map((hypothesis, i) => {
    const ders = systems.flatMap((reference, j) => (j === i ? [] : [derBetween(reference.speech, hypothesis.speech)]));
    return ders.length === 0 ? 0 : ders.reduce((sum, value) => sum + value, 0) / ders.length;
  });
}

/** DER = (Σ max(nRef, nHyp) − correct) / Σ nRef over homogeneous regions, at the optimal mapping. */
function derBetween(reference: readonly Spans[], hypothesis: readonly Spans[]): number {
  const total = reference.reduce((sum, spans) => sum + durationSec(spans), 0);
  if (total === 0) return 1;
  const match = assignBySharedSpeech(hypothesis, reference);
  const correct = match.reduce(
    (sum, partner, i) => (partner < 0 ? sum : sum + sharedSec(hypothesis[i]!, reference[partner]!)),
    0,
  );
  return (largerCountSec(reference, hypothesis) - correct) / total;
}

/** ∫ max(number of reference speakers, number of hypothesis speakers) dt */
function largerCountSec(reference: readonly Spans[], hypothesis: readonly Spans[]): number {
  const events: [time: number, side: 0 | 1, step: 1 | -1][] = [];
  [reference, hypothesis].forEach((side, which) => {
    for (const spans of side) spans.forEach((time, k) => events.push([time, which as 0 | 1, k % 2 === 0 ? 1 : -1]));
  });
  events.sort((a, b) => a[0] - b[0]);
  const active: [number, number] = [0, 0];
  let total = 0;
  events.forEach(([time, side, step], k) => {
    if (k > 0) total += Math.max(active[0], active[1]) * (time - events[k - 1]![0]);
    active[side] += step;
  });
  return total;
}
