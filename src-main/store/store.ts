import { entryPath } from '#runtime/entry-path.ts';
import { AppError, fromErrorData } from '#shared/api/errors.ts';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { OpenRequest } from './open-project.ts';
import { ownerTiming } from './owner.ts';
import type { OwnerTiming } from './owner.ts';
import type { FromStoreWorker, StoreMethod, StoreMethods, StoreRequest, StoreState } from './protocol.ts';

export type {
  CompletedJob,
  EditSource,
  JobCompletion,
  JobPatch,
  MediaPatch,
  NewHypothesis,
  NewMedia,
  ProjectInfo,
  StoreState,
  ViewState,
} from './protocol.ts';

export interface StoreOptions {
  /** The project file. */
  path: string;
  /** Make a new project where there is no file; one that exists is opened. */
  create: boolean;
  /** Names this host in the owner row; by default a random name. */
  hostId?: string;
  /** Only look. */
  readOnly?: boolean;
  /** Called for requests slower than 40 ms, with a line for the log. */
  onSlow?: (line: string) => void;
  ownerTiming?: OwnerTiming;
}

type Remote<T> = {
  [K in keyof T]: T[K] extends (...args: infer Args) => infer Value ? (...args: Args) => Promise<Value> : never;
};

/**
 * A project file that is open. The methods are those of protocol.ts, as promises: they run one after the other on the
 * store's own thread and reject with an AppError. A write that resolved is on disk.
 */
export interface Store extends Remote<StoreMethods> {
  readonly readOnly: boolean;
  /** Why it is read-only, in words; null when it is not. */
  readonly readOnlyReason: string | null;
  /** Sentences to show to the person: a migration, a missing log, a slower journal. */
  readonly notices: readonly string[];
  /** Called when another host takes the project over and it becomes read-only. Returns the unsubscribe function. */
  onStateChange(listener: (state: StoreState) => void): () => void;
}

const methods: readonly StoreMethod[] = [
  ...([
    'project',
    'getView',
    'listMedia',
    'getMedia',
    'getDocument',
    'history',
    'hasHumanEdits',
    'hasEditedCuts',
    'faceEdits',
  ] as const),
  ...(['listHypotheses', 'getHypothesis', 'hypothesisSegments', 'listJobs', 'getJob'] as const),
  ...(['setView', 'addMedia', 'updateMedia', 'removeMedia', 'apply', 'undo', 'redo'] as const),
  ...(['addHypothesis', 'removeHypothesis', 'insertJob', 'updateJob', 'completeJob', 'backupTo', 'close'] as const),
];

/**
 * Opens a project file on a thread of its own.
 *
 * A project that another living host has open, or that may not be written, opens read-only with the reason. Rejects with
 * AppError: `not-found` (no file and not `create`), `bad-input` (no Diarist project), `newer-version`, `conflict` (the log
 * of another project lies beside it), `io` (damaged or unreadable). A refused file is left as it was.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.path.includes('\0')) {
    throw new AppError('bad-input', 'A path cannot hold a zero character.', { fix: 'Choose another name.' });
  }
  const request: OpenRequest = {
    path: path.resolve(options.path),
    create: options.create,
    hostId: options.hostId ?? randomUUID(),
    readOnly: options.readOnly ?? false,
    timing: options.ownerTiming ?? ownerTiming,
  };
  const connection = new StoreConnection(
    new Worker(entryPath('store-worker'), { workerData: request }),
    options.onSlow,
  );
  const { notices } = await connection.opened;
  const remote = Object.fromEntries(
    methods.map((method) => [method, (...args: unknown[]) => connection.call(method, args)]),
  ) as unknown as Remote<StoreMethods>;
  return {
    ...remote,
    notices,
    get readOnly() {
      return connection.state.readOnly;
    },
    get readOnlyReason() {
      return connection.state.readOnlyReason;
    },
    onStateChange: (listener) => connection.onStateChange(listener),
  };
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Numbered requests to the worker and what comes back. */
class StoreConnection {
  state: StoreState = { readOnly: true, readOnlyReason: null };
  readonly opened: Promise<{ notices: string[] }>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(state: StoreState) => void>();
  #nextSeq = 1;
  /** Set when no answer can come any more. */
  #ended: AppError | null = null;
  #closing: Promise<unknown> | null = null;

  constructor(worker: Worker, onSlow: ((line: string) => void) | undefined) {
    this.#worker = worker;
    this.opened = new Promise((resolve, reject) => {
      worker.on('message', (message: FromStoreWorker) => {
        switch (message.type) {
          case 'opened':
            this.state = { readOnly: message.readOnly, readOnlyReason: message.readOnlyReason };
            // An open project alone does not keep the program running.
            worker.unref();
            resolve({ notices: message.notices });
            break;
          case 'refused':
            reject(fromErrorData(message.error));
            break;
          case 'answer':
            this.#settle(message);
            break;
          case 'state':
            this.state = { readOnly: message.readOnly, readOnlyReason: message.readOnlyReason };
            for (const listener of this.#listeners) listener(this.state);
            break;
          case 'slow':
            onSlow?.(`slow store request: ${message.method} took ${message.millis.toFixed(0)} ms`);
        }
      });
      const end = (detail: string) => {
        this.#end(detail);
        reject(this.#ended!);
      };
      worker.on('error', (error) => {
        end(String(error));
      });
      worker.on('exit', (code) => {
        end(`exit code ${code}`);
      });
    });
  }

  call(method: StoreMethod, args: unknown[]): Promise<unknown> {
    if (method === 'close') return (this.#closing ??= this.#ended ? Promise.resolve() : this.#request(method, args));
    if (this.#closing) return Promise.reject(new AppError('internal', 'The project is closed.'));
    return this.#request(method, args);
  }

  onStateChange(listener: (state: StoreState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #request(method: StoreMethod, args: unknown[]): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const seq = this.#nextSeq++;
    return new Promise((resolve, reject) => {
      this.#pending.set(seq, { resolve, reject });
      this.#worker.ref();
      const request: StoreRequest = { seq, method, args };
      this.#worker.postMessage(request);
    });
  }

  #settle(message: FromStoreWorker & { type: 'answer' }): void {
    const pending = this.#pending.get(message.seq);
    this.#pending.delete(message.seq);
    if (this.#pending.size === 0) this.#worker.unref();
    if (message.ok) pending?.resolve(message.value);
    else pending?.reject(fromErrorData(message.error));
  }

  #end(detail: string): void {
    this.#ended ??= new AppError('crashed', 'The part of the app that keeps the project stopped.', {
      fix: 'Open the project again; every edit that was confirmed is in it.',
      detail,
    });
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }
}
