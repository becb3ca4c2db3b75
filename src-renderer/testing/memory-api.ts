import type { ApiClient, ApiEvent, ApiInput, ApiMethod, ApiOutput } from '#shared/api/contract.ts';
import { AppError } from '#shared/api/errors.ts';
import { applyOp } from '#shared/domain/apply-op.ts';
import { applyDiff, recordMap, reverseDiff } from '#shared/domain/diff.ts';
import type { DocumentChange } from '#shared/domain/document.ts';
import type { HypothesisInfo, HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { Job } from '#shared/domain/job.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { DocRecord, RecordsDiff } from '#shared/domain/records.ts';
import { defaultSettings } from '../state/app-store.ts';

interface Step {
  diff: RecordsDiff;
  label: string;
}

interface FileState {
  item: MediaItem;
  records: ReadonlyMap<string, DocRecord>;
  revision: number;
  done: Step[];
  undone: Step[];
}

type Handlers = { [M in ApiMethod]?: (input: ApiInput<M>) => ApiOutput<M> | Promise<ApiOutput<M>> };

/**
 * A host in memory, for tests of the window alone. Edits, undo and revisions behave as the real one's (same `applyOp`);
 * everything else answers from what the test put in. Methods can be replaced through `on`.
 */
export class MemoryApi implements ApiClient {
  readonly files = new Map<string, FileState>();
  readonly hypotheses: { info: HypothesisInfo; segments: HypothesisSegment[] }[] = [];
  jobs: Job[] = [];
  settings = { ...defaultSettings };
  view: Record<string, ApiInput<'project.setView'>['patch'][string]> = {};
  readOnlyReason: string | null = null;
  /** Replaced answers by method. */
  readonly handlers: Handlers = {};
  /** Every call in turn. */
  readonly calls: { method: ApiMethod; input: unknown }[] = [];
  readonly #listeners = new Set<(event: ApiEvent) => void>();
  readonly #connectionListeners = new Set<(connected: boolean) => void>();
  #nextId = 1;

  addFile(item: MediaItem, records: DocRecord[]): void {
    this.files.set(item.id, { item, records: recordMap(records), revision: 0, done: [], undone: [] });
  }

  emit(event: ApiEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  setConnected(connected: boolean): void {
    for (const listener of this.#connectionListeners) listener(connected);
  }

  on(listener: (event: ApiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#connectionListeners.add(listener);
    listener(true);
    return () => this.#connectionListeners.delete(listener);
  }

  async call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
    this.calls.push({ method, input });
    await Promise.resolve();
    const own = this.handlers[method] ?? this.#defaults[method];
    if (!own) throw new AppError('unsupported', `The host in memory has no ${method}.`);
    return own(input);
  }

  /** An edit as another window would make it: the change is pushed. */
  editElsewhere(mediaId: string, op: ApiInput<'edit.apply'>['op']): DocumentChange {
    const change = this.#apply({ mediaId, baseRevision: this.#file(mediaId).revision, op });
    this.emit({ type: 'document.changed', change });
    return change;
  }

  #file(mediaId: string): FileState {
    const file = this.files.get(mediaId);
    if (!file) throw new AppError('not-found', 'This file is not in the project.');
    return file;
  }

  #commit(file: FileState, diff: RecordsDiff, label: string, cause: DocumentChange['cause']): DocumentChange {
    file.records = applyDiff(file.records, diff);
    file.revision += 1;
    return {
      mediaId: file.item.id,
      revision: file.revision,
      cause,
      label,
      diff,
      undoLabel: file.done.at(-1)?.label ?? null,
      redoLabel: file.undone.at(-1)?.label ?? null,
      span: null,
    };
  }

  #checked(mediaId: string, baseRevision: number): FileState {
    const file = this.#file(mediaId);
    if (file.revision !== baseRevision) throw new AppError('stale-revision', 'The labels have changed meanwhile.');
    return file;
  }

  #apply({ mediaId, baseRevision, op }: ApiInput<'edit.apply'>): DocumentChange {
    const file = this.#checked(mediaId, baseRevision);
    const hypothesisId = op.op === 'hypothesis.adopt' ? op.hypothesisId : null;
    const hypothesis = this.hypotheses.find((one) => one.info.id === hypothesisId);
    const { diff, label } = applyOp(file.records, op, {
      newId: () => `n${this.#nextId++}`,
      ...(hypothesis ? { hypothesis: { ...hypothesis.info, segments: hypothesis.segments } } : {}),
    });
    file.done.push({ diff, label });
    file.undone = [];
    return this.#commit(file, diff, label, 'edit');
  }

  #defaults: Handlers = {
    'app.info': () => ({
      version: '0.0.0',
      face: 'served',
      platform: 'linux',
      cores: 2,
      ffmpeg: { path: '/usr/bin/ffmpeg', version: '6.1', source: 'path' },
      provider: 'CPU',
      offline: true,
      notices: [],
    }),
    'settings.get': () => this.settings,
    'settings.set': (patch) => (this.settings = { ...this.settings, ...patch } as typeof this.settings),
    'project.get': () => ({
      id: 'p',
      name: 'panel-series',
      path: '/home/me/panel-series.diarist',
      readOnly: this.readOnlyReason !== null,
      readOnlyReason: this.readOnlyReason,
      isSample: false,
    }),
    'project.getView': () => this.view,
    'project.setView': ({ patch }) => {
      Object.assign(this.view, patch);
      return {};
    },
    'media.list': () => [...this.files.values()].map((file) => file.item),
    'media.sources': () => ({
      playUrl: null,
      playsProxy: false,
      playNote: null,
      peaksUrl: null,
      frameTableUrl: null,
      vadUrl: null,
      pcmUrl: null,
      evidence: {},
    }),
    'quality.get': () => null,
    'document.get': ({ mediaId }) => {
      const file = this.#file(mediaId);
      return {
        mediaId,
        revision: file.revision,
        records: [...file.records.values()],
        undoLabel: file.done.at(-1)?.label ?? null,
        redoLabel: file.undone.at(-1)?.label ?? null,
      };
    },
    'edit.apply': (input) => this.#apply(input),
    'edit.undo': ({ mediaId, baseRevision }) => {
      const file = this.#checked(mediaId, baseRevision);
      const step = file.done.pop();
      if (!step) throw new AppError('not-found', 'There is nothing to undo.');
      file.undone.push(step);
      return this.#commit(file, reverseDiff(step.diff), `Undid: ${step.label}`, 'undo');
    },
    'edit.redo': ({ mediaId, baseRevision }) => {
      const file = this.#checked(mediaId, baseRevision);
      const step = file.undone.pop();
      if (!step) throw new AppError('not-found', 'There is nothing to redo.');
      file.done.push(step);
      return this.#commit(file, step.diff, `Redid: ${step.label}`, 'redo');
    },
    'edit.history': ({ mediaId, limit }) =>
      this.#file(mediaId)
        .done.map(({ label }, seq) => ({ seq, revision: seq + 1, label, atMs: 0, undone: false }))
        .slice(-limit)
        .reverse(),
    'hypothesis.list': ({ mediaId }) =>
      this.hypotheses.filter((one) => one.info.mediaId === mediaId).map((one) => one.info),
    'hypothesis.segments': ({ hypothesisId }) =>
      this.hypotheses.find((one) => one.info.id === hypothesisId)?.segments ?? [],
    'export.defaultFolder': () => ({ folder: '/media', newFolder: '/media/subset' }),
    'systems.list': () => [],
    'models.list': () => [],
    'voices.list': () => [],
    'voices.proposals': () => [],
    'jobs.list': () => this.jobs,
  };
}
