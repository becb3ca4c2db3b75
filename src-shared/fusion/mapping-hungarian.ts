import { assignBySharedSpeech, disagreement } from './disagreement.ts';
import {
  agreementOf,
  indexSpeakers,
  pairwiseIou,
  type LabelMapping,
  type MappingResult,
  type SystemSpeakers,
} from './mapping.ts';
import { unionOf, type Spans, type SystemOutput } from './speech.ts';

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

/** Mean DER of each system against every other as reference, collar 0, overlap scored. */
function meanPairwiseDer(systems: readonly SystemSpeakers[]): number[] {
  return systems.map((hypothesis, i) => {
    const ders = systems.flatMap((reference, j) => {
      if (j === i) return [];
      const { differentSec, firstSec } = disagreement(reference, hypothesis);
      return [firstSec > 0 ? differentSec / firstSec : 1];
    });
    return ders.length === 0 ? 0 : ders.reduce((sum, value) => sum + value, 0) / ders.length;
  });
}
