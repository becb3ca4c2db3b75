import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { EngineJob, EngineResult } from '#shared/engine/protocol.ts';
import { findTools } from '#media/ffmpeg.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { resolveModel } from '#models/registry.ts';
import { modelsDir } from '../../../audio/testing/local-kernels.ts';
import { sileroVadStage } from '../../../audio/silero-vad.ts';
import { speechRegionsStage } from '../../../audio/speech-regions.ts';
import { ingestNodes } from '../../../media-stages.ts';
import { StageCache } from '../../../stage-cache.ts';
import { toFloat32 } from '../../../stage-files.ts';
import { runJob } from '../../../stage-runner.ts';
import type { RecipeNode, Stage, SystemRecipe } from '../../../stage.ts';
import type { WorkerPool } from '../../../worker-pool.ts';
import { blazeFaceStage } from '../../face-detect/face-detect-stage.ts';
import { shotsStage } from '../../shots/shots-stage.ts';
import { faceTracksStage } from '../../tracking/face-tracks-stage.ts';
import { faceViewsStage } from '../face-views-stage.ts';

/** From the file to the second pass over its picture, and what a test adds. */
export const viewRecipe = (
  more: readonly RecipeNode[] = [],
  stages: Readonly<Record<string, Stage>> = {},
): SystemRecipe => ({
  id: 'test-views',
  label: 'Faces from near',
  version: '1',
  description: 'For tests of what looks at faces.',
  needsVideo: true,
  nodes: [
    ...ingestNodes.slice(0, 1),
    { id: 'vad', stage: sileroVadStage, inputs: ['pcm'], costPerHour: 10 },
    { id: 'speech', stage: speechRegionsStage, inputs: ['pcm', 'vad'], costPerHour: 0.1 },
    { id: 'face-detect', stage: blazeFaceStage, inputs: [], costPerHour: 300 },
    { id: 'shots', stage: shotsStage, inputs: ['face-detect'], costPerHour: 1 },
    { id: 'face-tracks', stage: faceTracksStage, inputs: ['face-detect', 'shots'], costPerHour: 1 },
    { id: 'face-views', stage: faceViewsStage, inputs: ['pcm', 'face-tracks', 'shots', 'speech'], costPerHour: 400 },
    ...more,
  ].map((node) => ({ ...node, stage: stages[node.id] ?? node.stage })),
  output: more.at(-1)?.id ?? 'face-views',
});

export interface ViewJobOptions {
  readonly pool: WorkerPool;
  readonly cacheDir: string;
  /** Folders of models besides the bundled ones. */
  readonly modelDirs?: readonly string[];
  readonly params?: EngineJob['params'];
  readonly range?: EngineJob['media']['choice']['range'];
  readonly signal?: AbortSignal;
  readonly more?: readonly RecipeNode[];
  /** By node: stages that stand in for the usual ones. */
  readonly stages?: Readonly<Record<string, Stage>>;
  readonly onShare?: (stage: string, share: number) => void;
}

export interface ViewJob {
  readonly result: EngineResult;
  json(name: string): Promise<unknown>;
  float32(name: string): Promise<Float32Array>;
  bytes(name: string): Promise<Buffer>;
}

/** Runs {@link viewRecipe} on a file. */
export async function runViews(file: string, options: ViewJobOptions): Promise<ViewJob> {
  const tools = await findTools();
  const { cacheDir } = options;
  await mkdir(cacheDir, { recursive: true });
  const result = await runJob(
    {
      jobId: 'test',
      kind: 'ingest',
      media: {
        path: file,
        identity: await identifyFile(file),
        probe: await probeMedia(tools, file),
        choice: { audioStream: null, channel: 'mix', range: options.range ?? null },
      },
      systemId: 'test-views',
      params: options.params ?? {},
      speakers: null,
    },
    viewRecipe(options.more, options.stages),
    {
      settings: {
        ...{ cacheDir, cacheLimitBytes: 1e9, modelDirs: [], appVersion: 'test', threads: 2, layout: 'workers' },
        ...{ ffmpegPath: tools.ffmpegPath, ffprobePath: tools.ffprobePath, ffmpegVersion: tools.ffmpegVersion },
        provider: 'cpu',
      },
      cache: new StageCache(cacheDir, 1e9),
      pool: options.pool,
      resolveModel: (id) => resolveModel(id, [modelsDir, ...(options.modelDirs ?? [])]),
      checkMedia: async () => undefined,
      providerNote: () => 'cpu',
      log: () => undefined,
    },
    {
      signal: options.signal ?? new AbortController().signal,
      onProgress: ({ stage, stageShare }) => options.onShare?.(stage, stageShare),
      onArtifacts: () => undefined,
    },
  );
  const bytesOf = (name: string): Promise<Buffer> => {
    const found = result.artifacts.find((artifact) => artifact.name === name);
    if (!found) throw new Error(`no artifact ${name}; there are ${result.artifacts.map((one) => one.name).join(', ')}`);
    return readFile(path.resolve(found.path));
  };
  return {
    result,
    json: async (name) => JSON.parse((await bytesOf(name)).toString('utf8')) as unknown,
    float32: async (name) => toFloat32(await bytesOf(name)),
    bytes: bytesOf,
  };
}
