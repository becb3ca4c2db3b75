import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, toErrorData } from '#shared/api/errors.ts';
import type { HypothesisPicture, Provenance } from '#shared/domain/hypothesis.ts';
import type { ArtifactRef, EngineJob, EngineResult, EngineSettings, JobProgress } from '#shared/engine/protocol.ts';
import { planJob, planOther } from './job-plan.ts';
import type { JobPlan, PlannedNode } from './job-plan.ts';
import {
  collectArtifacts,
  noteOfCorrections,
  readDecoded,
  readHypothesis,
  readPicture,
  readSpeakerCount,
  tooFewSpeakers,
} from './job-result.ts';
import { ProgressMeter } from './progress.ts';
import type { CachePin } from './cache-pin.ts';
import { CacheDisturbed } from './stage-cache.ts';
import type { StageCache, StageWork } from './stage-cache.ts';
import { createStageContext } from './stage-context.ts';
import { StageEntry } from './stage-files.ts';
import type { SystemRecipe } from './stage.ts';
import { asDiskError } from './disk-error.ts';
import { measureUsage } from './usage-meter.ts';
import { CancelFlag } from './worker-pool.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface RunnerServices {
  settings: EngineSettings;
  cache: StageCache;
  pool: WorkerPool;
  resolveModel(id: string): Promise<{ path: string; sha256: string }>;
  /** Refuses media that are gone or are no longer what was identified. */
  checkMedia(media: EngineJob['media']): Promise<void>;
  /** What the nets run on, in words. */
  providerNote(): string;
  log(level: 'debug' | 'info' | 'warn', message: string): void;
}

export interface RunOptions {
  signal: AbortSignal;
  onProgress: (progress: JobProgress) => void;
  /** Files of a stage as soon as it is finished. */
  onArtifacts: (artifacts: ArtifactRef[]) => void;
}

/** So often a job starts over when its cache is deleted under it. */
const maxDisturbances = 5;
const disturbancePauseMs = 25;

/**
 * Run a job: nodes of its recipe in order, finished ones from the cache.
 * @throws AppError: `cancelled` when `signal` aborts, `bad-parameter` for unknown parameters, `bad-input` for unusable media, …
 */
export async function runJob(
  job: EngineJob,
  recipe: SystemRecipe,
  services: RunnerServices,
  options: RunOptions,
): Promise<EngineResult> {
  const { cache, pool } = services;
  await services.checkMedia(job.media);
  const plan = await planJob(job, recipe, services);
  const pinned = (one: JobPlan): Promise<CachePin> =>
    asDiskError(cache.dir, () => cache.pin(one.nodes.map((node) => node.entryName)));
  const pins = [await pinned(plan)];
  const meter = new ProgressMeter(options.onProgress);
  const cancel = new CancelFlag();
  const onAbort = (): void => {
    cancel.set();
    pool.cancelTasks(cancel);
  };
  options.signal.addEventListener('abort', onAbort, { once: true });
  const run = new JobRun(job, plan, services, meter, options, cancel);
  try {
    for (let disturbances = 0; ;) {
      try {
        const result = await run.attempt();
        if (result) return result;
        // The rule's other recipe goes on; what both have is in the cache.
        const other = await planOther(job, plan.recipe, plan.otherwise!, services);
        pins.push(await pinned(other));
        run.goOnWith(other);
      } catch (error) {
        if (options.signal.aborted) throw new AppError('cancelled', 'Cancelled.');
        if (!(error instanceof CacheDisturbed)) throw error;
        if (++disturbances >= maxDisturbances) {
          throw new AppError('io', `The cache was deleted or damaged ${disturbances} times while the job ran.`, {
            file: cache.dir,
            fix: 'Stop what deletes the cache folder, or choose another one.',
          });
        }
        // A deletion takes its time: who begins again at once only gives it more to delete.
        await sleep(disturbancePauseMs * 2 ** disturbances);
        services.log('warn', `the cache changed under the job (${error.message}): computing again what was lost`);
      }
    }
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    meter.stop();
    // A stage that failed may have left kernels behind: they would keep the next job waiting.
    cancel.set();
    pool.cancelTasks(cancel);
    for (const pin of pins) await pin.release();
    await cache.evict().catch((error: unknown) => services.log('warn', `eviction: ${toErrorData(error).message}`));
  }
}

type StageNote = Provenance['stages'][number];

class JobRun {
  readonly #job: EngineJob;
  #plan: JobPlan;
  readonly #services: RunnerServices;
  readonly #meter: ProgressMeter;
  readonly #options: RunOptions;
  readonly #cancel: CancelFlag;
  /** Survives a disturbance: what this job computed itself is not "from the cache". */
  readonly #computed = new Set<string>();
  /** What a rule's first recipe found before the other one went on: part of the answer's history. */
  #before: ReadonlyMap<string, StageEntry> = new Map();

  constructor(
    job: EngineJob,
    plan: JobPlan,
    services: RunnerServices,
    meter: ProgressMeter,
    options: RunOptions,
    cancel: CancelFlag,
  ) {
    this.#job = job;
    this.#plan = plan;
    this.#services = services;
    this.#meter = meter;
    this.#options = options;
    this.#cancel = cancel;
  }

  /** Another plan for the same job. */
  goOnWith(plan: JobPlan): void {
    this.#plan = plan;
  }

  /** null when the plan is a rule, and its other recipe is to go on. */
  async attempt(): Promise<EngineResult | null> {
    const { cache } = this.#services;
    const missing: PlannedNode[] = [];
    for (const planned of this.#plan.nodes) {
      if (!(await cache.lookup(planned.node.stage.id, planned.key))) missing.push(planned);
    }
    this.#meter.plan(missing.map((planned) => planned.meterStage));
    if (missing.some(({ node }) => node.stage.models.length > 0)) this.#services.pool.warmUp();
    const entries = new Map<string, StageEntry>();
    for (const planned of this.#plan.nodes) {
      const entry = await this.#finished(planned, entries);
      entries.set(planned.node.id, entry);
      this.#options.onArtifacts(collectArtifacts(new Map([[planned.node.id, entry]])));
      const { otherwise } = this.#plan;
      if (otherwise?.after === planned.node.id && (await otherwise.applies(entry))) {
        this.#before = entries;
        return null;
      }
    }
    return this.#result(new Map([...this.#before, ...entries]));
  }

  /** The node's entry: from the cache, or computed now. */
  async #finished(planned: PlannedNode, entries: ReadonlyMap<string, StageEntry>): Promise<StageEntry> {
    const { cache } = this.#services;
    const { stage } = planned.node;
    const found = await asDiskError(cache.dir, () => cache.lookupOrBegin(stage.id, planned.key, this.#options.signal));
    if (found instanceof StageEntry) {
      this.#meter.finish(planned.node.id);
      return found;
    }
    this.#meter.begin(planned.meterStage);
    try {
      const entry = await this.#compute(planned, entries, found);
      this.#computed.add(planned.node.id);
      this.#meter.finish(planned.node.id);
      return entry;
    } catch (error) {
      const disturbed = !this.#options.signal.aborted && (await this.#wasDisturbed(planned, entries, found));
      await found.abandon();
      if (disturbed && !(error instanceof CacheDisturbed)) {
        throw new CacheDisturbed(toErrorData(error).message);
      }
      throw error;
    }
  }

  async #compute(planned: PlannedNode, inputs: ReadonlyMap<string, StageEntry>, work: StageWork): Promise<StageEntry> {
    const { node, params } = planned;
    const { settings, pool, cache } = this.#services;
    const measured = measureUsage();
    const context = createStageContext({
      node,
      params,
      job: this.#job,
      settings,
      signal: this.#options.signal,
      cancel: this.#cancel,
      pool,
      work,
      inputs,
      models: this.#plan.models,
      onShare: (share) => this.#meter.report(share),
    });
    try {
      await asDiskError(cache.dir, () => this.#runOnceMore(planned, () => node.stage.run(context)));
    } catch (error) {
      // What a decoder says of a file that was removed or replaced under it is not the reason.
      if (node.stage.decodes && !this.#options.signal.aborted) await this.#services.checkMedia(this.#job.media);
      throw error;
    } finally {
      planned.usage = measured();
    }
    this.#options.signal.throwIfAborted();
    // A file that was replaced while it was read must not be remembered under the old content's key.
    if (node.stage.decodes) await this.#services.checkMedia(this.#job.media);
    const meta = {
      stageVersion: node.stage.version,
      ...planned.usage,
      warnings: context.record.warnings,
      artifacts: { ...node.stage.artifacts },
    };
    return asDiskError(cache.dir, () => work.commit(meta, context.record.written));
  }

  /** A decoder that was killed (by hand, by the system for want of memory) gets a second chance, no third one. */
  async #runOnceMore(planned: PlannedNode, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      const killed = planned.node.stage.decodes === true && toErrorData(error).code === 'crashed';
      if (!killed || this.#options.signal.aborted) throw error;
      this.#services.log('warn', `${planned.node.id}: ${toErrorData(error).message} Trying once more.`);
      await run();
    }
  }

  async #wasDisturbed(
    planned: PlannedNode,
    entries: ReadonlyMap<string, StageEntry>,
    work: StageWork,
  ): Promise<boolean> {
    if (!(await work.exists())) return true;
    for (const nodeId of planned.node.inputs) {
      const entry = entries.get(nodeId);
      if (entry && !(await StageEntry.open(entry.folder, entry.meta.stageId, entry.key))) return true;
    }
    return false;
  }

  async #result(entries: ReadonlyMap<string, StageEntry>): Promise<EngineResult> {
    const { kind } = this.#job;
    const output = entries.get(this.#plan.recipe.output);
    try {
      const decoded = await readDecoded(entries);
      const segments = kind === 'diarize' && output ? await readHypothesis(output) : [];
      const count = kind === 'diarize' ? await readSpeakerCount(entries, segments, this.#job.speakers) : {};
      const seen = kind === 'diarize' ? await readPicture(entries, this.#job.corrections?.faces) : {};
      const said = [...new Set([...entries.values()].flatMap((entry) => entry.meta.warnings))];
      return {
        kind,
        segments,
        ...seen,
        provenance: { ...this.#provenance(entries, seen.picture), ...count },
        warnings: [...said, ...tooFewSpeakers(segments, this.#job.speakers, said)],
        artifacts: collectArtifacts(entries),
        ...decoded,
      };
    } catch (error) {
      for (const entry of entries.values()) {
        if (await StageEntry.open(entry.folder, entry.meta.stageId, entry.key)) continue;
        throw new CacheDisturbed(toErrorData(error).message);
      }
      throw error;
    }
  }

  #provenance(entries: ReadonlyMap<string, StageEntry>, picture?: HypothesisPicture): Provenance {
    const { corrections } = this.#job;
    const { recipe } = this.#plan;
    const stages = [...entries].map(([nodeId, { meta }]): StageNote => {
      const { stageId, stageVersion, key, wallSec, cpuSec, peakRssBytes } = meta;
      const fromCache = !this.#computed.has(nodeId);
      return {
        id: stageId,
        version: stageVersion,
        key,
        wallSec,
        cpuSec,
        fromCache,
        ...(peakRssBytes === undefined ? {} : { peakRssBytes }),
      };
    });
    return {
      systemId: recipe.id,
      systemVersion: recipe.version,
      appVersion: this.#services.settings.appVersion,
      params: this.#plan.flatParams,
      ...(corrections ? { corrections: noteOfCorrections(corrections, picture) } : {}),
      models: [...this.#plan.models].map(([id, { sha256 }]) => ({ id, sha256 })),
      stages,
      decoder: this.#services.settings.ffmpegVersion,
      provider: this.#services.providerNote(),
    };
  }
}
