import type { Turn } from '../formats/turn.ts';
import { fileDer, ratesOf, sumTimes } from './der.ts';
import { framesOf, frameSec } from './frames.ts';
import { prepareFiles, strictScoring, type FileInput } from './scoring-input.ts';
import { sweep } from './sweep.ts';

export interface Agreement {
  /** Cohen's kappa on 10 ms frames, −1..1; null when chance agreement is complete. */
  kappa: number | null;
  /** Share of frames on which both name the same speakers. */
  observed: number;
  /** Diarization error of each against the other, no collar, overlap scored. */
  derOfSecond: number;
  derOfFirst: number;
  /** Seconds compared: from the first to the last turn of either. */
  comparedSec: number;
}

/**
 * Agreement of two annotators. Speakers of the second are matched to those of the first; a category is a set of speakers,
 * silence included (Cohen 1960).
 */
export function annotatorAgreement(first: readonly Turn[], second: readonly Turn[]): Agreement {
  const options = { ...strictScoring, convention: 'dscore' as const };
  const { files } = prepareFiles(first, second, options);
  const forward = files.map(fileDer);
  const backward = prepareFiles(second, first, options).files.map(fileDer);
  const counts = { same: 0, total: 0, first: new Map<string, number>(), second: new Map<string, number>() };
  files.forEach((file, at) => countFrames(file, forward[at]!.mapping, counts));
  const observed = counts.total > 0 ? counts.same / counts.total : 1;
  let expected = 0;
  for (const [category, count] of counts.first) {
    expected += (count / counts.total) * ((counts.second.get(category) ?? 0) / counts.total);
  }
  return {
    kappa: expected < 1 && counts.total > 0 ? (observed - expected) / (1 - expected) : null,
    observed,
    derOfSecond: ratesOf(sumTimes(forward)).der,
    derOfFirst: ratesOf(sumTimes(backward)).der,
    comparedSec: counts.total * frameSec,
  };
}

function countFrames(
  file: FileInput,
  mapping: ReadonlyMap<string, string>,
  counts: { same: number; total: number; first: Map<string, number>; second: Map<string, number> },
): void {
  const firstOf = new Map([...mapping].map(([one, other]) => [other, one]));
  const framed = framesOf(file);
  const ones = framed.referenceNames;
  // A speaker without a counterpart is nobody of the first annotator's, whatever it is called.
  const others = framed.hypothesisNames.map((speaker) => firstOf.get(speaker) ?? `\n${speaker}`);
  sweep(framed.reference, framed.hypothesis, framed.within, (frames, reference, hypothesis) => {
    const one = categoryOf(reference, ones);
    const other = categoryOf(hypothesis, others);
    if (one === other) counts.same += frames;
    counts.total += frames;
    counts.first.set(one, (counts.first.get(one) ?? 0) + frames);
    counts.second.set(other, (counts.second.get(other) ?? 0) + frames);
  });
}

const categoryOf = (active: readonly number[], names: readonly string[]): string =>
  active
    .map((id) => names[id]!)
    .sort()
    .join('\t');
