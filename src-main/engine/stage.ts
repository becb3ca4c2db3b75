import type { Corrections } from '#shared/domain/hypothesis.ts';
import type { EngineJob } from '#shared/engine/protocol.ts';
import type { z } from 'zod';
import type { KernelInput, KernelName, KernelOutput } from './kernels.ts';

/**
 * A stage turns inputs into files in a folder of the cache. It knows nothing of UI or SQL, and of nothing but its
 * context. Its cache key is the hash of media identity, stream/channel/range, keys of its inputs, params, model hashes,
 * its version, the decoder's version and the provider: a changed slider re-runs only what follows it, and a killed job
 * goes on where it stopped.
 */
export interface Stage<Params extends z.ZodObject = z.ZodObject> {
  /** kebab-case, unique: `silero-vad`. */
  readonly id: string;
  /** Raise when the output changes for equal input. */
  readonly version: string;
  /** What a person sees while it runs: `Finding speech`. */
  readonly label: string;
  /** Every field has a default (the published value) and `.describe()` says meaning and unit. */
  readonly params: Params;
  /** Ids in models/registry.json. */
  readonly models: readonly string[];
  /** Ids of models it uses when they are installed and does without when not; their presence and hash join the key. */
  readonly optionalModels?: readonly string[];
  /** true: the output depends on the decoder, whose version joins the key. */
  readonly decodes?: boolean;
  /** true: the stage reads `context.job.speakers`, which then joins the key. Others get an error for reading it. */
  readonly usesSpeakers?: boolean;
  /** What of `context.job.corrections` it reads, which then joins the key; it does not see the others. */
  readonly usesCorrections?: readonly (keyof Corrections)[];
  /** Files that others may ask for by a name of the protocol: `{ vad: 'vad.f32' }`. */
  readonly artifacts?: Readonly<Record<string, string>>;
  /** Write results with `context.write*`; returning commits them atomically. */
  run(context: StageContext<z.output<Params>>): Promise<void>;
}

export type TypedArray = Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array;

/** The finished files of a stage. */
export interface StageFiles {
  readonly key: string;
  /** Absolute path of a file the stage wrote. */
  path(name: string): string;
  readJson<T>(name: string, schema: z.ZodType<T>): Promise<T>;
  readFloat32(name: string): Promise<Float32Array>;
}

export interface StageContext<Params> {
  readonly params: Params;
  readonly job: EngineJob;
  readonly tools: { ffmpegPath: string; ffprobePath: string; ffmpegVersion: string };
  /** Aborts on cancel; check it between pieces of ≤ 100 ms. */
  readonly signal: AbortSignal;
  /** Finished files of an input, by the node id of the recipe. */
  input(nodeId: string): StageFiles;
  /** Absolute path and hash of a model this stage declared; an optional one only after {@link hasModel}. */
  model(id: string): { path: string; sha256: string };
  /** Whether an optional model of this stage is installed. */
  hasModel(id: string): boolean;
  /** Run a kernel (DSP, ONNX) on a worker thread. Rejects with `cancelled` when the job is cancelled. */
  kernel<N extends KernelName>(name: N, input: KernelInput<N>, transfer?: ArrayBuffer[]): Promise<KernelOutput<N>>;
  readonly workerCount: number;
  /** Path for a file of this stage's output (streamed writes); visible to others after run() returns. */
  outputPath(name: string): string;
  writeJson(name: string, value: unknown): Promise<void>;
  writeArray(name: string, array: TypedArray): Promise<void>;
  /**
   * One piece of a long stage, durable at once: after a kill it is read back instead of computed. Piece borders must
   * depend on the file only, never on where work stopped.
   */
  shard(name: string, compute: () => Promise<Float32Array>): Promise<Float32Array>;
  /** Any unit; throttled to 10 messages a second by the runner. */
  progress(done: number, total: number): void;
  /** A sentence the person should read with the result. */
  warn(text: string): void;
}

/** A node of a recipe. */
export interface RecipeNode {
  readonly id: string;
  readonly stage: Stage;
  /** Ids of earlier nodes. */
  readonly inputs: readonly string[];
  /** Published values of this system where they differ from the stage's own defaults. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** CPU seconds per hour of media, roughly; only for progress and ETA. */
  readonly costPerHour: number;
  /** Skip this node for media without picture (frame table, faces). */
  readonly onlyWithVideo?: boolean;
}

/**
 * A named system: a recipe of stages with its published parameters, never an algorithm of its own. Its `output` node
 * writes `hypothesis.json`: `{ segments: HypothesisSegment[] }`.
 */
export interface SystemRecipe {
  readonly id: string;
  readonly label: string;
  readonly version: string;
  readonly description: string;
  readonly needsVideo: boolean;
  /** In topological order. */
  readonly nodes: readonly RecipeNode[];
  readonly output: string;
  /** Makes of a recipe a rule: for some media another one goes on. */
  readonly otherwise?: RecipeChoice;
}

/**
 * Another recipe for media without picture, and for those of which a node says so. Nodes that both have are computed once:
 * their keys are the same.
 */
export interface RecipeChoice {
  readonly recipe: SystemRecipe;
  /** Node of the first recipe that decides. */
  readonly after: string;
  /** Whether the other recipe goes on, by the files of that node. */
  readonly applies: (files: StageFiles) => Promise<boolean>;
}
