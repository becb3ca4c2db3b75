import { z } from 'zod';
import { appErrorSchema } from '../api/error-schema.ts';
import {
  correctionsSchema,
  hypothesisPictureSchema,
  hypothesisSegmentSchema,
  provenanceSchema,
} from '../domain/hypothesis.ts';
import { mediaChoiceSchema, mediaIdentitySchema, mediaProbeSchema } from '../domain/media.ts';

/**
 * Messages between the job scheduler and the engine process (ARCHITECTURE.md, "Processes"). The engine is disposable:
 * it keeps nothing but the stage cache and may be killed at any moment.
 */

/** What runs the nets. `cpu` is the default; another one is used only where it exists and answers as the CPU does. */
export const providerSchema = z.enum(['cpu', 'webgpu', 'cuda', 'dml', 'coreml']);
export type Provider = z.infer<typeof providerSchema>;

/** What nets should run on: one provider, or `auto` = the first of this system's that takes the net. */
export const providerWishSchema = z.enum([...providerSchema.options, 'auto']);
export type ProviderWish = z.infer<typeof providerWishSchema>;

export const engineSettingsSchema = z.object({
  /** Stage cache folder; may be deleted at any time. */
  cacheDir: z.string(),
  cacheLimitBytes: z.number(),
  /** Folders searched for model files, first hit wins; the bundled ones come last. */
  modelDirs: z.array(z.string()),
  ffmpegPath: z.string(),
  ffprobePath: z.string(),
  /** `ffmpeg -version` line, part of each decode stage's cache key. */
  ffmpegVersion: z.string(),
  /** Version of the app, for provenance. */
  appVersion: z.string().default('unknown'),
  /** ONNX worker threads; 0 = one per core. */
  threads: z.number().int().min(0).max(64),
  /** `single` = one worker with intra-op threads: the fallback after two native crashes at load. */
  layout: z.enum(['workers', 'single']),
  /** Wished execution provider; each model falls back by itself, to the CPU in the end. */
  provider: providerWishSchema.default('cpu'),
});
export type EngineSettingsInput = z.input<typeof engineSettingsSchema>;
export type EngineSettings = z.infer<typeof engineSettingsSchema>;

export const engineJobSchema = z.object({
  jobId: z.string(),
  /** `ingest` = decode check, peaks, frame table; `diarize` = that and a hypothesis; `voices` = what given speakers sound like. */
  kind: z.enum(['ingest', 'diarize', 'voices']),
  media: z.object({
    path: z.string(),
    identity: mediaIdentitySchema,
    probe: mediaProbeSchema,
    choice: mediaChoiceSchema,
  }),
  systemId: z.string(),
  /** Overrides of published defaults, `stage.param` → value. */
  params: z.record(z.string(), z.unknown()),
  /** Known or bounded speaker count; null = automatic. */
  speakers: z.object({ min: z.number().int().min(1), max: z.number().int().min(1) }).nullable(),
  /** What a person corrected in the project; absent = nothing. */
  corrections: correctionsSchema.optional(),
});
export type EngineJob = z.infer<typeof engineJobSchema>;

export const jobProgressSchema = z.object({
  stage: z.string(),
  /** Plain words for people: `Finding speech`. */
  stageLabel: z.string(),
  /** Of this stage, 0..1. */
  stageShare: z.number().min(0).max(1),
  /** Of the whole job, 0..1, never falling. */
  totalShare: z.number().min(0).max(1),
  etaSec: z.number().nullable(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** Bulk arrays a job left in the cache, by content key. Names: `peaks`, `pcm`, `frameTable`, `vad`, … */
export const artifactRefSchema = z.object({
  name: z.string(),
  key: z.string(),
  path: z.string(),
  sizeBytes: z.number(),
});
export type ArtifactRef = z.infer<typeof artifactRefSchema>;

export const engineResultSchema = z.object({
  kind: z.enum(['ingest', 'diarize', 'voices']),
  segments: z.array(hypothesisSegmentSchema),
  /** Face tracks and cuts; absent for a system that only hears. */
  picture: hypothesisPictureSchema.optional(),
  provenance: provenanceSchema,
  warnings: z.array(z.string()),
  artifacts: z.array(artifactRefSchema),
  /** Audio seconds from t = 0 that were decoded against what the container promises. */
  decodedSec: z.number(),
  expectedSec: z.number(),
});
export type EngineResult = z.infer<typeof engineResultSchema>;

export const toEngineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('configure'), settings: engineSettingsSchema }),
  z.object({ type: z.literal('start'), job: engineJobSchema }),
  z.object({ type: z.literal('cancel'), jobId: z.string() }),
  z.object({ type: z.literal('shutdown') }),
]);
export type ToEngine = z.infer<typeof toEngineSchema>;

export const fromEngineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), pid: z.number(), threads: z.number(), provider: z.string() }),
  /** A worker is about to load (has loaded) the native runtime: a death in between is a crash at load. */
  z.object({ type: z.literal('runtime'), state: z.enum(['loading', 'loaded']) }),
  z.object({ type: z.literal('progress'), jobId: z.string(), progress: jobProgressSchema }),
  /** Bulk arrays of a stage that is finished while the job goes on: the waveform shows before the labels. */
  z.object({ type: z.literal('artifacts'), jobId: z.string(), artifacts: z.array(artifactRefSchema) }),
  z.object({ type: z.literal('done'), jobId: z.string(), result: engineResultSchema }),
  z.object({ type: z.literal('failed'), jobId: z.string(), error: appErrorSchema }),
  z.object({ type: z.literal('cancelled'), jobId: z.string() }),
  z.object({ type: z.literal('log'), level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string() }),
]);
export type FromEngine = z.infer<typeof fromEngineSchema>;
