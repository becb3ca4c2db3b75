import { create } from 'zustand';
import type { ApiClient, ApiEvent, ApiMethod, ApiOutput } from '#shared/api/contract.ts';
import { AppError, toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import type { CuratedDocument, DocumentChange } from '#shared/domain/document.ts';
import type { EditOp } from '#shared/domain/edit-op.ts';
import type { HypothesisInfo, HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { Segment } from '#shared/domain/records.ts';
import { i18next } from '../i18n/index.ts';
import { emptyDocument, foldDiff, foldRecords } from './fold.ts';
import type { FoldedDocument } from './fold.ts';
import { numberedLabels } from './derive.ts';

/**
 * The file under review: its curated layer, what is selected, and how edits reach the host. Playback time is NOT here
 * (player/player.ts holds it), nor zoom (timeline/viewport.ts): both change every frame.
 *
 * Edits are round trips, one after another: each names the revision it was made on, the answer is folded in. On the
 * loopback that is a millisecond or two; a gesture draws its own preview meanwhile.
 */
export interface Selection {
  readonly segmentIds: ReadonlySet<string>;
  /** The one that keys act on and the inspector shows; always one of `segmentIds`, null when nothing is selected. */
  readonly focusId: string | null;
}

export interface HypothesisLane {
  readonly info: HypothesisInfo;
  readonly segments: readonly HypothesisSegment[];
}

/** What the last key did, in words, for the status line and screen readers. */
export interface LastAction {
  /** Rises with each; makes two equal texts two announcements. */
  readonly serial: number;
  readonly label: string;
  readonly tone: 'edit' | 'undo' | 'redo' | 'info' | 'problem';
  /** What the change touched; the timeline scrolls there after undo and redo. */
  readonly span: { startSec: number; endSec: number } | null;
  /** The whole error where `tone` is `problem`. */
  readonly error: AppErrorData | null;
}

/** A wish to hear a span, raised by selecting; player/ answers it (app/wiring.ts). */
export interface Audition {
  readonly serial: number;
  readonly startSec: number;
  readonly endSec: number;
}

export type SaveState = 'saved' | 'saving' | 'failed' | 'read-only';
export type LoadState = 'empty' | 'loading' | 'ready' | 'failed';

export interface SelectOptions {
  /** Hear the focused segment; absent = as the setting “play on select” says. */
  play?: boolean;
  /** Which of the ids keys act on; absent = the last. */
  focusId?: string;
}

export interface ReviewState extends FoldedDocument {
  api: ApiClient;
  media: MediaItem | null;
  loadState: LoadState;
  loadError: AppErrorData | null;
  revision: number;
  selection: Selection;
  /** The speaker a new segment goes to; outlined in lane heads and the speaker list. */
  targetSpeakerId: string | null;
  hypotheses: readonly HypothesisLane[];
  undoLabel: string | null;
  redoLabel: string | null;
  lastAction: LastAction | null;
  audition: Audition | null;
  saveState: SaveState;
  /** Why the last edit could not be written; null as soon as one was. */
  saveError: AppErrorData | null;
  /** Copied from settings and project, so that this store stands alone (state/wire.ts keeps them). */
  playOnSelect: boolean;
  readOnlyReason: string | null;

  connect: (api: ApiClient) => void;
  /** Show a file; null closes. Resolves when its document is there (or `loadError` says why not). */
  open: (mediaId: string | null) => Promise<void>;
  /** One edit. The change as the host made it, or null when it was refused (the status line says why). */
  apply: (op: EditOp) => Promise<DocumentChange | null>;
  undo: () => Promise<DocumentChange | null>;
  redo: () => Promise<DocumentChange | null>;
  /** Select exactly these, in any order; ids that are not there are ignored. */
  select: (ids: Iterable<string>, options?: SelectOptions) => void;
  /** Add to or take from the selection (Ctrl+click). */
  toggleSelected: (id: string) => void;
  clearSelection: () => void;
  setTargetSpeaker: (speakerId: string | null) => void;
  /** O(1); undefined when it is gone. */
  segment: (id: string) => Segment | undefined;
  /** Put words into the status line without an edit. */
  say: (label: string, tone?: 'info' | 'problem', error?: AppErrorData) => void;
  /** What the host pushes. */
  receive: (event: ApiEvent) => void;
  refreshHypotheses: () => Promise<void>;
}

const disconnected: ApiClient = {
  call: <M extends ApiMethod>(): Promise<ApiOutput<M>> =>
    Promise.reject(new AppError('io', 'There is no connection to Diarist yet.')),
  on: () => () => {},
  onConnection: () => () => {},
};
const nothing: Selection = { segmentIds: new Set(), focusId: null };
const closed = {
  ...emptyDocument,
  media: null,
  loadState: 'empty' as LoadState,
  loadError: null,
  revision: 0,
  selection: nothing,
  targetSpeakerId: null,
  hypotheses: [],
  undoLabel: null,
  redoLabel: null,
  audition: null,
};

export const useReviewStore = create<ReviewState>()((set, get) => {
  const index = new Map<string, Segment>();
  let serial = 0;
  let openings = 0;
  /** Edits wait for one another here. */
  let queue: Promise<unknown> = Promise.resolve();

  const inOrder = <T>(task: () => Promise<T>): Promise<T> => {
    const run = queue.then(task);
    queue = run.catch(() => undefined);
    return run;
  };

  const action = (
    label: string,
    tone: LastAction['tone'],
    more: Partial<Pick<LastAction, 'span' | 'error'>> = {},
  ): LastAction => ({ serial: ++serial, label, tone, span: null, error: null, ...more });

  /** Selection and target without what is no longer there. */
  const pruned = (selection: Selection, focusGone: Segment | undefined, segments: readonly Segment[]): Selection => {
    const left = [...selection.segmentIds].filter((id) => index.has(id));
    if (left.length === selection.segmentIds.size) return selection;
    if (left.length > 0) {
      const keeps = selection.focusId !== null && index.has(selection.focusId);
      return { segmentIds: new Set(left), focusId: keeps ? selection.focusId : left.at(-1)! };
    }
    // The selected ones went: what now stands in their place takes over, so that keys always have a target.
    const heir = focusGone && segments.find((segment) => segment.endSec > focusGone.startSec);
    return heir ? { segmentIds: new Set([heir.id]), focusId: heir.id } : nothing;
  };

  const load = (document: CuratedDocument): void => {
    const folded = foldRecords(document.records);
    index.clear();
    for (const segment of folded.segments) index.set(segment.id, segment);
    const { selection, targetSpeakerId } = get();
    const { revision, undoLabel, redoLabel } = document;
    set({
      ...folded,
      revision,
      undoLabel,
      redoLabel,
      selection: pruned(selection, undefined, folded.segments),
      targetSpeakerId: folded.speakers.some((one) => one.id === targetSpeakerId)
        ? targetSpeakerId
        : (folded.speakers[0]?.id ?? null),
    });
  };

  /** Fold a change in, from our own edit or another window's. False when steps are missing in between. */
  const fold = (change: DocumentChange): boolean => {
    const state = get();
    if (change.mediaId !== state.media?.id || change.revision <= state.revision) return true;
    if (change.revision !== state.revision + 1) return false;
    const folded = foldDiff(state, change.diff);
    const focusBefore = state.selection.focusId === null ? undefined : index.get(state.selection.focusId);
    for (const record of change.diff.removed) index.delete(record.id);
    for (const record of [...change.diff.added, ...change.diff.updated.map((update) => update.to)])
      if (record.kind === 'segment') index.set(record.id, record);
    const { undoLabel, redoLabel, revision, label, cause, span } = change;
    const selection = pruned(state.selection, focusBefore, folded.segments);
    // Whoever the segment under the keys now belongs to is who the next one goes to as well.
    const focused = selection.focusId === null ? undefined : index.get(selection.focusId);
    const moved = focused && focused.speakerId !== focusBefore?.speakerId;
    const targetId = moved ? focused.speakerId : state.targetSpeakerId;
    set({
      ...folded,
      revision,
      undoLabel,
      redoLabel,
      selection,
      targetSpeakerId: folded.speakers.some((one) => one.id === targetId) ? targetId : (folded.speakers[0]?.id ?? null),
      lastAction: action(inWords(label, cause), cause, { span }),
    });
    return true;
  };

  const refresh = async (): Promise<void> => {
    const { media, api } = get();
    if (!media) return;
    const document = await api.call('document.get', { mediaId: media.id });
    if (get().media?.id === media.id) load(document);
  };

  const edit = (
    send: (api: ApiClient, mediaId: string, baseRevision: number) => Promise<DocumentChange>,
    /** Why there is nothing to do, asked when the edits before this one are done. */
    nothingToDo: () => string | null = () => null,
  ) =>
    inOrder(async (): Promise<DocumentChange | null> => {
      const { media, api, readOnlyReason, revision } = get();
      if (!media) return null;
      const reason = nothingToDo();
      if (reason !== null) {
        get().say(reason);
        return null;
      }
      if (readOnlyReason !== null) {
        get().say(readOnlyReason, 'problem');
        return null;
      }
      set({ saveState: 'saving' });
      try {
        const change = await send(api, media.id, revision);
        if (change.revision === revision) get().say(change.label);
        else if (!fold(change)) await refresh();
        set({ saveState: 'saved', saveError: null });
        return change;
      } catch (thrown) {
        const error = toErrorData(thrown);
        const stale = error.code === 'stale-revision';
        if (stale) await refresh().catch(() => undefined);
        set({
          saveState: error.code === 'read-only' ? 'read-only' : stale || isRefusal(error) ? 'saved' : 'failed',
          saveError: error.code === 'read-only' || stale || isRefusal(error) ? null : error,
          lastAction: action(
            stale
              ? 'The labels had changed in another window. They are shown as they are now; make the edit again.'
              : error.message,
            'problem',
            { error },
          ),
        });
        return null;
      }
    });

  /** A version that arrives beside the labels instead of becoming them would otherwise go unseen. */
  const announceVersion = async (): Promise<void> => {
    const known = new Set(get().hypotheses.map((lane) => lane.info.id));
    await get().refreshHypotheses();
    const { hypotheses, segments, say } = get();
    const fresh = hypotheses.find((lane) => !known.has(lane.info.id))?.info;
    if (fresh?.segmentCount === 0) say(i18next.t('say.noSpeech', { label: fresh.label }));
    else if (fresh && !segments.some((segment) => segment.hypothesisId === fresh.id)) {
      say(i18next.t('say.newVersion', { label: fresh.label }));
    }
  };

  return {
    ...closed,
    api: disconnected,
    lastAction: null,
    saveState: 'saved',
    saveError: null,
    playOnSelect: true,
    readOnlyReason: null,

    connect: (api) => set({ api }),

    open: async (mediaId) => {
      const opening = ++openings;
      index.clear();
      if (mediaId === null) {
        set(closed);
        return;
      }
      // Words about another file would mislead, its Undo even more.
      const same = get().media?.id === mediaId;
      set({ ...closed, loadState: 'loading', ...(same ? {} : { lastAction: null }) });
      const { api } = get();
      try {
        const [items, document] = await Promise.all([
          api.call('media.list', {}),
          api.call('document.get', { mediaId }),
        ]);
        if (opening !== openings) return;
        const media = items.find((item) => item.id === mediaId);
        if (!media) throw new AppError('not-found', 'This file is no longer in the project.');
        set({ media, loadState: 'ready' });
        load(document);
        await get().refreshHypotheses();
      } catch (thrown) {
        if (opening === openings) set({ loadState: 'failed', loadError: toErrorData(thrown) });
      }
    },

    apply: (op) => edit((api, mediaId, baseRevision) => api.call('edit.apply', { mediaId, baseRevision, op })),
    undo: () =>
      edit(
        (api, mediaId, baseRevision) => api.call('edit.undo', { mediaId, baseRevision }),
        () => (get().undoLabel === null ? i18next.t('say.nothingToUndo') : null),
      ),
    redo: () =>
      edit(
        (api, mediaId, baseRevision) => api.call('edit.redo', { mediaId, baseRevision }),
        () => (get().redoLabel === null ? i18next.t('say.nothingToRedo') : null),
      ),

    select: (ids, options = {}) => {
      const segmentIds = new Set([...ids].filter((id) => index.has(id)));
      const wanted = options.focusId;
      const focusId = wanted !== undefined && segmentIds.has(wanted) ? wanted : ([...segmentIds].at(-1) ?? null);
      const focused = focusId === null ? undefined : index.get(focusId);
      const play = focused !== undefined && (options.play ?? get().playOnSelect);
      set({
        selection: focusId === null ? nothing : { segmentIds, focusId },
        ...(focused ? { targetSpeakerId: focused.speakerId } : {}),
        ...(play ? { audition: { serial: ++serial, startSec: focused.startSec, endSec: focused.endSec } } : {}),
      });
    },

    toggleSelected: (id) => {
      if (!index.has(id)) return;
      const segmentIds = new Set(get().selection.segmentIds);
      if (!segmentIds.delete(id)) segmentIds.add(id);
      const focusId = segmentIds.has(id) ? id : ([...segmentIds].at(-1) ?? null);
      set({ selection: focusId === null ? nothing : { segmentIds, focusId } });
    },

    clearSelection: () => set({ selection: nothing }),
    setTargetSpeaker: (targetSpeakerId) => set({ targetSpeakerId }),
    segment: (id) => index.get(id),
    say: (label, tone = 'info', error) => set({ lastAction: action(label, tone, { error: error ?? null }) }),

    receive: (event) => {
      const { media, api } = get();
      if (event.type === 'document.changed') {
        // Behind our own queue: an answer on its way is folded first and this one then known already.
        void inOrder(async () => {
          if (!fold(event.change)) await refresh();
        });
      } else if (event.type === 'hypotheses.changed' && event.mediaId === media?.id) {
        void announceVersion();
      } else if (event.type === 'media.changed' && media && (event.mediaId ?? media.id) === media.id) {
        void api.call('media.list', {}).then((items) => {
          const now = items.find((item) => item.id === media.id);
          if (now && get().media?.id === media.id) set({ media: now });
        });
      }
    },

    refreshHypotheses: async () => {
      const { media, api, hypotheses } = get();
      if (!media) return;
      const infos = numberedLabels(await api.call('hypothesis.list', { mediaId: media.id }));
      // Immutable once stored: only new ones are fetched.
      const known = new Map(hypotheses.map((lane) => [lane.info.id, lane.segments]));
      const lanes = await Promise.all(
        infos.map(async (info) => ({
          info,
          segments: known.get(info.id) ?? (await api.call('hypothesis.segments', { hypothesisId: info.id })),
        })),
      );
      if (get().media?.id === media.id) set({ hypotheses: lanes });
    },
  };
});

/** The edit's own words, and that it was taken back or done again. */
function inWords(label: string, cause: DocumentChange['cause']): string {
  return cause === 'edit' ? label : i18next.t(cause === 'undo' ? 'say.undid' : 'say.redid', { label });
}

/** An edit that made no sense (nothing to undo, a split outside): the work itself is safe. */
function isRefusal(error: AppErrorData): boolean {
  return error.code === 'bad-input' || error.code === 'not-found' || error.code === 'conflict';
}
