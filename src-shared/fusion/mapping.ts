import { speechBySpeaker, speechIou, type Spans, type SystemOutput } from './speech.ts';

/** A system's speakers with their speech, indexed. */
export interface SystemSpeakers {
  names: string[];
  speech: Spans[];
}

/** For each system, for each of its speakers, the global label (0, 1, …). */
export type LabelMapping = number[][];

export interface MappingResult {
  labels: LabelMapping;
  labelCount: number;
  /** Agreement of each system with the others; higher = better. Basis of rank weights. */
  agreement: number[];
}

export function indexSpeakers(systems: readonly SystemOutput[]): SystemSpeakers[] {
  return systems.map((system) => {
    const speakers = speechBySpeaker(system.turns);
    return { names: [...speakers.keys()], speech: [...speakers.values()] };
  });
}

/** iou[i][j][a][b] between speaker a of system i and b of system j (i < j). */
export function pairwiseIou(systems: readonly SystemSpeakers[]): number[][][][] {
  return systems.map((first, i) =>
    systems.map((second, j) => (j <= i ? [] : first.speech.map((a) => second.speech.map((b) => speechIou(a, b))))),
  );
}

/** Sum of the IoU of each system's speakers with all speakers of all others: how much it agrees with them. */
export function agreementOf(iou: readonly number[][][][]): number[] {
  return iou.map((_, i) => {
    let total = 0;
    for (let j = 0; j < iou.length; j++) {
      const table = i < j ? iou[i]![j]! : i > j ? iou[j]![i]! : [];
      for (const row of table) for (const value of row) total += value;
    }
    return total;
  });
}
