import { AppError } from '../../api/errors.ts';
import type { HypothesisSegment } from '../hypothesis.ts';
import type { Origin } from '../records.ts';

/** What an edit needs besides the records. */
export interface EditContext {
  /** A fresh id, unique for life. */
  newId: () => string;
  /** What `hypothesis.adopt` adopts. */
  hypothesis?: AdoptedHypothesis;
}

export interface AdoptedHypothesis {
  label: string;
  origin: Extract<Origin, 'machine' | 'import'>;
  segments: readonly HypothesisSegment[];
  /** Absent: face tracks and cuts of the file stay as they are. */
  picture?: AdoptedPicture;
}

/** What a system saw: it takes the place of the face tracks and cuts of the file. */
export interface AdoptedPicture {
  tracks: readonly {
    startSec: number;
    endSec: number;
    /** A label of the segments; null = nobody's, or somebody's who says nothing. */
    speaker: string | null;
    /** As `boxesRef` writes it. */
    boxesArtifact: string | null;
  }[];
  cutsSec: readonly number[];
}

/** Edits snap to 1 ms. */
export const snapSec = (sec: number): number => Math.round(sec * 1000) / 1000 + 0;

/** Snapped times of a segment. Throws `bad-input` when nothing is left of it. */
export function snapSpan(startSec: number, endSec: number): { startSec: number; endSec: number } {
  const span = { startSec: snapSec(startSec), endSec: snapSec(endSec) };
  requireLength(span);
  return span;
}

export function requireLength({ startSec, endSec }: { startSec: number; endSec: number }): void {
  if (endSec > startSec) return;
  throw new AppError('bad-input', 'A segment must end at least 1 ms after it starts.', {
    fix: 'Move the end behind the start.',
  });
}
