import type { Corrections } from '#shared/domain/hypothesis.ts';
import type { Store } from '#store/store.ts';

/**
 * What a person corrected in the picture of a file, for a new run: cuts once one of them was edited, and how the sound lies
 * against the picture; undefined where there is nothing of it.
 */
export async function correctionsOf(
  store: Pick<Store, 'getDocument' | 'hasEditedCuts'>,
  mediaId: string,
): Promise<Corrections | undefined> {
  const [{ records }, hasEditedCuts] = await Promise.all([store.getDocument(mediaId), store.hasEditedCuts(mediaId)]);
  const cutsSec = records.flatMap((record) => (record.kind === 'cut' ? [record.timeSec] : [])).sort((a, b) => a - b);
  const soundOffsetSec = records.find((record) => record.kind === 'offset')?.offsetSec ?? null;
  if (!hasEditedCuts && soundOffsetSec === null) return undefined;
  return { cutsSec: hasEditedCuts ? cutsSec : null, soundOffsetSec };
}
