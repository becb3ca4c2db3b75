import { AppError } from '#shared/api/errors.ts';
import type { CuratedDocument } from '#shared/domain/document.ts';
import type { HypothesisInfo } from '#shared/domain/hypothesis.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { DocRecord, Segment } from '#shared/domain/records.ts';
import { fileIdOf } from '#shared/domain/media.ts';
import type { ExportStore } from '../export-store.ts';

/** A project held in memory: what exports read of a Store. */
export class MemoryProject implements ExportStore {
  readonly media = new Map<string, MediaItem>();
  readonly documents = new Map<string, CuratedDocument>();
  readonly hypotheses: HypothesisInfo[] = [];

  async project() {
    return { id: 'p1', name: 'Talks', path: '/p/Talks.diarist', createdMs: 0 };
  }
  async getMedia(id: string) {
    const item = this.media.get(id);
    if (!item) throw new AppError('not-found', `There is no file ${id}.`);
    return item;
  }
  async getDocument(id: string) {
    return this.documents.get(id)!;
  }
  async listHypotheses(id: string) {
    return this.hypotheses.filter((info) => info.mediaId === id);
  }

  /** Adds a recording with turns `[speaker name, start, end, review?]`. */
  add(
    id: string,
    file: string,
    durationSec: number,
    turns: [string, number, number, Segment['review']?][],
    more: Partial<MediaItem> = {},
  ): MediaItem {
    const name = file.replace(/^.*[/\\]/, '');
    const names = [...new Set(turns.map(([who]) => who))];
    const item: MediaItem = {
      id,
      path: file,
      name,
      fileId: fileIdOf(name),
      identity: { sizeBytes: 1, mtimeMs: 0, hash: 'sha256:00' },
      probe: { container: 'wav', durationSec, timeZeroSec: 0, audio: [], video: [], attachedPictures: 0 },
      choice: { audioStream: null, channel: 'mix', range: null },
      state: 'ready',
      undecodedShare: 0,
      segmentCount: turns.length,
      speakerCount: names.length,
      doubtCount: 0,
      addedMs: 0,
      ...more,
    };
    this.media.set(id, item);
    const records: DocRecord[] = names.map((who, order) => {
      return { kind: 'speaker', id: `${id}-${who}`, name: who, colour: order, order, origin: 'machine' };
    });
    for (const [at, [who, startSec, endSec, review]] of turns.entries()) {
      records.push({
        kind: 'segment',
        id: `${id}-${at}`,
        speakerId: `${id}-${who}`,
        startSec,
        endSec,
        confidence: 0.75,
        review: review ?? 'unreviewed',
        origin: 'machine',
        hypothesisId: `${id}-h`,
      });
    }
    this.documents.set(id, { mediaId: id, revision: 3, records, undoLabel: null, redoLabel: null });
    return item;
  }
}
