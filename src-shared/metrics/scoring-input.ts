import { groupBy } from '../formats/group-by.ts';
import type { Region, Turn } from '../formats/turn.ts';
import { compareText } from '../formats/turn.ts';
import { subtract, unionOf, type Span } from '../formats/spans.ts';

/**
 * Which scorer's habits to follow where they differ:
 *
 * - `md-eval` (NIST md-eval-22): without UEM a file is scored from the first to the last *reference* turn, so false alarms
 *   outside do not count; every boundary of a reference line has its collar, also inside speech of the same speaker.
 * - `dscore`: without UEM from the first to the last turn of *either*; overlapping lines of one speaker are merged first.
 */
export type Convention = 'md-eval' | 'dscore';

export interface ScoringOptions {
  /** No-score zone on each side of every reference boundary, seconds. */
  collarSec: number;
  /** Leave out where two or more reference speakers talk. */
  ignoreOverlap: boolean;
  /** Scored regions; files without one are not scored. null = by convention. */
  regions: readonly Region[] | null;
  convention: Convention;
}

export const strictScoring: ScoringOptions = {
  collarSec: 0,
  ignoreOverlap: false,
  regions: null,
  convention: 'md-eval',
};

/** Speech of one speaker, seconds. */
export interface SpeakerSpans {
  speaker: string;
  spans: Span[];
}

/** One recording (or one channel of it) ready to be scored. */
export interface FileInput {
  fileId: string;
  reference: SpeakerSpans[];
  hypothesis: SpeakerSpans[];
  /** Where speakers are matched, seconds. */
  evaluated: Span[];
  /** Where errors count: without collars and, if asked, overlap. */
  scored: Span[];
}

/**
 * Pairs turns by file. A file only in the hypothesis is left out with a warning, one only in the reference is all missed.
 * Channels count only where the reference of a file has several.
 */
export function prepareFiles(
  reference: readonly Turn[],
  hypothesis: readonly Turn[],
  options: ScoringOptions,
): { files: FileInput[]; warnings: string[] } {
  const warnings: string[] = [];
  const manyChannels = filesOfManyChannels(reference);
  const keyOf = (one: { fileId: string; channel: string }) =>
    manyChannels.has(one.fileId) ? `${one.fileId} ${one.channel}` : one.fileId;
  const references = groupBy(reference, keyOf);
  const hypotheses = groupBy(hypothesis, keyOf);
  const regions = options.regions === null ? null : groupBy(options.regions, keyOf);
  const files: FileInput[] = [];
  for (const [key, turns] of [...references].sort(([a], [b]) => compareText(a, b))) {
    const own = regions?.get(key);
    if (regions && !own) {
      warnings.push(`${key} has no scored region and was left out.`);
      continue;
    }
    const uem = own ? unionOf(own.map((region) => ({ start: region.startSec, end: region.endSec }))) : null;
    files.push(prepareFile(key, turns, hypotheses.get(key) ?? [], uem, options));
  }
  const extra = [...hypotheses.keys()].filter((key) => !references.has(key));
  if (extra.length > 0) {
    const shown = extra.slice(0, 5).join(', ');
    warnings.push(
      `${extra.length} file(s) only in the hypothesis are not scored: ${shown}${extra.length > 5 ? ', …' : ''}.`,
    );
  }
  const missing = [...references.keys()].filter((key) => !hypotheses.has(key));
  if (missing.length > 0) {
    const shown = missing.slice(0, 5).join(', ');
    warnings.push(
      `${missing.length} file(s) only in the reference count as missed: ${shown}${missing.length > 5 ? ', …' : ''}.`,
    );
  }
  return { files, warnings };
}

/**
 * @param uem scored regions, sorted and apart from each other; null = by convention
 */
export function prepareFile(
  fileId: string,
  reference: readonly Turn[],
  hypothesis: readonly Turn[],
  uem: Span[] | null,
  options: ScoringOptions,
): FileInput {
  const merge = options.convention === 'dscore';
  const ofReference = bySpeaker(reference, merge);
  const ofHypothesis = bySpeaker(hypothesis, true);
  const evaluated = uem ?? conventionalExtent(reference, hypothesis, options.convention);
  return {
    fileId,
    reference: ofReference.map((one) => ({ ...one, spans: unionOf(one.spans) })),
    hypothesis: ofHypothesis,
    evaluated,
    scored: scoredSpans(evaluated, ofReference, options),
  };
}

function scoredSpans(evaluated: Span[], reference: readonly SpeakerSpans[], options: ScoringOptions): Span[] {
  const { collarSec, ignoreOverlap } = options;
  if (collarSec <= 0 && !ignoreOverlap) return evaluated;
  const lines = reference.flatMap((one) => one.spans);
  const excluded: Span[] = ignoreOverlap ? overlapOf(lines) : [];
  if (collarSec > 0) {
    for (const { start, end } of lines) {
      excluded.push(
        { start: start - collarSec, end: start + collarSec },
        { start: end - collarSec, end: end + collarSec },
      );
    }
  }
  return subtract(evaluated, excluded);
}

/** Where two or more of the spans lie over each other. */
export function overlapOf(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  const overlaps: Span[] = [];
  let reach = -Infinity;
  for (const { start, end } of sorted) {
    if (start < reach) overlaps.push({ start, end: Math.min(end, reach) });
    reach = Math.max(reach, end);
  }
  return unionOf(overlaps);
}

/** Speakers in order of first appearance. */
function bySpeaker(turns: readonly Turn[], merge: boolean): SpeakerSpans[] {
  return [...groupBy(turns, (turn) => turn.speaker)].map(([speaker, own]) => {
    const spans = own.map((turn) => ({ start: turn.startSec, end: turn.endSec }));
    return { speaker, spans: merge ? unionOf(spans, false) : spans };
  });
}

/** What is scored without a UEM. */
export const conventionalExtent = (
  reference: readonly Turn[],
  hypothesis: readonly Turn[],
  convention: Convention,
): Span[] => extentOf(convention === 'dscore' ? [...reference, ...hypothesis] : reference);

function extentOf(turns: readonly Turn[]): Span[] {
  const start = turns.reduce((first, turn) => Math.min(first, turn.startSec), Infinity);
  const end = turns.reduce((last, turn) => Math.max(last, turn.endSec), -Infinity);
  return end > start ? [{ start, end }] : [];
}

function filesOfManyChannels(turns: readonly Turn[]): Set<string> {
  const channels = new Map<string, string>();
  const many = new Set<string>();
  for (const { fileId, channel } of turns) {
    const known = channels.get(fileId);
    if (known === undefined) channels.set(fileId, channel);
    else if (known !== channel) many.add(fileId);
  }
  return many;
}
