import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listModels, resolveModel } from '#models/registry.ts';
import type { EngineJob } from '#shared/engine/protocol.ts';
import type { z } from 'zod';
import type { KernelContext } from '../../kernel.ts';
import type { KernelInput, KernelName, KernelOutput } from '../../kernels.ts';
import { localKernelContext } from '../../audio/testing/local-kernels.ts';
import { kernelLoaders } from '../../kernels.ts';
import type { StageContext, StageFiles, SystemRecipe } from '../../stage.ts';

/**
 * Runs the nodes of a recipe after `pcm` in this process, one after another, without cache or worker threads: for tests
 * and benches of the algorithms alone. The app runs recipes with the engine's own runner.
 */
export interface LocalRun {
  warnings: string[];
  /** Files of a node. */
  files(nodeId: string): StageFiles;
  /** Wall and CPU seconds by node. */
  cost: { nodeId: string; wallSec: number; cpuSec: number; rssBytes: number }[];
}

export async function runRecipe(
  recipe: SystemRecipe,
  options: {
    /** Folder that holds `pcm/pcm.s16`; the other nodes write beside it. */
    dir: string;
    modelDirs: readonly string[];
    speakers?: EngineJob['speakers'];
    corrections?: EngineJob['corrections'];
    params?: Readonly<Record<string, unknown>>;
    workerCount?: number;
  },
): Promise<LocalRun> {
  const kernelContext = localKernelContext();
  const filesOf = (nodeId: string): StageFiles => ({
    key: nodeId,
    path: (name) => path.join(options.dir, nodeId, name),
    readJson: async <T>(name: string, schema: z.ZodType<T>) =>
      schema.parse(JSON.parse(await readFile(path.join(options.dir, nodeId, name), 'utf8'))),
    readFloat32: async (name) => {
      const bytes = await readFile(path.join(options.dir, nodeId, name));
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    },
  });
  const run: LocalRun = { warnings: [], files: filesOf, cost: [] };
  for (const node of recipe.nodes) {
    // Decoding belongs to the engine: these are there, or not needed.
    if (node.stage.decodes === true || node.onlyWithVideo === true) continue;
    const dir = path.join(options.dir, node.id);
    await mkdir(dir, { recursive: true });
    const overrides = Object.entries(options.params ?? {})
      .filter(([key]) => key.startsWith(`${node.id}.`))
      .map(([key, value]) => [key.slice(node.id.length + 1), value] as const);
    const models = new Map(
      await Promise.all(node.stage.models.map(async (id) => [id, await resolveModel(id, options.modelDirs)] as const)),
    );
    for (const { id, installed } of await listModels(options.modelDirs)) {
      const isWanted = installed && node.stage.optionalModels?.includes(id);
      if (isWanted) models.set(id, await resolveModel(id, options.modelDirs));
    }
    const context: StageContext<Record<string, unknown>> = {
      params: node.stage.params.parse({ ...node.params, ...Object.fromEntries(overrides) }),
      job: { speakers: options.speakers ?? null, corrections: options.corrections } as EngineJob,
      tools: { ffmpegPath: '', ffprobePath: '', ffmpegVersion: '' },
      signal: new AbortController().signal,
      workerCount: options.workerCount ?? 1,
      input: filesOf,
      model: (id) => models.get(id)!,
      hasModel: (id) => models.has(id),
      kernel: async <N extends KernelName>(name: N, input: KernelInput<N>): Promise<KernelOutput<N>> => {
        const kernel = (await kernelLoaders[name]()) as unknown as (
          context: KernelContext,
          input: KernelInput<N>,
        ) => Promise<{ output: KernelOutput<N> }>;
        return (await kernel(kernelContext, structuredClone(input))).output;
      },
      outputPath: (name) => path.join(dir, name),
      writeJson: (name, value) => writeFile(path.join(dir, name), JSON.stringify(value)),
      writeArray: (name, array) =>
        writeFile(path.join(dir, name), new Uint8Array(array.buffer, array.byteOffset, array.byteLength)),
      shard: (_name, compute) => compute(),
      progress: () => undefined,
      warn: (text) => run.warnings.push(text),
    };
    const wall = performance.now();
    const cpu = process.cpuUsage();
    await node.stage.run(context);
    const used = process.cpuUsage(cpu);
    run.cost.push({
      nodeId: node.id,
      wallSec: (performance.now() - wall) / 1000,
      cpuSec: (used.user + used.system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
    });
  }
  return run;
}
