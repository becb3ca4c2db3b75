import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { EngineJob, EngineSettings } from '#shared/engine/protocol.ts';
import { stageKey } from './cache-key.ts';
import { ingestNodes, pcmStage } from './media-stages.ts';
import { flatParams, mergeParams } from './params.ts';
import { qualityNodes } from './quality/quality-nodes.ts';
import type { PlannedStage } from './progress.ts';
import type { RecipeChoice, RecipeNode, SystemRecipe } from './stage.ts';
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
  /** Still open: another recipe may go on. */
  otherwise: RecipeChoice | null;
}

interface PlanServices {
  settings: EngineSettings;
  resolveModel(id: string): Promise<{ path: string; sha256: string }>;
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
 * Everything that is known before a job runs: its nodes, their parameters, models and cache keys. Of a rule the first
 * recipe is planned where there is a picture, else the other one.
 * @throws AppError `bad-input` for media the system cannot work on, `bad-parameter` for parameters, `not-found` for models
 */
export async function planJob(job: EngineJob, recipe: SystemRecipe, services: PlanServices): Promise<JobPlan> {
  const { otherwise } = recipe;
  if (!otherwise) return planRecipe(job, recipe, job.params, services);
  const params = paramsOf(job.params, recipe.nodes, otherwise.recipe.nodes);
  if (job.media.probe.video.length > 0) {
    return { ...(await planRecipe(job, recipe, params.first, services)), otherwise };
  }
  return planRecipe(job, otherwise.recipe, params.second, services);
}

/** The plan of a rule whose other recipe goes on. */
export async function planOther(
  job: EngineJob,
  first: SystemRecipe,
  { recipe }: RecipeChoice,
  services: PlanServices,
): Promise<JobPlan> {
  return planRecipe(job, recipe, paramsOf(job.params, first.nodes, recipe.nodes).second, services);
}

/** A parameter that only one of two recipes has is no mistake in the other; one that neither has is, in both. */
function paramsOf(
  params: EngineJob['params'],
  firstNodes: readonly RecipeNode[],
  secondNodes: readonly RecipeNode[],
): { first: EngineJob['params']; second: EngineJob['params'] } {
  const keysOf = (nodes: readonly RecipeNode[]): Set<string> =>
    new Set(nodes.flatMap(({ id, stage }) => Object.keys(stage.params.shape).map((name) => `${id}.${name}`)));
  const [first, second] = [keysOf(firstNodes), keysOf(secondNodes)];
  const without = (foreign: ReadonlySet<string>, own: ReadonlySet<string>): EngineJob['params'] =>
    Object.fromEntries(Object.entries(params).filter(([key]) => own.has(key) || !foreign.has(key)));
  return { first: without(second, first), second: without(first, second) };
}

async function planRecipe(
  job: EngineJob,
  recipe: SystemRecipe,
  overrides: EngineJob['params'],
  services: PlanServices,
): Promise<JobPlan> {
  const nodes = nodesFor(job, recipe);
  const params = mergeParams(nodes, overrides);
  const models = await neededModels(nodes, recipe, services);
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
      corrections: job.corrections,
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
  return { recipe, nodes: planned, models, flatParams: flatParams(nodes, params), otherwise: null };
}

type Models = Map<string, { path: string; sha256: string }>;

/** @throws AppError `not-found` that names all that is missing, not the first of it */
async function neededModels(
  nodes: readonly RecipeNode[],
  recipe: SystemRecipe,
  services: PlanServices,
): Promise<Models> {
  const models: Models = new Map();
  const missing = new Map<string, AppError>();
  for (const id of new Set(nodes.flatMap((node) => node.stage.models))) {
    try {
      models.set(id, await services.resolveModel(id));
    } catch (error) {
      if (!(error instanceof AppError) || error.data.code !== 'not-found') throw error;
      missing.set(id, error);
    }
  }
  const [first, second] = missing.values();
  if (first && !second) throw first;
  if (first) {
    throw new AppError(
      'not-found',
      `The models ${[...missing.keys()].join(', ')}, which ${recipe.label} needs, are not on this computer.`,
      { fix: [...missing].map(([id, { data }]) => `${id}: ${data.fix ?? 'get it.'}`).join('\n  ') },
    );
  }
  return models;
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
  if (job.kind !== 'ingest' && !hasAudio && recipe.nodes.some((node) => node.stage.id === pcmStage.id)) {
    throw new AppError('bad-input', `${name} has no audio stream, so there is no speech to find.`, {
      file,
      fix: 'Choose a file with sound.',
    });
  }
  const known = new Set(recipe.nodes.map((node) => node.stage.id));
  // Waveform and picture times are wanted of every file, whatever system runs; soon, but the waveform first. Quality as well, last.
  const missing = ingestNodes.filter((node) => !known.has(node.stage.id));
  const quality = job.kind === 'diarize' ? qualityNodes(recipe.nodes) : [];
  return [...recipe.nodes.slice(0, 1), ...missing, ...recipe.nodes.slice(1), ...quality].filter(
    (node) => (hasVideo || !node.onlyWithVideo) && (hasAudio || node.stage.id !== pcmStage.id),
  );
}
