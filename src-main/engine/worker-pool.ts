import { constrainedMemory, memoryUsage } from 'node:process';
import { totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AppError, fromErrorData } from '#shared/api/errors.ts';
import type { Provider, ProviderWish } from '#shared/engine/protocol.ts';
import { entryPath } from '#runtime/entry-path.ts';
import type { KernelInput, KernelName, KernelOutput } from './kernels.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './worker-messages.ts';

export interface PoolOptions {
  workers: number;
  intraOpThreads: number;
  provider: ProviderWish;
  /** Worker file; tests may give their own. */
  workerFile?: string;
  /** Resident memory of the process above which idle workers are replaced, one after another. */
  rssLimitBytes?: number;
  onRuntime?: (state: 'loading' | 'loaded') => void;
  onSession?: (modelPath: string, provider: Provider, reason: string | null) => void;
  onLog?: (level: 'info' | 'warn', message: string) => void;
}

/** Shared with the workers: setting it stops a job's kernels between two runs of a net. */
export class CancelFlag {
  readonly buffer = new SharedArrayBuffer(4);
  set(): void {
    Atomics.store(new Int32Array(this.buffer), 0, 1);
  }
  get isSet(): boolean {
    return Atomics.load(new Int32Array(this.buffer), 0) !== 0;
  }
}

interface Task {
  id: number;
  kernel: KernelName;
  input: unknown;
  transfer: ArrayBuffer[];
  cancel: CancelFlag;
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

interface Slot {
  worker: Worker;
  ready: boolean;
  ending: boolean;
  task: Task | null;
  /** Runs since it started: the one with most is replaced first. */
  runs: number;
  exited: Promise<void>;
}

/** A worker must have earned its keep before the watchdog replaces it. */
const minRunsBeforeReplace = 50;

/**
 * Worker threads that run kernels. They are started by `warmUp` or at the first kernel and load onnxruntime one after another, never
 * together (microsoft/onnxruntime #20084). No worker is ever terminated: during a run that would abort the process.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #slots = new Set<Slot>();
  readonly #queue: Task[] = [];
  #starting: Promise<void> | null = null;
  #startError: AppError | null = null;
  #nextTaskId = 1;
  #closed = false;
  #wantReplacement = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#options.workers;
  }

  /** Start the workers now: they load onnxruntime while the job still reads its file. */
  warmUp(): void {
    if (!this.#closed) this.#ensureStarted();
  }

  /**
   * Run a kernel on the next free worker.
   * @throws AppError of the kernel; `cancelled` when `cancel` was set; `crashed` when the worker died
   */
  run<N extends KernelName>(
    kernel: N,
    input: KernelInput<N>,
    cancel: CancelFlag,
    transfer: ArrayBuffer[] = [],
  ): Promise<KernelOutput<N>> {
    return new Promise<KernelOutput<N>>((resolve, reject) => {
      if (this.#closed) return reject(new AppError('cancelled', 'The engine is shutting down.'));
      this.#queue.push({
        id: this.#nextTaskId++,
        kernel,
        input,
        transfer,
        cancel,
        resolve: (output) => resolve(output as KernelOutput<N>),
        reject,
      });
      this.#startError = null;
      this.#ensureStarted();
      this.#dispatch();
    });
  }

  /**
   * Reject all tasks of a job at once. Set its flag first: a kernel in the middle of a run of a net goes on until it looks
   * at the flag, and its worker is free again only then, but nobody waits for it.
   */
  cancelTasks(cancel: CancelFlag): void {
    const reason = new AppError('cancelled', 'Cancelled.');
    for (let i = this.#queue.length - 1; i >= 0; i--) {
      if (this.#queue[i]!.cancel === cancel) this.#queue.splice(i, 1)[0]!.reject(reason);
    }
    for (const { task } of this.#slots) if (task?.cancel === cancel) task.reject(reason);
  }

  /** Resolves when every worker has finished its run and ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#queue.splice(0)) task.reject(new AppError('cancelled', 'The engine is shutting down.'));
    await this.#starting;
    await Promise.all([...this.#slots].map((slot) => this.#end(slot)));
  }

  #ensureStarted(): void {
    if (this.#starting || this.#slots.size >= this.#options.workers) return;
    this.#starting = this.#startMissing().finally(() => {
      this.#starting = null;
    });
  }

  async #startMissing(): Promise<void> {
    while (!this.#closed && this.#slots.size < this.#options.workers) {
      try {
        await this.#startOne();
      } catch (error) {
        this.#startError = new AppError('crashed', 'A worker of the engine could not be started.', {
          detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
        this.#options.onLog?.('warn', `${this.#startError.message} ${this.#startError.data.detail}`);
        // The workers that did start go on with the work; without any, nobody would answer.
        if (this.#slots.size === 0) for (const task of this.#queue.splice(0)) task.reject(this.#startError);
        return;
      }
      this.#dispatch();
    }
  }

  #startOne(): Promise<void> {
    const workerData: WorkerSettings = {
      intraOpThreads: this.#options.intraOpThreads,
      provider: this.#options.provider,
    };
    this.#options.onRuntime?.('loading');
    const worker = new Worker(this.#options.workerFile ?? entryPath('onnx-worker'), { workerData, execArgv: [] });
    return new Promise<void>((resolve, reject) => {
      const slot: Slot = {
        worker,
        ready: false,
        ending: false,
        task: null,
        runs: 0,
        exited: new Promise((exited) => worker.once('exit', () => exited())),
      };
      this.#slots.add(slot);
      let failure: unknown = null;
      worker.on('error', (error: unknown) => {
        failure = error;
      });
      worker.on('exit', (code) => {
        this.#slots.delete(slot);
        const detail = failure instanceof Error ? (failure.stack ?? failure.message) : `exit code ${code}`;
        slot.task?.reject(
          new AppError('crashed', 'A worker of the engine stopped in the middle of its work.', { detail }),
        );
        slot.task = null;
        reject(failure instanceof Error ? failure : new Error(`worker ended with code ${code}`));
        if (!this.#closed && (this.#queue.length > 0 || slot.ending)) this.#ensureStarted();
      });
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'loaded') {
          slot.ready = true;
          this.#options.onRuntime?.('loaded');
          resolve();
        } else {
          this.#onMessage(slot, message);
        }
      });
    });
  }

  #onMessage(slot: Slot, message: Exclude<FromWorker, { type: 'loaded' }>): void {
    if (message.type === 'session') {
      this.#options.onSession?.(message.modelPath, message.provider, message.reason);
      return;
    }
    const task = slot.task;
    if (task?.id !== message.taskId) return;
    slot.task = null;
    slot.runs++;
    if (message.type === 'done') task.resolve(message.output);
    else task.reject(fromErrorData(message.error));
    this.#watchMemory();
    this.#dispatch();
  }

  #dispatch(): void {
    for (const slot of this.#slots) {
      if (!slot.ready || slot.ending || slot.task) continue;
      const task = this.#queue.shift();
      if (!task) return;
      if (task.cancel.isSet) {
        task.reject(new AppError('cancelled', 'Cancelled.'));
        this.#dispatch();
        return;
      }
      slot.task = task;
      const message: ToWorker = {
        type: 'run',
        taskId: task.id,
        kernel: task.kernel,
        input: task.input,
        cancelFlag: task.cancel.buffer,
      };
      try {
        slot.worker.postMessage(message, task.transfer);
      } catch (error) {
        // Not cloneable, or transferred already: the stage's mistake, not the worker's.
        slot.task = null;
        task.reject(error);
      }
    }
  }

  /**
   * The runtime's arenas only grow, and threads share one resident size: above the limit the idle worker with most runs
   * behind it is replaced, one at a time.
   */
  #watchMemory(): void {
    const limitBytes = this.#options.rssLimitBytes ?? defaultRssLimitBytes();
    if (this.#wantReplacement || memoryUsage.rss() <= limitBytes) return;
    const idle = [...this.#slots].filter((slot) => slot.ready && !slot.task && !slot.ending);
    const [oldest] = idle.sort((a, b) => b.runs - a.runs);
    if (!oldest || oldest.runs < minRunsBeforeReplace) return;
    this.#wantReplacement = true;
    this.#options.onLog?.(
      'warn',
      `the engine holds ${Math.round(memoryUsage.rss() / 1e6)} MB, over its limit of ${Math.round(limitBytes / 1e6)} MB: ` +
        'replacing a worker',
    );
    void this.#end(oldest).then(() => {
      this.#wantReplacement = false;
    });
  }

  #end(slot: Slot): Promise<void> {
    if (!slot.ending) {
      slot.ending = true;
      slot.worker.postMessage({ type: 'end' } satisfies ToWorker);
    }
    return slot.exited;
  }
}

/** 60 % of what this machine, or the container's limit, offers. */
function defaultRssLimitBytes(): number {
  const limit = constrainedMemory();
  return 0.6 * Math.min(totalmem(), limit > 0 ? limit : Number.POSITIVE_INFINITY);
}
