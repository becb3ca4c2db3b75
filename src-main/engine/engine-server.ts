import { availableParallelism } from 'node:os';
import path from 'node:path';
import { AppError, toErrorData } from '#shared/api/errors.ts';
import { toEngineSchema } from '#shared/engine/protocol.ts';
import type { EngineJob, EngineSettings, Provider } from '#shared/engine/protocol.ts';
import { resolveModel } from '#models/registry.ts';
import { checkMedia } from './check-media.ts';
import type { EnginePort } from './engine-port.ts';
import { ingestRecipe } from './job-plan.ts';
import { noteOfProviders } from './provider-note.ts';
import { StageCache } from './stage-cache.ts';
import { runJob } from './stage-runner.ts';
import type { SystemRecipe } from './stage.ts';
import { voicePrintsRecipe } from './voices/voice-prints-recipe.ts';
import { WorkerPool } from './worker-pool.ts';

export interface EngineOptions {
  /** @throws AppError for an unknown id */
  findSystem(id: string): SystemRecipe;
}

interface Session {
  settings: EngineSettings;
  pool: WorkerPool;
  cache: StageCache;
  /** Model file → provider and why, as the workers report. */
  providers: Map<string, { provider: Provider; reason: string | null }>;
}

interface Accepted {
  job: EngineJob;
  abort: AbortController;
}

/** Answers the host: configure, start, cancel, shutdown. One job after another. */
export class EngineServer {
  readonly #port: EnginePort;
  readonly #options: EngineOptions;
  #session: Session | null = null;
  /** The running job first, then those that wait. */
  readonly #accepted: Accepted[] = [];
  #working = false;
  #idle: (() => void) | null = null;

  constructor(port: EnginePort, options: EngineOptions) {
    this.#port = port;
    this.#options = options;
    port.onMessage((message) => this.#receive(message));
  }

  /** Cancel everything and let the workers end by themselves: ending the process during a run of a net would abort it. */
  async close(): Promise<void> {
    for (const { abort } of this.#accepted) abort.abort();
    if (this.#working) await new Promise<void>((resolve) => (this.#idle = resolve));
    await this.#session?.pool.close();
  }

  /** Never throws: a message that is not understood is logged and dropped. */
  #receive(raw: unknown): void {
    const parsed = toEngineSchema.safeParse(raw);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      this.#log('warn', `message refused: ${issue?.path.map(String).join('.') || 'type'}: ${issue?.message ?? ''}`);
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'configure':
        void this.#configure(message.settings).catch((error: unknown) =>
          this.#log('error', `configure: ${toErrorData(error).message}`),
        );
        return;
      case 'start':
        this.#accepted.push({ job: message.job, abort: new AbortController() });
        void this.#work();
        return;
      case 'cancel':
        this.#cancel(message.jobId);
        return;
      case 'shutdown':
        void this.close().then(() => process.exit(0));
        return;
    }
  }

  async #configure(settings: EngineSettings): Promise<void> {
    if (this.#working) {
      this.#log('warn', 'new settings are taken only between jobs');
      return;
    }
    const before = this.#session;
    const threads = settings.threads || availableParallelism();
    const providers: Session['providers'] = new Map();
    const single = settings.layout === 'single';
    this.#session = {
      settings,
      providers,
      cache: new StageCache(settings.cacheDir, settings.cacheLimitBytes),
      pool: new WorkerPool({
        workers: single ? 1 : threads,
        intraOpThreads: single ? threads : 1,
        provider: settings.provider,
        onRuntime: (state) => this.#port.send({ type: 'runtime', state }),
        onSession: (modelPath, provider, reason) => {
          providers.set(modelPath, { provider, reason });
          if (reason) this.#log('info', `${path.basename(modelPath)} runs on ${provider}: ${reason}`);
        },
        onLog: (level, text) => this.#log(level, text),
      }),
    };
    this.#port.send({ type: 'ready', pid: process.pid, threads, provider: providerNote(this.#session) });
    await before?.pool.close();
  }

  #cancel(jobId: string): void {
    const index = this.#accepted.findIndex((one) => one.job.jobId === jobId);
    if (index < 0) return;
    this.#accepted[index]!.abort.abort();
    if (index === 0 && this.#working) return;
    this.#accepted.splice(index, 1);
    this.#port.send({ type: 'cancelled', jobId });
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let next = this.#accepted[0]; next; next = this.#accepted[0]) {
      await this.#runOne(next);
      this.#accepted.shift();
    }
    this.#working = false;
    this.#idle?.();
  }

  async #runOne({ job, abort }: Accepted): Promise<void> {
    const { jobId } = job;
    try {
      abort.signal.throwIfAborted();
      const session = this.#session;
      if (!session) throw new AppError('internal', 'The engine was given a job before its settings.');
      const recipe = recipeOf(job, this.#options);
      const result = await runJob(
        job,
        recipe,
        {
          settings: session.settings,
          cache: session.cache,
          pool: session.pool,
          resolveModel: (id) => resolveModel(id, session.settings.modelDirs),
          checkMedia,
          providerNote: () => providerNote(session),
          log: (level, text) => this.#log(level, text),
        },
        {
          signal: abort.signal,
          onProgress: (progress) => this.#port.send({ type: 'progress', jobId, progress }),
          onArtifacts: (artifacts) => this.#port.send({ type: 'artifacts', jobId, artifacts }),
        },
      );
      this.#port.send(abort.signal.aborted ? { type: 'cancelled', jobId } : { type: 'done', jobId, result });
    } catch (error) {
      if (abort.signal.aborted) this.#port.send({ type: 'cancelled', jobId });
      else this.#port.send({ type: 'failed', jobId, error: toErrorData(error) });
    }
  }

  #log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void {
    this.#port.send({ type: 'log', level, message });
  }
}

function recipeOf({ kind, systemId }: EngineJob, options: EngineOptions): SystemRecipe {
  if (kind === 'ingest') return ingestRecipe;
  return kind === 'voices' ? voicePrintsRecipe : options.findSystem(systemId);
}

function providerNote({ settings, providers }: Session): string {
  return noteOfProviders(settings.provider, providers);
}
