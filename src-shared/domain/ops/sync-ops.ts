import type { EditOp } from '../edit-op.ts';
import { snapSec } from './context.ts';
import type { EditContext } from './context.ts';
import type { Draft } from './draft.ts';

type Op<Name extends EditOp['op']> = Extract<EditOp, { op: Name }>;

/** How sound and picture lie against each other; labels, boxes and cuts keep their times. */
export function correctSync(draft: Draft, op: Op<'sync.correct'>, { newId }: EditContext): string {
  const before = draft.offset();
  const offsetSec = op.offsetSec === null ? 0 : snapSec(op.offsetSec);
  if (offsetSec === 0) {
    if (before) draft.remove(before.id);
    return 'Sound and picture as they are in the file';
  }
  if (before?.offsetSec !== offsetSec) {
    draft.put({ kind: 'offset', id: before?.id ?? newId(), offsetSec, origin: 'human' });
  }
  const millis = Math.round(Math.abs(offsetSec) * 1000);
  return offsetSec > 0 ? `Corrected: the sound came ${millis} ms late` : `Corrected: the sound came ${millis} ms early`;
}
