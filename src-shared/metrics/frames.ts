import { unionOf, type Span } from '../formats/spans.ts';
import { Contingency } from './contingency.ts';
import type { FileInput, SpeakerSpans } from './scoring-input.ts';
import { sweep, type Track } from './sweep.ts';

/** Frame length of dscore's frame metrics. */
export const frameSec = 0.01;

/** A file on dscore's grid: frame `i` is speech of a speaker when `onset ≤ 0.01·i < offset`. */
export interface FramedFile {
  reference: Track[];
  hypothesis: Track[];
  within: Span[];
  /** Who each track is. */
  referenceNames: string[];
  hypothesisNames: string[];
}

/**
 * Turns as whole frames. Speakers without a frame in the evaluated regions are not there at all.
 *
 * The grid ends with the last whole frame of the last region, as dscore builds it.
 *
 * @param lastSec where the last region ends, if the file is a part of one that goes on
 */
export function framesOf(
  file: FileInput,
  lastSec = file.evaluated.reduce((last, region) => Math.max(last, region.end), 0),
): FramedFile {
  const count = Math.floor(lastSec / frameSec);
  const frames = (spans: readonly Span[]): Span[] =>
    unionOf(
      spans.map(({ start, end }) => ({
        start: Math.min(count, firstFrame(start)),
        end: Math.min(count, firstFrame(end)),
      })),
    );
  const within = frames(file.evaluated);
  const tracks = (speakers: readonly SpeakerSpans[]) =>
    speakers
      .map((one) => ({ speaker: one.speaker, spans: frames(one.spans) }))
      .filter((one) => one.spans.some((span) => touches(span, within)));
  const [reference, hypothesis] = [tracks(file.reference), tracks(file.hypothesis)];
  return {
    reference: reference.map((one) => one.spans),
    hypothesis: hypothesis.map((one) => one.spans),
    within,
    referenceNames: reference.map((one) => one.speaker),
    hypothesisNames: hypothesis.map((one) => one.speaker),
  };
}

/** The first frame that does not begin before `sec`; the product decides, as numpy's searchsorted on `0.01·i` does. */
function firstFrame(sec: number): number {
  let frame = Math.max(0, Math.ceil(sec / frameSec));
  while (frame > 0 && (frame - 1) * frameSec >= sec) frame -= 1;
  while (frame * frameSec < sec) frame += 1;
  return frame;
}

const touches = (span: Span, within: readonly Span[]): boolean =>
  within.some((one) => one.start < span.end && span.start < one.end);

/** Counts frames by the set of speakers in reference and hypothesis; silence is a set like any other. */
export function frameContingency(file: FramedFile): Contingency {
  const table = new Contingency();
  sweep(file.reference, file.hypothesis, file.within, (frames, reference, hypothesis) => {
    table.add(setName(reference), setName(hypothesis), frames);
  });
  return table;
}

const setName = (active: readonly number[]): string => [...active].sort((a, b) => a - b).join(',');
