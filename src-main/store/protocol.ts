import type { AppErrorData } from '#shared/api/errors.ts';
import type { CuratedDocument, DocumentChange, JournalEntry } from '#shared/domain/document.ts';
import type { EditOp } from '#shared/domain/edit-op.ts';
import type { HypothesisInfo, HypothesisPicture, HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { Job } from '#shared/domain/job.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { DocRecord } from '#shared/domain/records.ts';

/** What the store worker can be asked; `store.ts` offers each of these methods as a promise. */

export interface ProjectInfo {
  /** The same in every copy of the project. */
  id: string;
  /** File name without its ending. */
  name: string;
  path: string;
  createdMs: number;
}

export type NewMedia = Pick<MediaItem, 'path' | 'identity' | 'probe'> &
  Partial<Pick<MediaItem, 'name' | 'choice' | 'state'>>;
export type MediaPatch = Partial<
  Pick<MediaItem, 'path' | 'name' | 'identity' | 'probe' | 'choice' | 'state' | 'undecodedShare'>
>;
export type NewHypothesis = Pick<HypothesisInfo, 'mediaId' | 'label' | 'origin' | 'provenance' | 'warnings'> & {
  segments: HypothesisSegment[];
  /** What it saw; absent for one that only heard. */
  picture?: HypothesisPicture | undefined;
};
export type JobPatch = Partial<Omit<Job, 'id' | 'mediaId' | 'createdMs'>>;

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type ViewState = Record<string, JsonValue>;

/** Who makes an edit: a person, or the app by itself (adopting a first result). Both can be undone. */
export type EditSource = 'human' | 'machine';

export interface JobCompletion {
  /** Fields of the job to set, `state` above all. */
  job: JobPatch;
  /** Fields of its media to set. */
  media?: MediaPatch;
  /** What the job found; its id becomes the job's `hypothesisId`. */
  hypothesis?: Omit<NewHypothesis, 'mediaId'>;
  /** Make it the curated layer unless a person has edited that. */
  adoptIfUntouched?: boolean;
}

export interface CompletedJob {
  job: Job;
  hypothesis: HypothesisInfo | null;
  /** The adoption, if there was one. */
  change: DocumentChange | null;
}

/** Where the face tracks of a file come from. */
export interface FaceEdits {
  /** The curated layer at that moment. */
  records: DocRecord[];
  /** Of the answer that was adopted last. */
  picture: HypothesisPicture;
  /** Tracks that a person since then gave to a speaker (true) or to nobody (false), by id. */
  naming: [trackId: string, isSomebody: boolean][];
}

export interface ReadableStore {
  project(): ProjectInfo;
  getView(): ViewState;
  /** In the order they were added. `doubtLimit` 0..1: see domain/doubt.ts. */
  listMedia(doubtLimit?: number): MediaItem[];
  /** Throws `not-found`. */
  getMedia(id: string, doubtLimit?: number): MediaItem;
  /** The curated layer; empty at revision 0 for a new file. Throws `not-found`. */
  getDocument(mediaId: string): CuratedDocument;
  /** Latest first; steps dropped by an edit after an undo are left out. */
  history(mediaId: string, limit: number): JournalEntry[];
  /** Has a person changed the curated layer (adopting a hypothesis does not count, nor what was undone)? */
  hasHumanEdits(mediaId: string): boolean;
  /** Has a person added, moved or deleted cuts (what was undone does not count)? */
  hasEditedCuts(mediaId: string): boolean;
  /** What the present face tracks come from; null where no answer with a picture was adopted. */
  faceEdits(mediaId: string): FaceEdits | null;
  /** Oldest first. */
  listHypotheses(mediaId: string): HypothesisInfo[];
  /** Throws `not-found`. */
  getHypothesis(id: string): HypothesisInfo;
  /** As they were added. Throws `not-found`. */
  hypothesisSegments(id: string): HypothesisSegment[];
  /** Oldest first. */
  listJobs(): Job[];
  /** Throws `not-found`. */
  getJob(id: string): Job;
}

/** Every method is one transaction: it happens whole or not at all, and is on disk when the answer comes. */
export interface WritableStore {
  /** Sets the given keys, keeps the others. */
  setView(patch: ViewState): void;
  /** All or nothing. Throws `conflict` for a path that is in the project already. */
  addMedia(items: NewMedia[]): MediaItem[];
  updateMedia(id: string, patch: MediaPatch): MediaItem;
  /** With its labels, hypotheses and jobs. Cannot be undone. */
  removeMedia(id: string): void;
  /**
   * One edit. Throws `stale-revision` unless `baseRevision` is the present one, and what `applyOp` throws. An edit that
   * changes nothing leaves revision and journal alone and answers with an empty diff.
   */
  apply(mediaId: string, baseRevision: number, op: EditOp, source?: EditSource): DocumentChange;
  /** Throws `stale-revision`; `not-found` when there is nothing to undo. */
  undo(mediaId: string, baseRevision: number): DocumentChange;
  /** Throws `stale-revision`; `not-found` when there is nothing to redo. */
  redo(mediaId: string, baseRevision: number): DocumentChange;
  addHypothesis(hypothesis: NewHypothesis): HypothesisInfo;
  /** The lane goes; segments made from it stay. */
  removeHypothesis(id: string): void;
  insertJob(job: Job): Job;
  updateJob(id: string, patch: JobPatch): Job;
  /** Job, media, hypothesis and its adoption in one transaction: a kill leaves all of it or nothing. */
  completeJob(jobId: string, completion: JobCompletion): CompletedJob;
}

/** Neither reads nor writes the project's content. */
export interface StoreMaintenance {
  /** A complete copy at an absolute path that does not exist yet. */
  backupTo(path: string): void;
  close(): void;
}

export type StoreMethods = ReadableStore & WritableStore & StoreMaintenance;
export type StoreMethod = keyof StoreMethods;

export interface StoreRequest {
  seq: number;
  method: StoreMethod;
  args: unknown[];
}

export interface StoreState {
  readOnly: boolean;
  readOnlyReason: string | null;
}

export type FromStoreWorker =
  | ({ type: 'opened'; notices: string[] } & StoreState)
  | { type: 'refused'; error: AppErrorData }
  | { type: 'answer'; seq: number; ok: true; value: unknown }
  | { type: 'answer'; seq: number; ok: false; error: AppErrorData }
  /** Ownership was lost. */
  | ({ type: 'state' } & StoreState)
  | { type: 'slow'; method: string; millis: number };
