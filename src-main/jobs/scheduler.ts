import { randomUUID } from 'node:crypto';
import { AppError, toErrorData } from '#shared/api/errors.ts';
import type { Job } from '#shared/domain/job.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { EngineResult, JobProgress } from '#shared/engine/protocol.ts';
import { AUTO_SYSTEM } from '#shared/engine/systems.ts';
import type { JobPatch } from '#store/store.ts';
import { EngineCrash } from './engine-client.ts';
import { correctionsOf } from './corrections.ts';
import { completionOf } from './job-completion.ts';
import { freshIdentity } from './fresh-identity.ts';
import type { NewJob, SchedulerOptions } from './scheduler-events.ts';

export type { NewJob, SchedulerEvent, SchedulerOptions } from './scheduler-events.ts';

/** So many deaths of the engine under one job, and it is put aside. */
const crashLimit = 3;

interface Running {
  jobId: string;
  mediaId: string;
  abort: AbortController;
  /** Why it was aborted: by the person, or because the project closes (then it goes on at the next start). */
  reason: 'cancel' | 'close' | null;
  progress: JobProgress | null;
  settled: Promise<void>;
}

/**
 * The durable queue of a project: rows of the store, one running at a time, files to be read before systems to be run.
 * What a dead host left running is queued again at start and goes on from the stage cache.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  #running: Running | null = null;
  #closed = false;
  /** One look at the queue at a time. */
  #looking: Promise<void> = Promise.resolve();
  #leaving: Promise<void> = Promise.resolve();

  private constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Take up the queue of a project; does nothing in one that is open read-only. */
  static async start(options: SchedulerOptions): Promise<Scheduler> {
    const scheduler = new Scheduler(options);
    const { store } = options;
    // Another host took the project over: it goes on with the queue.
    store.onStateChange(({ readOnly }) => {
      if (readOnly) scheduler.#stopRunning('close');
    });
    if (!store.readOnly) {
      for (const job of await store.listJobs()) {
        if (job.state !== 'running') continue;
        await store.updateJob(job.id, { state: 'queued', progress: null });
        await scheduler.#setMediaState(job.mediaId, 'queued');
      }
      scheduler.#look();
    }
    return scheduler;
  }

  /** All jobs of the project, oldest first, with the progress of the running one. */
  async list(): Promise<Job[]> {
    const jobs = await this.#options.store.listJobs();
    return jobs.map((job) => this.#withProgress(job));
  }

  /**
   * Queue a job; an equal one that still waits is not queued twice.
   * @throws AppError `not-found` (media), `bad-input` (system), `read-only`
   */
  async enqueue(wish: NewJob): Promise<Job> {
    const { store } = this.#options;
    this.#mustBeOpen();
    await store.getMedia(wish.mediaId);
    const job: Job = {
      id: randomUUID(),
      mediaId: wish.mediaId,
      kind: wish.kind,
      systemId: wish.systemId ?? AUTO_SYSTEM.id,
      params: wish.params ?? {},
      speakers: wish.speakers ?? null,
      state: 'queued',
      crashes: 0,
      progress: null,
      error: null,
      hypothesisId: null,
      createdMs: Date.now(),
      finishedMs: null,
    };
    const waiting = (await store.listJobs()).find((other) => other.state === 'queued' && sameWork(other, job));
    if (waiting) return waiting;
    const stored = await store.insertJob(job);
    await this.#setMediaState(job.mediaId, 'queued');
    this.#tell(stored);
    this.#look();
    return stored;
  }

  /**
   * A waiting job is cancelled at once, a running one as soon as the engine has stopped (at most about 2 s). One that is
   * over stays as it is.
   * @throws AppError `not-found`, `read-only`
   */
  async cancel(jobId: string): Promise<Job> {
    const { store } = this.#options;
    this.#mustBeOpen();
    for (;;) {
      const running = this.#running;
      if (running?.jobId === jobId) {
        this.#stopRunning('cancel');
        await running.settled;
      }
      const job = await store.getJob(jobId);
      if (job.state !== 'queued') return job;
      // It may have been taken up while the row was read.
      if (this.#running?.jobId !== jobId) return this.#finish(job, { state: 'cancelled', finishedMs: Date.now() });
    }
  }

  /** Cancel all work on a file, e.g. before it leaves the project. */
  async cancelMedia(mediaId: string): Promise<void> {
    for (const job of await this.#options.store.listJobs()) {
      if (job.mediaId === mediaId && (job.state === 'queued' || job.state === 'running')) await this.cancel(job.id);
    }
  }

  /**
   * Failed, cancelled or quarantined → queued again, with its crashes forgiven.
   * @throws AppError `not-found`, `conflict` for a job in another state, `read-only`
   */
  async retry(jobId: string): Promise<Job> {
    const { store } = this.#options;
    this.#mustBeOpen();
    const job = await store.getJob(jobId);
    if (job.state !== 'failed' && job.state !== 'cancelled' && job.state !== 'quarantined') {
      throw new AppError('conflict', `This job is ${job.state}; only one that failed or was cancelled can be retried.`);
    }
    const queued = await store.updateJob(jobId, {
      state: 'queued',
      crashes: 0,
      error: null,
      progress: null,
      finishedMs: null,
    });
    await this.#setMediaState(job.mediaId, 'queued');
    this.#tell(queued);
    this.#look();
    return queued;
  }

  /** Stop work; the running job is queued again for the next start. The engine stays. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopRunning('close');
    await this.#looking;
    await this.#running?.settled;
  }

  #stopRunning(reason: 'cancel' | 'close'): void {
    if (!this.#running) return;
    this.#running.reason ??= reason;
    this.#running.abort.abort();
  }

  /** A function, because the answer may change over an `await`. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #mustBeOpen(): void {
    const { store } = this.#options;
    if (this.#closed) throw new AppError('cancelled', 'The project is being closed.');
    if (store.readOnly) {
      throw new AppError('read-only', `This project is open for reading only: ${store.readOnlyReason ?? ''}`);
    }
  }

  /** Start the next job if none runs. */
  #look(): void {
    this.#looking = this.#looking
      .then(() => this.#startNext())
      .catch((error: unknown) => this.#notice(`The queue stopped: ${toErrorData(error).message}`));
  }

  async #startNext(): Promise<void> {
    const { store } = this.#options;
    if (this.#running || this.#isClosed() || store.readOnly) return;
    const queued = (await store.listJobs()).filter((job) => job.state === 'queued');
    // Reading a file takes seconds and shows its waveform: it need not wait for hours of other work.
    const next = queued.find((job) => job.kind === 'ingest') ?? queued[0];
    if (!next || this.#isClosed()) return;
    const running: Running = {
      jobId: next.id,
      mediaId: next.mediaId,
      abort: new AbortController(),
      reason: null,
      progress: null,
      settled: Promise.resolve(),
    };
    this.#running = running;
    running.settled = this.#run(next, running)
      .catch((error: unknown) => this.#notice(`A job could not be recorded: ${toErrorData(error).message}`))
      .finally(() => {
        this.#running = null;
        this.#look();
      });
  }

  async #run(queued: Job, running: Running): Promise<void> {
    const { store, engine } = this.#options;
    // It may have been cancelled while the queue was read.
    if ((await store.getJob(queued.id)).state !== 'queued') return;
    const job = await store.updateJob(queued.id, { state: 'running', progress: null });
    await this.#setMediaState(job.mediaId, 'running');
    this.#tell(job);
    try {
      const media = await freshIdentity(store, job.mediaId);
      running.abort.signal.throwIfAborted();
      const corrections = job.kind === 'diarize' ? await correctionsOf(store, job.mediaId) : undefined;
      const result = await engine.run(
        {
          jobId: job.id,
          kind: job.kind,
          media: { path: media.path, identity: media.identity, probe: media.probe, choice: media.choice },
          systemId: job.systemId,
          params: job.params,
          speakers: job.speakers,
          ...(corrections ? { corrections } : {}),
        },
        {
          signal: running.abort.signal,
          onProgress: (progress) => {
            running.progress = progress;
            this.#tell(job);
          },
          onArtifacts: (artifacts) => void this.#leaveArtifacts(media, artifacts),
        },
      );
      await this.#complete(job, media, result);
    } catch (error) {
      await this.#fail(job, running, error);
    }
  }

  async #complete(job: Job, media: MediaItem, result: EngineResult): Promise<void> {
    const { store, onEvent } = this.#options;
    await this.#leaveArtifacts(media, result.artifacts);
    const hasLabels = result.kind === 'diarize' || (await store.listHypotheses(media.id)).length > 0;
    const isEmpty = (await store.getMedia(media.id)).segmentCount === 0;
    const done = await store.completeJob(job.id, completionOf(job, media, result, { hasLabels, isEmpty }));
    this.#tell(done.job);
    onEvent({ type: 'media.changed', mediaId: job.mediaId });
    if (done.hypothesis) onEvent({ type: 'hypotheses.changed', mediaId: job.mediaId });
    if (done.change) onEvent({ type: 'document.changed', change: done.change });
  }

  async #fail(job: Job, running: Running, thrown: unknown): Promise<void> {
    const { store } = this.#options;
    if (running.reason === 'close') {
      if (store.readOnly) return;
      await store.updateJob(job.id, { state: 'queued', progress: null });
      await this.#setMediaState(job.mediaId, 'queued');
      return;
    }
    const finishedMs = Date.now();
    if (running.reason === 'cancel') {
      await this.#finish(job, { state: 'cancelled', finishedMs });
      return;
    }
    const error = toErrorData(thrown);
    if (!(thrown instanceof EngineCrash)) {
      await this.#finish(job, { state: 'failed', error, finishedMs });
      return;
    }
    const crashes = job.crashes + 1;
    if (crashes < crashLimit) {
      // Recorded before it is tried again: a host that dies too must not count from nothing.
      const again = await store.updateJob(job.id, { state: 'queued', crashes, error, progress: null });
      await this.#setMediaState(job.mediaId, 'queued');
      this.#tell(again);
      return;
    }
    await this.#finish(job, {
      state: 'quarantined',
      crashes,
      finishedMs,
      error: {
        ...error,
        code: 'quarantined',
        message: `${error.message} That was the ${ordinal(crashes)} time, so the job is put aside.`,
        fix: 'Retry it to give it another chance, or run diarist doctor and report the detail.',
      },
    });
  }

  /** End a job that left nothing; its file is again what it was before. */
  async #finish(job: Job, patch: JobPatch): Promise<Job> {
    const { store, onEvent } = this.#options;
    const media = await store.getMedia(job.mediaId);
    const labelled = (await store.listHypotheses(job.mediaId)).length > 0;
    const failed = patch.state === 'failed' || patch.state === 'quarantined';
    const gone = patch.error?.code === 'not-found' && patch.error.file === media.path;
    const state = gone ? 'missing' : labelled ? 'ready' : failed ? 'failed' : 'new';
    const { job: ended } = await store.completeJob(job.id, {
      job: { progress: null, ...patch },
      ...(media.state === 'reviewed' ? {} : { media: { state } }),
    });
    this.#tell(ended);
    onEvent({ type: 'media.changed', mediaId: job.mediaId });
    return ended;
  }

  /** A file that a person has marked as reviewed stays so, whatever runs on it. */
  async #setMediaState(mediaId: string, state: MediaItem['state']): Promise<void> {
    const { store, onEvent } = this.#options;
    const media = await store.getMedia(mediaId).catch(() => null);
    if (!media || media.state === state || media.state === 'reviewed') return;
    await store.updateMedia(mediaId, { state });
    onEvent({ type: 'media.changed', mediaId });
  }

  /** One after another: whoever keeps them may read, change and write. */
  #leaveArtifacts(media: MediaItem, artifacts: EngineResult['artifacts']): Promise<void> {
    this.#leaving = this.#leaving.then(async () => {
      try {
        await this.#options.onArtifacts?.(media, artifacts);
        this.#options.onEvent({ type: 'media.changed', mediaId: media.id });
      } catch (error) {
        this.#notice(`The waveform of ${media.name} cannot be shown: ${toErrorData(error).message}`);
      }
    });
    return this.#leaving;
  }

  #withProgress(job: Job): Job {
    const progress = this.#running?.jobId === job.id && job.state === 'running' ? this.#running.progress : null;
    return progress ? { ...job, progress } : job;
  }

  #tell(job: Job): void {
    this.#options.onEvent({ type: 'job.changed', job: this.#withProgress(job) });
  }

  #notice(text: string): void {
    this.#options.onEvent({ type: 'notice', level: 'error', text });
  }
}

const ordinal = (count: number): string => ['', 'first', 'second', 'third'][count] ?? `${count}th`;

/** Reading a file is reading a file; a system counts as the same with the same wishes. */
function sameWork(a: Job, b: Job): boolean {
  if (a.mediaId !== b.mediaId || a.kind !== b.kind) return false;
  if (a.kind === 'ingest') return true;
  const wishes = (job: Job): string => JSON.stringify([job.systemId, job.speakers, Object.entries(job.params).sort()]);
  return wishes(a) === wishes(b);
}
