import { AppError } from '../../api/errors.ts';
import type { EditOp } from '../edit-op.ts';
import type { Cut } from '../records.ts';
import { snapSec } from './context.ts';
import type { EditContext } from './context.ts';
import type { Draft } from './draft.ts';
import { splitAt } from './track-ops.ts';
import { counted, timeInWords } from './words.ts';

type Op<Name extends EditOp['op']> = Extract<EditOp, { op: Name }>;

/** An edge of a track that lies so near a cut is the cut's: half a frame of 25 a second. */
const AT_CUT_SEC = 0.02;

/** A face belongs to one shot: tracks across the new cut are split there. */
export function addCut(draft: Draft, op: Op<'cut.add'>, context: EditContext): string {
  const timeSec = freeTime(draft, op.atSec, null);
  draft.put({ kind: 'cut', id: context.newId(), timeSec, origin: 'human' });
  return `Added a cut at ${timeInWords(timeSec)}${splitInWords(splitAcross(draft, timeSec, context))}`;
}

/** Tracks that ended or started at the cut go with it; others across its new place are split there. */
export function moveCut(draft: Draft, op: Op<'cut.move'>, context: EditContext): string {
  const cut = draft.cut(op.cutId);
  const timeSec = freeTime(draft, op.toSec, cut);
  if (timeSec !== cut.timeSec) draft.put({ ...cut, timeSec, origin: 'human' });
  const isAtCut = (sec: number): boolean => Math.abs(sec - cut.timeSec) <= AT_CUT_SEC;
  for (const track of draft.tracks()) {
    const startSec = isAtCut(track.startSec) ? timeSec : track.startSec;
    const endSec = isAtCut(track.endSec) ? timeSec : track.endSec;
    // A track that the cut would swallow stays as it is.
    if ((startSec !== track.startSec || endSec !== track.endSec) && endSec > startSec) {
      draft.put({ ...track, startSec, endSec, origin: 'human' });
    }
  }
  const split = splitAcross(draft, timeSec, context);
  return `Moved the cut at ${timeInWords(cut.timeSec)} to ${timeInWords(timeSec)}${splitInWords(split)}`;
}

/** Tracks that the cut kept apart stay two: merging them is an edit of its own. */
export function deleteCuts(draft: Draft, op: Op<'cut.delete'>): string {
  const cuts = [...new Set(op.cutIds)].map((id) => draft.cut(id));
  for (const { id } of cuts) draft.remove(id);
  if (cuts.length === 1) return `Deleted the cut at ${timeInWords(cuts[0]!.timeSec)}`;
  return `Deleted ${counted(cuts.length, 'cut', 'cuts')}`;
}

function splitAcross(draft: Draft, timeSec: number, context: EditContext): number {
  const across = draft.tracks().filter(({ startSec, endSec }) => startSec < timeSec && timeSec < endSec);
  for (const track of across) splitAt(draft, track, timeSec, context);
  return across.length;
}

const splitInWords = (count: number): string => (count === 0 ? '' : `; ${counted(count, 'face', 'faces')} split there`);

function freeTime(draft: Draft, sec: number, moved: Cut | null): number {
  const timeSec = snapSec(sec);
  if (timeSec <= 0) {
    throw new AppError('bad-input', 'The first shot starts with the picture; a cut comes after that.', {
      fix: 'Put the playhead at the first picture of a later shot.',
    });
  }
  if (draft.cuts().some((cut) => cut.id !== moved?.id && Math.abs(cut.timeSec - timeSec) < 0.001)) {
    throw new AppError('bad-input', `There is a cut at ${timeInWords(timeSec)} already.`, {
      fix: 'Choose another time.',
    });
  }
  return timeSec;
}
