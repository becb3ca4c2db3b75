import type { Span } from '../formats/spans.ts';
import { sharedTime } from './der.ts';
import type { FileInput } from './scoring-input.ts';
import { sweep } from './sweep.ts';

/** Seconds behind purity and coverage; sums over files before dividing give the overall values. */
export interface PurityTimes {
  /** Of each hypothesis speaker, the time with the reference speaker it shares most. */
  pureSec: number;
  hypothesisSec: number;
  /** Of each reference speaker, the time with the hypothesis speaker it shares most. */
  coveredSec: number;
  referenceSec: number;
}

/**
 * Cluster purity and coverage in the evaluated regions (Cettolo 2000; as pyannote.metrics computes them): purity falls when
 * a hypothesis speaker mixes people, coverage when a person is spread over several.
 */
export function purityTimes(file: FileInput): PurityTimes {
  const reference = file.reference.map((one) => one.spans);
  const hypothesis = file.hypothesis.map((one) => one.spans);
  const shared = sharedTime(reference, hypothesis, file.evaluated);
  const largest = (values: Iterable<number>) => Math.max(0, ...values);
  const columns = hypothesis.map((_, column) => shared.map((row) => row[column]!));
  const inside = (tracks: readonly Span[][]) => {
    let time = 0;
    sweep(tracks, [], file.evaluated, (length, active) => {
      time += length * active.length;
    });
    return time;
  };
  return {
    pureSec: columns.reduce((sum, column) => sum + largest(column), 0),
    hypothesisSec: inside(hypothesis),
    coveredSec: shared.reduce((sum, row) => sum + largest(row), 0),
    referenceSec: inside(reference),
  };
}

export interface BoundaryScores {
  precision: number;
  recall: number;
  f1: number;
}

/**
 * Boundary precision and recall: a hypothesis boundary is right when a reference boundary lies within the tolerance, each
 * counted once. Boundaries are starts and ends of each speaker's speech inside the evaluated regions.
 *
 * @param toleranceSec NIST speaker change detection takes 0.25
 */
export function boundaryScores(files: readonly FileInput[], toleranceSec = 0.25): BoundaryScores {
  let matched = 0;
  let inReference = 0;
  let inHypothesis = 0;
  for (const file of files) {
    const reference = boundariesOf(file.reference, file.evaluated);
    const hypothesis = boundariesOf(file.hypothesis, file.evaluated);
    inReference += reference.length;
    inHypothesis += hypothesis.length;
    matched += matchWithin(reference, hypothesis, toleranceSec);
  }
  const precision = inHypothesis > 0 ? matched / inHypothesis : 1;
  const recall = inReference > 0 ? matched / inReference : 1;
  return { precision, recall, f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
}

function boundariesOf(speakers: FileInput['reference'], within: readonly Span[]): number[] {
  const times = new Set(speakers.flatMap((one) => one.spans.flatMap((span) => [span.start, span.end])));
  return [...times]
    .filter((time) => within.some((span) => span.start <= time && time <= span.end))
    .sort((a, b) => a - b);
}

/** Most pairs that lie within the tolerance; taking the earliest possible each time is best on a line. */
function matchWithin(a: readonly number[], b: readonly number[], tolerance: number): number {
  let matched = 0;
  for (let one = 0, other = 0; one < a.length && other < b.length;) {
    const distance = a[one]! - b[other]!;
    if (Math.abs(distance) <= tolerance + 1e-9) {
      matched += 1;
      one += 1;
      other += 1;
    } else if (distance < 0) one += 1;
    else other += 1;
  }
  return matched;
}
