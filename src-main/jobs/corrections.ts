import { faceCorrectionsOf } from '#shared/domain/face-corrections.ts';
import type { Corrections } from '#shared/domain/hypothesis.ts';
import type { Store } from '#store/store.ts';

/**
 * What a person corrected in the picture of a file, for a new run: cuts once one of them was edited, face tracks that were
 * split, merged, deleted or given to somebody, and how the sound lies against the picture; undefined where there is nothing
 * of it.
 */
export async function correctionsOf(
  store: Pick<Store, 'getDocument' | 'hasEditedCuts' | 'faceEdits'>,
  mediaId: string,
): Promise<Corrections | undefined> {
  const [{ records }, hasEditedCuts, edits] = await Promise.all([
    store.getDocument(mediaId),
    store.hasEditedCuts(mediaId),
    store.faceEdits(mediaId),
  ]);
  const cutsSec = records.flatMap((record) => (record.kind === 'cut' ? [record.timeSec] : [])).sort((a, b) => a - b);
  const soundOffsetSec = records.find((record) => record.kind === 'offset')?.offsetSec ?? null;
  const faces = edits && faceCorrectionsOf(edits.records, edits.picture, new Map(edits.naming));
  if (!hasEditedCuts && soundOffsetSec === null && !faces) return undefined;
  return { cutsSec: hasEditedCuts ? cutsSec : null, soundOffsetSec, ...(faces ? { faces } : {}) };
}
