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
  const shared = sharedTime(reference, hypothesis, file.evaluated);
  const mapped = matchSpeakers(shared, hypothesis.length);
  const times: DerTimes = { totalSec: 0, missedSec: 0, falseAlarmSec: 0, confusionSec: 0 };
  const isActive = new Uint8Array(hypothesis.length);
  sweep(reference, hypothesis, file.scored, (length, ref, hyp) => {
    times.totalSec += length * ref.length;
    if (ref.length > hyp.length) times.missedSec += length * (ref.length - hyp.length);
    else times.falseAlarmSec += length * (hyp.length - ref.length);
    if (ref.length === 0 || hyp.length === 0) return;
    let correct = 0;
    for (const one of hyp) isActive[one] = 1;
    for (const one of ref) if (mapped[one]! >= 0) correct += isActive[mapped[one]!]!;
    for (const one of hyp) isActive[one] = 0;
    times.confusionSec += length * (Math.min(ref.length, hyp.length) - correct);
  });
  const mapping = new Map<string, string>();
  for (const [at, one] of file.reference.entries()) {
    if (mapped[at]! >= 0) mapping.set(one.speaker, file.hypothesis[mapped[at]!]!.speaker);
  }
  return { fileId: file.fileId, ...times, mapping };
}

type Spans = Parameters<typeof sweep>[0];

/** Seconds each reference and each hypothesis speaker talk at once, `[reference][hypothesis]`. */
export function sharedTime(reference: Spans, hypothesis: Spans, within: Spans[number]): Float64Array[] {
  const shared = reference.map(() => new Float64Array(hypothesis.length));
  sweep(reference, hypothesis, within, (length, ref, hyp) => {
    for (const one of ref) for (const other of hyp) shared[one]![other]! += length;
  });
  return shared;
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
