import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { EngineJob, EngineSettings } from '#shared/engine/protocol.ts';
import { stageMetaName } from '#shared/engine/stage-entry.ts';
import { CacheDisturbed } from './stage-cache.ts';
import type { StageWork } from './stage-cache.ts';
import type { StageEntry } from './stage-files.ts';
import { readShard, writeShard } from './shards.ts';
import type { RecipeNode, Stage, StageContext } from './stage.ts';
import type { CancelFlag, WorkerPool } from './worker-pool.ts';

export interface ContextParts {
  node: RecipeNode;
  params: Readonly<Record<string, unknown>>;
  job: EngineJob;
  settings: EngineSettings;
  signal: AbortSignal;
  cancel: CancelFlag;
  pool: WorkerPool;
  work: StageWork;
  inputs: ReadonlyMap<string, StageEntry>;
  models: ReadonlyMap<string, { path: string; sha256: string }>;
  onShare: (share: number) => void;
}

export interface StageRecord {
  warnings: string[];
  /** Files the stage asked a path for or wrote; all must be there at the end. */
  written: Set<string>;
}

/** What a stage sees of the engine, and a record of what it did with it. */
export function createStageContext(
  parts: ContextParts,
): StageContext<Record<string, unknown>> & { readonly record: StageRecord } {
  const { node, job, signal, work } = parts;
  const record: StageRecord = { warnings: [], written: new Set() };
  const outputPath = (name: string): string => {
    if (!/^[\w][\w.-]{0,120}$/u.test(name) || name === stageMetaName) {
      throw new AppError('internal', `${JSON.stringify(name)} is no name for a file of a stage.`);
    }
    record.written.add(name);
    return path.join(work.outFolder, name);
  };
  return {
    record,
    params: parts.params,
    job: jobSeenBy(node.stage, job),
    tools: {
      ffmpegPath: parts.settings.ffmpegPath,
      ffprobePath: parts.settings.ffprobePath,
      ffmpegVersion: parts.settings.ffmpegVersion,
    },
    signal,
    workerCount: parts.pool.size,
    input(nodeId) {
      const entry = parts.inputs.get(nodeId);
      if (!entry || !node.inputs.includes(nodeId)) {
        throw new AppError('internal', `The node ${node.id} does not name ${nodeId} among its inputs.`);
      }
      return entry;
    },
    model(id) {
      const model = parts.models.get(id);
      if (!model || !declaresModel(node.stage, id)) {
        throw new AppError('internal', `The stage ${node.stage.id} does not declare the model ${id}.`);
      }
      return model;
    },
    hasModel(id) {
      if (!declaresModel(node.stage, id)) {
        throw new AppError('internal', `The stage ${node.stage.id} does not declare the model ${id}.`);
      }
      return parts.models.has(id);
    },
    kernel(name, input, transfer = []) {
      signal.throwIfAborted();
      return parts.pool.run(name, input, parts.cancel, transfer);
    },
    outputPath,
    async writeJson(name, value) {
      await writeFile(outputPath(name), JSON.stringify(value));
    },
    async writeArray(name, array) {
      await writeFile(outputPath(name), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    },
    async shard(name, compute) {
      signal.throwIfAborted();
      const known = await readShard(work.shardFolder, name);
      if (known) return known;
      const values = await compute();
      signal.throwIfAborted();
      // Checked so that a deleted work folder is not quietly made anew without its earlier files.
      if (!(await work.exists())) throw new CacheDisturbed('the work folder is gone');
      await writeShard(work.shardFolder, name, values);
      return values;
    },
    progress(done, total) {
      parts.onShare(total > 0 ? done / total : 0);
    },
    warn(text) {
      if (!record.warnings.includes(text)) record.warnings.push(text);
    },
  };
}

const declaresModel = (stage: Pick<Stage, 'models' | 'optionalModels'>, id: string): boolean =>
  stage.models.includes(id) || (stage.optionalModels ?? []).includes(id);

/** The job as far as the stage has declared to read it. */
function jobSeenBy(stage: Stage, job: EngineJob): EngineJob {
  const { corrections } = job;
  const used = stage.usesCorrections ?? [];
  const seen = corrections && {
    cutsSec: used.includes('cutsSec') ? corrections.cutsSec : null,
    soundOffsetSec: used.includes('soundOffsetSec') ? corrections.soundOffsetSec : null,
    ...(used.includes('faces') && corrections.faces ? { faces: corrections.faces } : {}),
  };
  const limited = { ...job, corrections: seen };
  return stage.usesSpeakers ? limited : withoutSpeakers(limited, stage.id);
}

/** Reading the speaker count without declaring it would make the cache answer for another count. */
function withoutSpeakers(job: EngineJob, stageId: string): EngineJob {
  return Object.defineProperty({ ...job }, 'speakers', {
    enumerable: false,
    get(): never {
      throw new AppError('internal', `The stage ${stageId} reads the speaker count without declaring usesSpeakers.`);
    },
  });
}
