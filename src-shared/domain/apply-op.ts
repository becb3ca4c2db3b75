import type { DocumentChange } from './document.ts';
import type { RecordMap } from './diff.ts';
import type { EditOp } from './edit-op.ts';
import { adoptHypothesis } from './ops/adopt.ts';
import type { EditContext } from './ops/context.ts';
import * as cuts from './ops/cut-ops.ts';
import { Draft, spanOf } from './ops/draft.ts';
import * as segments from './ops/segment-ops.ts';
import * as speakers from './ops/speaker-ops.ts';
import { correctSync } from './ops/sync-ops.ts';
import * as tracks from './ops/track-ops.ts';
import type { RecordsDiff } from './records.ts';

export type { AdoptedHypothesis, AdoptedPicture, EditContext } from './ops/context.ts';

export interface AppliedOp {
  /** Empty when there was nothing to do (a speaker renamed to the name it has). */
  diff: RecordsDiff;
  /** In words, for the status line, the history and screen readers. */
  label: string;
  /** The span of time the edit touched. */
  span: DocumentChange['span'];
}

/**
 * What an edit does to the records of a file, as a diff; the records stay as they are. Times snap to 1 ms. The result
 * keeps the rules of `breaches.ts`; where speech of one speaker would overlap itself it is joined (docs/adr/0011).
 *
 * Throws AppError: `not-found` for an unknown speaker, segment, face, cut or hypothesis, `bad-input` for times and choices that make
 * no sense, `conflict` for a name that is taken.
 */
export function applyOp(records: RecordMap, op: EditOp, context: EditContext): AppliedOp {
  const draft = new Draft(records);
  const label = draftOp(draft, op, context);
  const diff = draft.diff();
  return { diff, label, span: spanOf(diff) };
}

function draftOp(draft: Draft, op: EditOp, context: EditContext): string {
  switch (op.op) {
    case 'segment.add':
      return segments.addSegment(draft, op, context);
    case 'segment.setTimes':
      return segments.setTimes(draft, op);
    case 'segment.assign':
      return segments.assignSegments(draft, op);
    case 'segment.addOverlap':
      return segments.addOverlap(draft, op, context);
    case 'segment.split':
      return segments.splitSegment(draft, op, context);
    case 'segment.merge':
      return segments.mergeSegments(draft, op);
    case 'segment.delete':
      return segments.deleteSegments(draft, op);
    case 'segment.review':
      return segments.reviewSegments(draft, op);
    case 'speaker.add':
      return speakers.addSpeaker(draft, op, context);
    case 'speaker.rename':
      return speakers.renameSpeaker(draft, op);
    case 'speaker.merge':
      return speakers.mergeSpeakers(draft, op);
    case 'speaker.delete':
      return speakers.deleteSpeaker(draft, op);
    case 'track.assign':
      return tracks.assignTracks(draft, op);
    case 'track.split':
      return tracks.splitTrack(draft, op, context);
    case 'track.merge':
      return tracks.mergeTracks(draft, op);
    case 'track.delete':
      return tracks.deleteTracks(draft, op);
    case 'cut.add':
      return cuts.addCut(draft, op, context);
    case 'cut.move':
      return cuts.moveCut(draft, op, context);
    case 'cut.delete':
      return cuts.deleteCuts(draft, op);
    case 'sync.correct':
      return correctSync(draft, op, context);
    case 'hypothesis.adopt':
      return adoptHypothesis(draft, op.hypothesisId, context);
  }
}
