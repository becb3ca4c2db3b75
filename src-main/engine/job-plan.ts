import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { EngineJob, EngineSettings } from '#shared/engine/protocol.ts';
import { stageKey } from './cache-key.ts';
import { ingestNodes, pcmStage } from './media-stages.ts';
import { flatParams, mergeParams } from './params.ts';
import type { PlannedStage } from './progress.ts';
import type { RecipeNode, SystemRecipe } from './stage.ts';
import type { Usage } from './usage-meter.ts';

export interface PlannedNode {
  node: RecipeNode;
  params: Readonly<Record<string, unknown>>;
  key: string;
  entryName: { stageId: string; key: string };
  meterStage: PlannedStage;
  /** Of its latest run in this job. */
  usage: Usage;
}

export interface JobPlan {
  recipe: SystemRecipe;
  nodes: readonly PlannedNode[];
  models: ReadonlyMap<string, { path: string; sha256: string }>;
  flatParams: Record<string, unknown>;
}

/** What `ingest` runs: the same nodes every system starts with, so that a later `diarize` finds them done. */
export const ingestRecipe: SystemRecipe = {
  id: 'ingest',
  label: 'Read the file',
  version: '1',
  description: 'Decodes the sound once, measures the waveform and reads the picture times.',
  needsVideo: false,
  nodes: ingestNodes,
  output: 'pcm',
};

/**
 * Everything that is known before a job runs: its nodes, their parameters, models and cache keys.
 * @throws AppError `bad-input` for media the system cannot work on, `bad-parameter` for parameters, `not-found` for models
 */
export async function planJob(
  job: EngineJob,
  recipe: SystemRecipe,
  services: {
    settings: EngineSettings;
    resolveModel(id: string): Promise<{ path: string; sha256: string }>;
  },
): Promise<JobPlan> {
  const nodes = nodesFor(job, recipe);
  const params = mergeParams(nodes, job.params);
  const models = new Map<string, { path: string; sha256: string }>();
  for (const id of new Set(nodes.flatMap((node) => node.stage.models))) {
    models.set(id, await services.resolveModel(id));
  }
  for (const id of new Set(nodes.flatMap((node) => node.stage.optionalModels ?? []))) {
    const model = await installedOrNull(services.resolveModel(id));
    if (model) models.set(id, model);
  }
  const keys = new Map<string, string>();
  const planned = nodes.map((node): PlannedNode => {
    const nodeParams = params.get(node.id)!;
    const key = stageKey({
      stage: node.stage,
      params: nodeParams,
      inputs: Object.fromEntries(node.inputs.flatMap((id) => (keys.has(id) ? [[id, keys.get(id)!]] : []))),
      modelHashes: node.stage.models.map((id) => models.get(id)!.sha256),
      optionalModelHashes: (node.stage.optionalModels ?? []).map((id) => models.get(id)?.sha256 ?? null),
      media: job.media,
      speakers: job.speakers,
      settings: services.settings,
    });
    keys.set(node.id, key);
    return {
      node,
      params: nodeParams,
      key,
      entryName: { stageId: node.stage.id, key },
      meterStage: { nodeId: node.id, stageId: node.stage.id, label: node.stage.label, cost: node.costPerHour },
      usage: { wallSec: 0, cpuSec: 0, peakRssBytes: 0 },
    };
  });
  return { recipe, nodes: planned, models, flatParams: flatParams(nodes, params) };
}

/** A missing optional model is no error; a damaged one is. */
async function installedOrNull<T>(model: Promise<T>): Promise<T | null> {
  try {
    return await model;
  } catch (error) {
    if (error instanceof AppError && error.data.code === 'not-found') return null;
    throw error;
  }
}

function nodesFor(job: EngineJob, recipe: SystemRecipe): RecipeNode[] {
  const { probe, path: file } = job.media;
  const name = JSON.stringify(path.basename(file));
  const hasVideo = probe.video.length > 0;
  const hasAudio = probe.audio.length > 0;
  if (!hasAudio && !hasVideo) {
    throw new AppError('bad-input', `${name} has neither sound nor picture.`, {
      file,
      fix: 'Choose a file with an audio stream.',
    });
  }
  if (recipe.needsVideo && !hasVideo) {
    throw new AppError('bad-input', `${name} has no picture, which ${recipe.label} needs.`, {
      file,
      fix: 'Choose a system that works on sound alone.',
    });
  }
  if (job.kind === 'diarize' && !hasAudio && recipe.nodes.some((node) => node.stage.id === pcmStage.id)) {
    throw new AppError('bad-input', `${name} has no audio stream, so there is no speech to find.`, {
      file,
      fix: 'Choose a file with sound.',
    });
  }
  const known = new Set(recipe.nodes.map((node) => node.stage.id));
  // Waveform and picture times are wanted of every file, whatever system runs; soon, but the waveform first.
  const missing = ingestNodes.filter((node) => !known.has(node.stage.id));
  return [...recipe.nodes.slice(0, 1), ...missing, ...recipe.nodes.slice(1)].filter(
    (node) => (hasVideo || !node.onlyWithVideo) && (hasAudio || node.stage.id !== pcmStage.id),
  );
}
