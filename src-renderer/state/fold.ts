import type { AvOffset, Cut, DocRecord, FaceTrack, RecordsDiff, Segment, Speaker } from '#shared/domain/records.ts';

/** The curated layer of one file as the window holds it. Arrays are replaced, never changed in place. */
export interface FoldedDocument {
  /** By lane order. */
  speakers: readonly Speaker[];
  /** By start, then end, then id. */
  segments: readonly Segment[];
  tracks: readonly FaceTrack[];
  cuts: readonly Cut[];
  /** How a person corrected sound against picture; null = as in the file. */
  offset: AvOffset | null;
}

export const emptyDocument: FoldedDocument = { speakers: [], segments: [], tracks: [], cuts: [], offset: null };

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const bySpeakerOrder = (a: Speaker, b: Speaker): number => a.order - b.order || byId(a, b);
const byStart = (a: Segment | FaceTrack, b: Segment | FaceTrack): number =>
  a.startSec - b.startSec || a.endSec - b.endSec || byId(a, b);
const byTime = (a: Cut, b: Cut): number => a.timeSec - b.timeSec || byId(a, b);

function ofKind<K extends DocRecord['kind']>(
  records: readonly DocRecord[],
  kind: K,
): Extract<DocRecord, { kind: K }>[] {
  return records.filter((record): record is Extract<DocRecord, { kind: K }> => record.kind === kind);
}

/** A whole document, sorted once. */
export function foldRecords(records: readonly DocRecord[]): FoldedDocument {
  return {
    speakers: ofKind(records, 'speaker').sort(bySpeakerOrder),
    segments: ofKind(records, 'segment').sort(byStart),
    tracks: ofKind(records, 'track').sort(byStart),
    cuts: ofKind(records, 'cut').sort(byTime),
    offset: ofKind(records, 'offset')[0] ?? null,
  };
}

/**
 * `sorted` without `gone`, with `come` put in place: one linear pass however many records the file has; only what came
 * is sorted. The same array when nothing of it changed, so that subscribers stay still.
 */
function weave<T extends { id: string }>(
  sorted: readonly T[],
  gone: ReadonlySet<string>,
  come: T[],
  compare: (a: T, b: T) => number,
): readonly T[] {
  if (gone.size === 0 && come.length === 0) return sorted;
  come.sort(compare);
  const woven: T[] = [];
  let next = 0;
  for (const item of sorted) {
    if (gone.has(item.id)) continue;
    while (next < come.length && compare(come[next]!, item) < 0) woven.push(come[next++]!);
    woven.push(item);
  }
  while (next < come.length) woven.push(come[next++]!);
  return woven;
}

/** The document after a change. Records of kinds the diff does not name keep their arrays. */
export function foldDiff(document: FoldedDocument, diff: RecordsDiff): FoldedDocument {
  const come: DocRecord[] = [...diff.added, ...diff.updated.map((update) => update.to)];
  const left: DocRecord[] = [...diff.removed, ...diff.updated.map((update) => update.from)];
  const fold = <T extends DocRecord>(
    kind: T['kind'],
    sorted: readonly T[],
    compare: (a: T, b: T) => number,
  ): readonly T[] => {
    const isMine = (record: DocRecord): record is T => record.kind === kind;
    const added = come.filter(isMine);
    // An id that arrives replaces one that is there, whatever the diff says: folding twice is harmless.
    const gone = new Set([...left.filter(isMine), ...added].map((record) => record.id));
    return weave(sorted, gone, added, compare);
  };
  return {
    speakers: fold('speaker', document.speakers, bySpeakerOrder),
    segments: fold('segment', document.segments, byStart),
    tracks: fold('track', document.tracks, byStart),
    cuts: fold('cut', document.cuts, byTime),
    offset: fold<AvOffset>('offset', document.offset ? [document.offset] : [], byId)[0] ?? null,
  };
}
