import { AppError } from '../../api/errors.ts';
import type { EditOp } from '../edit-op.ts';
import type { ReviewState, Segment } from '../records.ts';
import { requireLength, snapSec, snapSpan } from './context.ts';
import type { EditContext } from './context.ts';
import type { Draft } from './draft.ts';
import { joinedSegment, joinOverlaps } from './join.ts';
import { durationInWords, namesInWords, segmentsInWords, timeInWords, totalSec } from './words.ts';

type Op<Name extends EditOp['op']> = Extract<EditOp, { op: Name }>;

/** What a person decided with their own hands needs no evidence and no further review. */
const decided = { origin: 'human', confidence: null, review: 'accepted' } as const;

export function addSegment(draft: Draft, op: Op<'segment.add'>, { newId }: EditContext): string {
  const speaker = draft.speaker(op.speakerId);
  const id = newId();
  const span = snapSpan(op.startSec, op.endSec);
  draft.put({ kind: 'segment', id, speakerId: speaker.id, ...span, ...decided, hypothesisId: null });
  const joined = joinOverlaps(draft, speaker.id, new Set([id]), { freshIds: new Set([id]) });
  return `Added ${durationInWords(totalSec([span]))} of ${speaker.name}${joinedInWords(joined)}`;
}

export function setTimes(draft: Draft, op: Op<'segment.setTimes'>): string {
  const before = draft.segment(op.segmentId);
  const speaker = draft.speaker(before.speakerId);
  // An edge that was not moved keeps the precision of the file it came from.
  const startSec = op.startSec === before.startSec ? before.startSec : snapSec(op.startSec);
  const endSec = op.endSec === before.endSec ? before.endSec : snapSec(op.endSec);
  requireLength({ startSec, endSec });
  if (startSec !== before.startSec || endSec !== before.endSec) {
    draft.put({ ...before, ...decided, startSec, endSec });
  }
  const joined = joinOverlaps(draft, speaker.id, new Set([before.id]), { keepId: before.id });
  const times = `${timeInWords(startSec)} – ${timeInWords(endSec)}`;
  return `Moved ${speaker.name} to ${times}${joinedInWords(joined)}`;
}

export function assignSegments(draft: Draft, op: Op<'segment.assign'>): string {
  const speaker = draft.speaker(op.speakerId);
  const segments = draft.segmentsById(op.segmentIds);
  const moved = segments.filter(({ speakerId }) => speakerId !== speaker.id);
  for (const segment of segments) {
    // Giving a segment to the speaker it has already confirms it.
    if (segment.speakerId === speaker.id) draft.put({ ...segment, review: 'accepted' });
    else draft.put({ ...segment, ...decided, speakerId: speaker.id });
  }
  const joined = joinOverlaps(draft, speaker.id, new Set(moved.map(({ id }) => id)));
  if (moved.length === 0) return `Confirmed ${durationInWords(totalSec(segments))} as ${speaker.name}`;
  const from = namesInWords(speakerNames(draft, moved));
  return `Reassigned ${durationInWords(totalSec(moved))} from ${from} to ${speaker.name}${joinedInWords(joined)}`;
}

export function addOverlap(draft: Draft, op: Op<'segment.addOverlap'>, { newId }: EditContext): string {
  const speaker = draft.speaker(op.speakerId);
  const others = draft.segmentsById(op.segmentIds).filter(({ speakerId }) => speakerId !== speaker.id);
  if (others.length === 0) {
    throw new AppError('bad-input', `${speaker.name} is already the speaker there, and nobody speaks twice at once.`, {
      fix: 'Choose another speaker for the overlap.',
    });
  }
  const fresh = new Set<string>();
  for (const { startSec, endSec } of others) {
    const id = newId();
    fresh.add(id);
    draft.put({ kind: 'segment', id, speakerId: speaker.id, startSec, endSec, ...decided, hypothesisId: null });
  }
  const joined = joinOverlaps(draft, speaker.id, fresh, { freshIds: fresh });
  const over = namesInWords(speakerNames(draft, others));
  return `Added ${durationInWords(totalSec(others))} of ${speaker.name} over ${over}${joinedInWords(joined)}`;
}

export function splitSegment(draft: Draft, op: Op<'segment.split'>, { newId }: EditContext): string {
  const segment = draft.segment(op.segmentId);
  const speaker = draft.speaker(segment.speakerId);
  const atSec = snapSec(op.atSec);
  if (!(atSec > segment.startSec && atSec < segment.endSec)) {
    throw new AppError('bad-input', `The segment cannot be split at ${timeInWords(atSec)}: that is not inside it.`, {
      fix: 'Put the playhead inside the segment.',
    });
  }
  // Both halves keep what is known of who speaks; the person only set the border.
  draft.put({ ...segment, endSec: atSec, origin: 'human' });
  draft.put({ ...segment, id: newId(), startSec: atSec, origin: 'human' });
  return `Split ${durationInWords(totalSec([segment]))} of ${speaker.name} at ${timeInWords(atSec)}`;
}

export function mergeSegments(draft: Draft, op: Op<'segment.merge'>): string {
  const segments = draft.segmentsById(op.segmentIds);
  const first = segments[0]!;
  if (segments.length < 2) {
    throw new AppError('bad-input', 'Merging needs two segments.', { fix: 'Select one more segment.' });
  }
  const names = speakerNames(draft, segments);
  if (names.length > 1) {
    throw new AppError('bad-input', `Segments of ${namesInWords(names)} cannot become one segment.`, {
      fix: 'Give them to one speaker first.',
    });
  }
  for (const { id } of segments) draft.remove(id);
  const whole = joinedSegment(segments, first.id, 'human');
  draft.put(whole);
  // Segments of the same speaker between the chosen ones come along.
  const joined = joinOverlaps(draft, first.speakerId, new Set([first.id]), { keepId: first.id });
  const length = durationInWords(totalSec([draft.segment(first.id)]));
  return `Merged ${segmentsInWords(segments.length + joined)} of ${names[0]!} into one of ${length}`;
}

export function deleteSegments(draft: Draft, op: Op<'segment.delete'>): string {
  const segments = draft.segmentsById(op.segmentIds);
  const names = namesInWords(speakerNames(draft, segments));
  for (const { id } of segments) draft.remove(id);
  const length = durationInWords(totalSec(segments));
  if (segments.length === 1) return `Deleted ${length} of ${names}`;
  return `Deleted ${segmentsInWords(segments.length)} of ${names} (${length})`;
}

const reviewInWords: Record<ReviewState, (what: string) => string> = {
  accepted: (what) => `Accepted ${what}`,
  doubtful: (what) => `Marked ${what} as doubtful`,
  unreviewed: (what) => `Marked ${what} as not reviewed`,
};

export function reviewSegments(draft: Draft, op: Op<'segment.review'>): string {
  const segments = draft.segmentsById(op.segmentIds);
  for (const segment of segments) draft.put({ ...segment, review: op.review });
  const names = namesInWords(speakerNames(draft, segments));
  const length = durationInWords(totalSec(segments));
  const what =
    segments.length === 1 ? `${length} of ${names}` : `${segmentsInWords(segments.length)} of ${names} (${length})`;
  return reviewInWords[op.review](what);
}

/** Names of the speakers of `segments`, each once, in the order of their first segment. */
function speakerNames(draft: Draft, segments: readonly Segment[]): string[] {
  const ids = new Set(segments.map(({ speakerId }) => speakerId));
  return [...ids].map((id) => draft.speaker(id).name);
}

const joinedInWords = (joined: number): string =>
  joined === 0 ? '' : `, joined with ${joined === 1 ? 'a segment' : segmentsInWords(joined)} it overlaps`;
