import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { ReferenceClip } from '../references.ts';
import type { ClipScore } from './score-clip.ts';
import { table } from './markdown.ts';

const BINS = 10;

/**
 * How honest confidences are: of the time said to be a speaker's, how much is that speaker's in the reference (and anybody's
 * at all), by confidence.
 * @returns a reliability table and the expected calibration error
 */
export function reliability(
  results: readonly { clip: ReferenceClip; score: ClipScore; segments: readonly HypothesisSegment[] }[],
): string {
  const bins = Array.from({ length: BINS }, () => ({ sec: 0, rightSec: 0, confidence: 0 }));
  for (const { clip, score, segments } of results) {
    const referenceOf = new Map(Object.entries(score.strict.mapping).map(([reference, found]) => [found, reference]));
    for (const { startSec, endSec, speaker, confidence } of segments) {
      if (confidence === null) continue;
      const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))]!;
      const name = referenceOf.get(speaker);
      bin.sec += endSec - startSec;
      bin.confidence += confidence * (endSec - startSec);
      for (const turn of clip.turns) {
        if (turn.speaker !== name) continue;
        bin.rightSec += Math.max(0, Math.min(endSec, turn.endSec) - Math.max(startSec, turn.startSec));
      }
    }
  }
  const total = bins.reduce((sum, bin) => sum + bin.sec, 0);
  if (total === 0) return 'No confidences.';
  let error = 0;
  const rows = bins.flatMap((bin, k) => {
    if (bin.sec === 0) return [];
    const right = Math.min(1, bin.rightSec / bin.sec);
    error += (Math.abs(bin.confidence / bin.sec - right) * bin.sec) / total;
    return [
      [
        `${(k / BINS).toFixed(1)}–${((k + 1) / BINS).toFixed(1)}`,
        bin.sec.toFixed(0),
        `${((100 * bin.confidence) / bin.sec).toFixed(0)} %`,
        `${(100 * right).toFixed(0)} %`,
        '█'.repeat(Math.round(20 * right)),
      ],
    ];
  });
  const head = ['confidence', 'seconds', 'mean confidence', 'right', ''];
  return `${table(head, rows)}\n\nExpected calibration error: ${(100 * error).toFixed(1)} points.`;
}
