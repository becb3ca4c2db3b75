import { AppError, toErrorData } from '#shared/api/errors.ts';
import type { ModelPull } from '#shared/api/models.ts';
import { readMirror } from '#models/mirror.ts';
import type { Mirror } from '#models/mirror.ts';
import { pullModel } from '#models/pull.ts';
import { listModels } from '#models/registry.ts';
import type { ListedModel } from '#models/registry.ts';
import type { EventBus } from './api/events.ts';

/** Often enough for the eye. */
const progressEveryMs = 150;

export interface ModelPullsOptions {
  /** The person's models folder. */
  dir: string;
  /** Folders searched for models. */
  dirs: readonly string[];
  /** The folder set in place of the network; null = none. */
  mirrorDir: () => string | null;
  events: EventBus;
}

/**
 * Gets models one after another, whoever asked and whether their window is still open. A pull that was cancelled, failed or
 * ended with the host goes on where it stopped when it is asked for again.
 */
export class ModelPulls {
  readonly #options: ModelPullsOptions;
  readonly #pulls = new Map<string, ModelPull>();
  #current: { id: string; cancel: AbortController } | null = null;
  #working: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ModelPullsOptions) {
    this.#options = options;
  }

  /** The last pull of a model since this host started. */
  get(id: string): ModelPull | null {
    return this.#pulls.get(id) ?? null;
  }

  isActive(id: string): boolean {
    const state = this.#pulls.get(id)?.state;
    return state === 'queued' || state === 'running' || state === 'checking';
  }

  /** The mirror that is set, read anew. @throws AppError `not-found`, `bad-input` */
  async mirror(): Promise<Mirror | null> {
    const dir = this.#options.mirrorDir();
    return dir === null ? null : readMirror(dir);
  }

  /** @throws AppError `bad-parameter` for a name that is no model; nothing is queued then */
  async start(ids: readonly string[]): Promise<ModelPull[]> {
    const models = pickModels(await listModels(this.#options.dirs), ids);
    for (const { id, location } of models) {
      if (location.kind === 'pull') continue;
      throw new AppError('unsupported', `The model ${id} comes with the app; there is nothing to pull.`);
    }
    for (const model of models) {
      if (this.isActive(model.id)) continue;
      this.#tell({
        modelId: model.id,
        state: 'queued',
        doneBytes: 0,
        totalBytes: model.bytes,
        etaSec: null,
        error: null,
      });
      this.#working = this.#working.then(() => this.#run(model));
    }
    return models.map(({ id }) => this.#pulls.get(id)!);
  }

  /** A waiting one is left out, the present one broken off; others are over already. */
  cancel(id: string): void {
    const pull = this.#pulls.get(id);
    if (this.#current?.id === id) this.#current.cancel.abort();
    else if (pull?.state === 'queued') this.#tell({ ...pull, state: 'cancelled' });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#current?.cancel.abort();
    await this.#working;
  }

  async #run(model: ListedModel): Promise<void> {
    const { id } = model;
    if (this.#closed || this.#pulls.get(id)?.state !== 'queued') return;
    const cancel = new AbortController();
    this.#current = { id, cancel };
    const change = (more: Partial<ModelPull>): void => this.#tell({ ...this.#pulls.get(id)!, ...more });
    const progress = this.#progress(id);
    change({ state: 'running' });
    try {
      const mirror = await this.mirror();
      await pullModel(model, this.#options.dir, {
        ...(mirror ? { mirror } : {}),
        signal: cancel.signal,
        onProgress: progress.tell,
        onChecking: () => change({ state: 'checking', etaSec: null }),
      });
      change({ state: 'done', etaSec: null });
    } catch (thrown) {
      const error = toErrorData(thrown);
      const cancelled = error.code === 'cancelled';
      change({ state: cancelled ? 'cancelled' : 'failed', etaSec: null, error: cancelled ? null : error });
    } finally {
      progress.stop();
      this.#current = null;
      this.#options.events.emit({ type: 'models.changed' });
    }
  }

  /** The state is always the newest; it is told now and then, the last of it too where nothing more comes. */
  #progress(id: string): { tell: (done: number, total: number | null) => void; stop: () => void } {
    let first: { atMs: number; bytes: number } | null = null;
    let timer: NodeJS.Timeout | null = null;
    const tell = (doneBytes: number, totalBytes: number | null): void => {
      const nowMs = Date.now();
      first ??= { atMs: nowMs, bytes: doneBytes };
      const forMs = nowMs - first.atMs;
      const perMs = (doneBytes - first.bytes) / forMs;
      // The first second says little about the next ones.
      const etaSec = totalBytes !== null && forMs > 1000 && perMs > 0 ? (totalBytes - doneBytes) / perMs / 1000 : null;
      this.#pulls.set(id, { ...this.#pulls.get(id)!, state: 'running', doneBytes, totalBytes, etaSec });
      timer ??= setTimeout(() => {
        timer = null;
        this.#options.events.emit({ type: 'model.pull', pull: this.#pulls.get(id)! });
      }, progressEveryMs);
    };
    return { tell, stop: () => timer && clearTimeout(timer) };
  }

  #tell(pull: ModelPull): void {
    this.#pulls.set(pull.modelId, pull);
    this.#options.events.emit({ type: 'model.pull', pull });
  }
}

/** @throws AppError `bad-parameter` */
export function pickModels(models: readonly ListedModel[], ids: readonly string[]): ListedModel[] {
  return [...new Set(ids)].map((id) => {
    const found = models.find((model) => model.id === id);
    if (found) return found;
    throw new AppError('bad-parameter', `No model is called ${id}.`, { fix: 'See the list of models for the names.' });
  });
}
