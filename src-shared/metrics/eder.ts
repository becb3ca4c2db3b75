import type { Span } from '../formats/spans.ts';
import { sweep } from './sweep.ts';

/** Seconds behind {@link ederOf}. */
export interface EderTimes {
  missedSec: number;
  falseAlarmSec: number;
  confusionSec: number;
  overlapSec: number;
  utteranceSec: number;
}

/**
 * Emotion diarization error (Wang et al., "Speech Emotion Diarization", 2023): labels mean the same in both, so nothing is
 * matched; time without a label is neutral. Two labels at once in the hypothesis are an error of their own.
 *
 * @param utteranceSec length of the recording
 */
export function ederTimes(
  reference: ReadonlyMap<string, Span[]>,
  hypothesis: ReadonlyMap<string, Span[]>,
  utteranceSec: number,
): EderTimes {
  const labels = [...new Set([...reference.keys(), ...hypothesis.keys()])];
  const tracks = (of: ReadonlyMap<string, Span[]>) => labels.map((label) => of.get(label) ?? []);
  const times: EderTimes = { missedSec: 0, falseAlarmSec: 0, confusionSec: 0, overlapSec: 0, utteranceSec };
  sweep(tracks(reference), tracks(hypothesis), [{ start: 0, end: utteranceSec }], (length, ref, hyp) => {
    if (hyp.length > 1) times.overlapSec += length;
    else if (ref.length > 0 && hyp.length === 0) times.missedSec += length;
    else if (ref.length === 0 && hyp.length > 0) times.falseAlarmSec += length;
    else if (hyp.length === 1 && !ref.includes(hyp[0]!)) times.confusionSec += length;
  });
  return times;
}

/** Share of the utterance that is labelled wrong. */
export const ederOf = (times: EderTimes): number =>
  (times.missedSec + times.falseAlarmSec + times.confusionSec + times.overlapSec) / times.utteranceSec;
