import { totalLength, type Span } from '../formats/spans.ts';
import { assignAtLeastCost } from '../math/hungarian.ts';
import { sharedTime } from './der.ts';
import type { FramedFile } from './frames.ts';
import { sweep } from './sweep.ts';

/**
 * Jaccard error of each reference speaker of one file (Ryant et al., "The Second DIHARD Diarization Challenge", 2019):
 * speakers are paired so that the sum of 1 − |both| / |either| is least; one without a partner counts 1.
 *
 * @returns one value 0..1 per reference speaker
 */
export function speakerJaccardErrors(file: FramedFile): number[] {
  const { reference, hypothesis, within } = file;
  if (reference.length === 0 || hypothesis.length === 0) return reference.map(() => 1);
  const shared = sharedTime(reference, hypothesis, within);
  const ofReference = reference.map((track) => timeWithin(track, within));
  const ofHypothesis = hypothesis.map((track) => timeWithin(track, within));
  const errors = shared.map((row, one) =>
    row.map((both, other) => 1 - both / (ofReference[one]! + ofHypothesis[other]! - both)),
  );
  return [...assignAtLeastCost(errors)].map((column, row) => (column < 0 ? 1 : errors[row]![column]!));
}

/** JER of one file: the mean over its reference speakers; without any, 1 if the hypothesis has speech, else 0. */
export function fileJer(file: FramedFile, errors: readonly number[]): number {
  if (errors.length === 0) return file.hypothesis.length > 0 ? 1 : 0;
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

function timeWithin(track: readonly Span[], within: readonly Span[]): number {
  if (within.length === 1 && track.every((span) => span.start >= within[0]!.start && span.end <= within[0]!.end)) {
    return totalLength(track);
  }
  let time = 0;
  sweep([track], [], within, (length, active) => {
    if (active.length > 0) time += length;
  });
  return time;
}
