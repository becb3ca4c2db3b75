import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { Turn } from '#shared/formats/turn.ts';
import type { FileScore } from '#shared/metrics/score.ts';
import { scoreDiarization } from '#shared/metrics/score.ts';
import type { ReferenceClip } from '../references.ts';

/** One answer against one reference, whole file scored. */
export interface ClipScore {
  /** Collar 0, overlap scored. */
  strict: FileScore;
  /** Collar 0.25 s, overlap scored. */
  fair: FileScore;
  /** Collar 0.25 s, overlap left out. */
  forgiving: FileScore;
}

export function scoreClip(clip: ReferenceClip, segments: readonly HypothesisSegment[], durationSec: number): ClipScore {
  const hypothesis = segments.map((segment): Turn => ({ ...segment, fileId: clip.id, channel: '1' }));
  const region = { fileId: clip.id, channel: '1', startSec: 0, endSec: durationSec };
  const score = (collarSec: number, ignoreOverlap: boolean): FileScore =>
    scoreDiarization(clip.turns, hypothesis, { collarSec, ignoreOverlap, regions: [region] }).files[0]!;
  return { strict: score(0, false), fair: score(0.25, false), forgiving: score(0.25, true) };
}
