import { AppError } from '../../api/errors.ts';
import { diffOf } from '../diff.ts';
import type { RecordMap } from '../diff.ts';
import type { AvOffset, Cut, DocRecord, FaceTrack, RecordsDiff, Segment, Speaker } from '../records.ts';

/**
 * The records of a file while one edit is worked out. Reads see the changes so far; the base stays as it is, so that an
 * edit that throws half-way has changed nothing.
 */
export class Draft {
  readonly #base: RecordMap;
  /** null = removed */
  readonly #changes = new Map<string, DocRecord | null>();

  constructor(base: RecordMap) {
    this.#base = base;
  }

  get(id: string): DocRecord | undefined {
    const changed = this.#changes.get(id);
    return changed === undefined ? this.#base.get(id) : (changed ?? undefined);
  }

  /** Throws `not-found`. */
  speaker(id: string): Speaker {
    const record = this.get(id);
    if (record?.kind === 'speaker') return record;
    throw new AppError('not-found', `There is no speaker ${id} in this file; it may have been deleted or merged.`, {
      fix: 'Choose a speaker of the list.',
    });
  }

  /** Throws `not-found`. */
  segment(id: string): Segment {
    const record = this.get(id);
    if (record?.kind === 'segment') return record;
    throw new AppError('not-found', `There is no segment ${id} in this file; it may have been deleted or joined.`, {
      fix: 'Select the segment again.',
    });
  }

  /** Each once, in the order of time. Throws `not-found`. */
  segmentsById(ids: readonly string[]): Segment[] {
    return [...new Set(ids)].map((id) => this.segment(id)).sort(byTime);
  }

  /** Throws `not-found`. */
  track(id: string): FaceTrack {
    const record = this.get(id);
    if (record?.kind === 'track') return record;
    throw new AppError('not-found', `There is no face ${id} in this file; it may have been deleted or merged.`, {
      fix: 'Select the face again.',
    });
  }

  /** Each once, in the order of time. Throws `not-found`. */
  tracksById(ids: readonly string[]): FaceTrack[] {
    return [...new Set(ids)].map((id) => this.track(id)).sort(byTime);
  }

  /** Throws `not-found`. */
  cut(id: string): Cut {
    const record = this.get(id);
    if (record?.kind === 'cut') return record;
    throw new AppError('not-found', `There is no cut ${id} in this file; it may have been deleted.`, {
      fix: 'Select the cut again.',
    });
  }

  put(record: DocRecord): void {
    this.#changes.set(record.id, record);
  }

  remove(id: string): void {
    this.#changes.set(id, null);
  }

  *records(): Generator<DocRecord> {
    for (const [id, record] of this.#base) {
      const changed = this.#changes.get(id);
      if (changed === undefined) yield record;
      else if (changed) yield changed;
    }
    for (const [id, record] of this.#changes) if (record && !this.#base.has(id)) yield record;
  }

  speakers(): Speaker[] {
    return [...this.records()].filter((record) => record.kind === 'speaker').sort((a, b) => a.order - b.order);
  }

  tracks(): FaceTrack[] {
    return [...this.records()].filter((record) => record.kind === 'track');
  }

  cuts(): Cut[] {
    return [...this.records()].filter((record) => record.kind === 'cut');
  }

  offset(): AvOffset | null {
    for (const record of this.records()) if (record.kind === 'offset') return record;
    return null;
  }

  /** Segments (of one speaker, if given) in the order of time. */
  segments(speakerId?: string): Segment[] {
    const found: Segment[] = [];
    for (const record of this.records()) {
      if (record.kind === 'segment' && (speakerId === undefined || record.speakerId === speakerId)) found.push(record);
    }
    return found.sort(byTime);
  }

  diff(): RecordsDiff {
    return diffOf(
      [...this.#changes].map(([id, to]) => {
        return { from: this.#base.get(id) ?? null, to };
      }),
    );
  }
}

/** Start, then end, then id: a total order, so that equal input gives equal output. */
export function byTime<T extends Pick<Segment, 'id' | 'startSec' | 'endSec'>>(a: T, b: T): number {
  return a.startSec - b.startSec || a.endSec - b.endSec || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The span a diff touches in time, before and after; null when it touches none. */
export function spanOf(diff: RecordsDiff): { startSec: number; endSec: number } | null {
  let startSec = Infinity;
  let endSec = -Infinity;
  const cover = (record: DocRecord) => {
    if (record.kind === 'speaker' || record.kind === 'offset') return;
    const [start, end] = record.kind === 'cut' ? [record.timeSec, record.timeSec] : [record.startSec, record.endSec];
    startSec = Math.min(startSec, start);
    endSec = Math.max(endSec, end);
  };
  for (const record of diff.added) cover(record);
  for (const record of diff.removed) cover(record);
  for (const { from, to } of diff.updated) {
    cover(from);
    cover(to);
  }
  return startSec <= endSec ? { startSec, endSec } : null;
}
