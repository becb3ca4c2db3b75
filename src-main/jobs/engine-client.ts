import { AppError, fromErrorData } from '#shared/api/errors.ts';
import { engineSettingsSchema, fromEngineSchema } from '#shared/engine/protocol.ts';
import type {
  ArtifactRef,
  EngineJob,
  EngineResult,
  EngineSettings,
  EngineSettingsInput,
  FromEngine,
  JobProgress,
  ToEngine,
} from '#shared/engine/protocol.ts';
import { engineEnvironment, forkEngine } from './engine-process.ts';
import type { EngineExit, EngineProcess, EngineSpawner } from './engine-process.ts';

export interface EngineClientOptions {
  settings: EngineSettingsInput;
  /** How to start the process; Electron passes its own. */
  spawn?: EngineSpawner;
  onLog?: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
  /** End an engine that had nothing to do for so long: its nets hold some 300 MB. Default 5 minutes. */
  idleShutdownMs?: number;
}

export interface EngineRunOptions {
  onProgress?: (progress: JobProgress) => void;
  /** Files of a stage as soon as it is finished; the result names all again. */
  onArtifacts?: (artifacts: ArtifactRef[]) => void;
  signal?: AbortSignal;
}

export interface EngineInfo {
  pid: number;
  threads: number;
  provider: string;
}

/** A cancel that is not answered in this time ends the process. */
const cancelGraceMs = 2_000;
const shutdownGraceMs = 4_000;
const defaultIdleShutdownMs = 300_000;
/** More crashes than this within a minute, and the engine rests until the minute is over. */
const crashBudget = 10;
const budgetWindowMs = 60_000;
const loadCrashesForSingle = 2;
const stderrTailChars = 4_000;

interface Pending {
  job: EngineJob;
  options: EngineRunOptions;
  sent: boolean;
  resolve(result: EngineResult): void;
  reject(error: unknown): void;
  cleanUp(): void;
}

interface Live {
  process: EngineProcess;
  ready: boolean;
  /** Inside the load of the native runtime. */
  loading: number;
  /** We ended it: its exit is no crash. */
  ending: boolean;
  /** We killed it because it did not answer; another one is to follow. */
  killed: boolean;
  stderr: string;
  exited: Promise<void>;
}

/**
 * The host's end of the engine process: starts it when there is work, restarts it when it dies, runs jobs one after
 * another. A death fails the job in hand with its reason (`crashed`); what the job finished lies in the stage cache.
 */
export class EngineClient {
  #settings: EngineSettings;
  readonly #options: EngineClientOptions;
  readonly #queue: Pending[] = [];
  #live: Live | null = null;
  #info: EngineInfo | null = null;
  /** As the last job told; null before the first. */
  #provider: string | null = null;
  #crashTimesMs: number[] = [];
  #loadCrashes = 0;
  #closed = false;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(options: EngineClientOptions) {
    this.#options = options;
    this.#settings = engineSettingsSchema.parse(options.settings);
  }

  /** The running engine; null when there is none. */
  get info(): EngineInfo | null {
    return this.#info;
  }

  get settings(): EngineSettings {
    return this.#settings;
  }

  /** What nets run on, with the reasons, as the last job found; before the first what is wished. */
  get provider(): string {
    return this.#provider ?? this.#settings.provider;
  }

  /** New settings for the next job; the process is replaced as soon as it is idle. */
  async configure(settings: EngineSettingsInput): Promise<void> {
    const next = engineSettingsSchema.parse(settings);
    this.#settings = { ...next, layout: this.#settings.layout === 'single' ? 'single' : next.layout };
    if (this.#queue.length === 0) await this.#end();
    // With work in hand the process ends when that is done: see #next.
    else if (this.#live) this.#live.ready = false;
  }

  /** Start the process, if there is none, for a job that will come soon: it loads while the caller looks at the file. */
  prepare(): void {
    if (this.#live || this.#closed || this.#restSec() > 0) return;
    try {
      this.#spawn();
    } catch {
      // The job that comes tries again, and says why it cannot.
    }
    this.#next();
  }

  /**
   * Run a job to its end.
   * @throws AppError of the job; `crashed` with signal or exit code when the engine died; `cancelled` after an abort
   */
  run(job: EngineJob, options: EngineRunOptions = {}): Promise<EngineResult> {
    return new Promise<EngineResult>((resolve, reject) => {
      if (this.#closed) return reject(new AppError('cancelled', 'The app is closing.'));
      if (options.signal?.aborted) return reject(new AppError('cancelled', 'Cancelled.'));
      const onAbort = (): void => this.#cancel(pending);
      const pending: Pending = {
        job,
        options,
        sent: false,
        resolve,
        reject,
        cleanUp: () => options.signal?.removeEventListener('abort', onAbort),
      };
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(pending);
      this.#next();
    });
  }

  /** Cancel what runs, end the process. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const pending of this.#queue.splice(0)) {
      pending.cleanUp();
      pending.reject(new AppError('cancelled', 'The app is closing.'));
    }
    await this.#end();
  }

  #next(): void {
    const pending = this.#queue[0];
    this.#stopIdleTimer();
    if (!pending) return this.#startIdleTimer();
    if (pending.sent || this.#closed) return;
    if (!this.#live) {
      const restSec = this.#restSec();
      if (restSec > 0) {
        this.#settle(
          pending,
          new AppError('crashed', `The engine crashed ${crashBudget} times within a minute and rests now.`, {
            fix: `Try again in ${Math.ceil(restSec)} s; run diarist doctor if it goes on.`,
          }),
        );
        return;
      }
      try {
        this.#spawn();
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        this.#settle(pending, new AppError('crashed', 'The engine could not be started.', { detail }));
        return;
      }
    }
    const live = this.#live;
    if (!live?.ready || live.ending) return;
    pending.sent = true;
    this.#send({ type: 'start', job: pending.job });
  }

  #spawn(): void {
    let markExited = (): void => undefined;
    const exited = new Promise<void>((resolve) => (markExited = resolve));
    const spawn = this.#options.spawn ?? forkEngine();
    const state: Omit<Live, 'process'> = { ready: false, loading: 0, ending: false, killed: false, stderr: '', exited };
    // The spawner may report before it returns (a file that is missing), hence the two steps.
    const events = {
      onMessage: (message: unknown): void => this.#receive(live, message),
      onExit: (exit: EngineExit): void => {
        markExited();
        queueMicrotask(() => this.#onExit(live, exit));
      },
      onStderr: (text: string): void => {
        state.stderr = (state.stderr + text).slice(-stderrTailChars);
        live.stderr = state.stderr;
      },
    };
    const live: Live = Object.assign(state, { process: spawn(events, engineEnvironment()) });
    this.#live = live;
    this.#send({ type: 'configure', settings: this.#settings });
  }

  #send(message: ToEngine): void {
    this.#live?.process.send(message);
  }

  #receive(live: Live, raw: unknown): void {
    if (live !== this.#live) return;
    const parsed = fromEngineSchema.safeParse(raw);
    if (!parsed.success) {
      this.#options.onLog?.('error', `the engine sent what is no message: ${parsed.error.issues[0]?.message ?? ''}`);
      return;
    }
    this.#handle(live, parsed.data);
  }

  #handle(live: Live, message: FromEngine): void {
    const pending = this.#queue[0];
    switch (message.type) {
      case 'ready':
        this.#info = { pid: message.pid, threads: message.threads, provider: message.provider };
        live.ready = true;
        this.#next();
        return;
      case 'runtime':
        live.loading += message.state === 'loading' ? 1 : -1;
        return;
      case 'log':
        this.#options.onLog?.(message.level, message.message);
        return;
      case 'progress':
        if (pending?.job.jobId === message.jobId && !pending.options.signal?.aborted) {
          pending.options.onProgress?.(message.progress);
        }
        return;
      case 'artifacts':
        if (pending?.job.jobId === message.jobId) pending.options.onArtifacts?.(message.artifacts);
        return;
      case 'done':
      case 'failed':
      case 'cancelled': {
        if (pending?.job.jobId !== message.jobId) return;
        // What nets really run on is known when some have run.
        if (message.type === 'done') this.#provider = message.result.provenance.provider;
        if (message.type === 'cancelled' || pending.options.signal?.aborted) {
          this.#settle(pending, new AppError('cancelled', 'Cancelled.'));
        } else if (message.type === 'failed') this.#settle(pending, fromErrorData(message.error));
        else this.#settle(pending, null, message.result);
        return;
      }
    }
  }

  #settle(pending: Pending, error: AppError | null, result?: EngineResult): void {
    const index = this.#queue.indexOf(pending);
    if (index < 0) return;
    this.#queue.splice(index, 1);
    pending.cleanUp();
    if (error) pending.reject(error);
    else pending.resolve(result!);
    // `configure` came while it ran: a fresh process takes the new settings.
    if (this.#live && !this.#live.ready && !this.#live.ending && pending.sent) void this.#end();
    this.#next();
  }

  #cancel(pending: Pending): void {
    if (!pending.sent) {
      this.#settle(pending, new AppError('cancelled', 'Cancelled.'));
      return;
    }
    const live = this.#live;
    this.#send({ type: 'cancel', jobId: pending.job.jobId });
    setTimeout(() => {
      if (!this.#queue.includes(pending) || live !== this.#live || !live) return;
      this.#options.onLog?.('warn', 'the engine did not answer a cancel in time and is replaced');
      live.ending = true;
      live.killed = true;
      live.process.kill();
    }, cancelGraceMs).unref();
  }

  #onExit(live: Live, exit: EngineExit): void {
    if (live !== this.#live) return;
    this.#live = null;
    this.#info = null;
    const pending = this.#queue[0];
    if (!live.ending) this.#countCrash(live, exit);
    if (pending?.sent) {
      const cancelled = pending.options.signal?.aborted || live.ending;
      this.#settle(pending, cancelled ? new AppError('cancelled', 'Cancelled.') : crashError(live, exit, pending));
    } else if (pending && !live.ready && !live.ending) {
      // It died before it took the job: that is the engine's fault, but waiting for ever helps nobody.
      this.#settle(pending, crashError(live, exit, pending));
    }
    // Ready again before the next job asks; but not where it was told to end.
    // One that never came up and that nobody waits for is tried again when somebody asks, and can be told.
    const wanted = live.ending ? live.killed : live.ready || pending !== undefined;
    if (wanted && !this.#closed && !this.#live && this.#restSec() === 0) this.#spawn();
    this.#next();
  }

  #countCrash(live: Live, exit: EngineExit): void {
    this.#crashTimesMs.push(performance.now());
    this.#options.onLog?.('error', `the engine died: ${exitWords(exit)}`);
    if (live.loading > 0 && ++this.#loadCrashes >= loadCrashesForSingle && this.#settings.layout === 'workers') {
      this.#settings = { ...this.#settings, layout: 'single' };
      this.#options.onLog?.('warn', 'two crashes while loading onnxruntime: one worker with inner threads from now on');
    }
  }

  /** Seconds until the engine may be started again; 0 = now. */
  #restSec(): number {
    const nowMs = performance.now();
    this.#crashTimesMs = this.#crashTimesMs.filter((timeMs) => nowMs - timeMs < budgetWindowMs);
    if (this.#crashTimesMs.length < crashBudget) return 0;
    return (this.#crashTimesMs[0]! + budgetWindowMs - nowMs) / 1000;
  }

  /** Ask it to end; kill it if it does not. */
  async #end(): Promise<void> {
    this.#stopIdleTimer();
    const live = this.#live;
    if (!live) return;
    if (!live.ending) {
      live.ending = true;
      this.#send({ type: 'shutdown' });
    }
    const timer = setTimeout(() => live.process.kill(), shutdownGraceMs);
    await live.exited;
    clearTimeout(timer);
    if (this.#live === live) {
      this.#live = null;
      this.#info = null;
      this.#next();
    }
  }

  #startIdleTimer(): void {
    if (!this.#live) return;
    this.#idleTimer = setTimeout(() => void this.#end(), this.#options.idleShutdownMs ?? defaultIdleShutdownMs);
    this.#idleTimer.unref();
  }

  #stopIdleTimer(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }
}

const exitWords = ({ code, signal }: EngineExit): string =>
  signal ? `signal ${signal}` : code === null ? 'it could not be started' : `exit code ${code}`;

/** The process of the engine died: the job that ran may try again. */
export class EngineCrash extends AppError {}

function crashError(live: Live, exit: EngineExit, { job }: Pending): EngineCrash {
  return new EngineCrash('crashed', `The engine stopped in the middle of the work (${exitWords(exit)}).`, {
    file: job.media.path,
    fix: 'Run it again: it goes on where it stopped.',
    ...(live.stderr.trim() ? { detail: live.stderr.trim() } : {}),
  });
}
