import { assignAtLeastCost } from '../math/hungarian.ts';
import type { FileInput } from './scoring-input.ts';
import { sweep } from './sweep.ts';

/** Seconds of speaker time: two speakers at once count twice. */
export interface DerTimes {
  /** Reference speaker time in the scored regions: what the rates are a share of. */
  totalSec: number;
  missedSec: number;
  falseAlarmSec: number;
  confusionSec: number;
}

/** Shares of the total, 0.2639 = 26.39 %. May exceed 1. */
export interface DerRates {
  der: number;
  missed: number;
  falseAlarm: number;
  confusion: number;
}

export interface FileDer extends DerTimes {
  fileId: string;
  /** Hypothesis speaker of each reference speaker that has one. */
  mapping: Map<string, string>;
}

/**
 * Diarization error of one file as NIST md-eval-22 computes it: speakers are matched one to one so that they share the
 * most time in the evaluated regions (collars included), errors are counted in the scored regions.
 */
export function fileDer(file: FileInput): FileDer {
  const reference = file.reference.map((one) => one.spans);
  const hypothesis = file.hypothesis.map((one) => one.spans);
  const scored = countTimes(reference, hypothesis, file.scored);
  const matchedIn = file.evaluated === file.scored ? scored.shared : sharedTime(reference, hypothesis, file.evaluated);
  const matches = matchSpeakers(matchedIn, hypothesis.length);
  const mapping = new Map<string, string>();
  let correctSec = 0;
  for (const [one, other] of matches.entries()) {
    if (other < 0) continue;
    correctSec += scored.shared[one]![other]!;
    mapping.set(file.reference[one]!.speaker, file.hypothesis[other]!.speaker);
  }
  const { totalSec, missedSec, falseAlarmSec, pairedSec } = scored;
  return {
    fileId: file.fileId,
    totalSec,
    missedSec,
    falseAlarmSec,
    confusionSec: Math.max(0, pairedSec - correctSec),
    mapping,
  };
}

/** What does not depend on the matching; `pairedSec` is the time a hypothesis speaker stands against a reference speaker. */
export function countTimes(reference: Spans, hypothesis: Spans, within: Spans[number]) {
  const counts = { totalSec: 0, missedSec: 0, falseAlarmSec: 0, pairedSec: 0 };
  const shared = reference.map(() => new Float64Array(hypothesis.length));
  sweep(reference, hypothesis, within, (length, ref, hyp) => {
    counts.totalSec += length * ref.length;
    if (ref.length > hyp.length) counts.missedSec += length * (ref.length - hyp.length);
    else counts.falseAlarmSec += length * (hyp.length - ref.length);
    counts.pairedSec += length * Math.min(ref.length, hyp.length);
    for (const one of ref) for (const other of hyp) shared[one]![other]! += length;
  });
  return { ...counts, shared };
}

type Spans = Parameters<typeof sweep>[0];

/** Seconds each reference and each hypothesis speaker talk at once, `[reference][hypothesis]`. */
export function sharedTime(reference: Spans, hypothesis: Spans, within: Spans[number]): Float64Array[] {
  return countTimes(reference, hypothesis, within).shared;
}

/** Best hypothesis speaker of each reference speaker, -1 where none shares time. */
export function matchSpeakers(shared: readonly Float64Array[], hypotheses: number): Int32Array {
  if (shared.length === 0 || hypotheses === 0) return new Int32Array(shared.length).fill(-1);
  const columns = assignAtLeastCost(shared.map((row) => row.map((value) => -value)));
  return columns.map((column, row) => (column >= 0 && shared[row]![column]! > 0 ? column : -1));
}

/** Overall = summed times of all files, not the mean of their rates. */
export function sumTimes(files: readonly DerTimes[]): DerTimes {
  const sum: DerTimes = { totalSec: 0, missedSec: 0, falseAlarmSec: 0, confusionSec: 0 };
  for (const file of files) {
    sum.totalSec += file.totalSec;
    sum.missedSec += file.missedSec;
    sum.falseAlarmSec += file.falseAlarmSec;
    sum.confusionSec += file.confusionSec;
  }
  return sum;
}

/** Without any reference speech: 0 when there are no errors either, else 1, as dscore has it. */
export function ratesOf(times: DerTimes): DerRates {
  const { totalSec, missedSec, falseAlarmSec, confusionSec } = times;
  const share = (sec: number) => (totalSec > 0 ? sec / totalSec : sec > 0 ? 1 : 0);
  return {
    der: share(missedSec + falseAlarmSec + confusionSec),
    missed: share(missedSec),
    falseAlarm: share(falseAlarmSec),
    confusion: share(confusionSec),
  };
}
