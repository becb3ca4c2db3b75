import { z } from 'zod';

/**
 * A finished stage on disk: `<cacheDir>/stages/<stageId>/<key>/` holds its files and this description as `meta.json`.
 * The engine writes it; the host reads it to find bulk arrays by the keys a hypothesis' provenance names.
 */
export const stageEntryMetaSchema = z.object({
  format: z.literal(1),
  stageId: z.string(),
  stageVersion: z.string(),
  key: z.string(),
  createdMs: z.number(),
  /** What it took to compute. */
  wallSec: z.number(),
  cpuSec: z.number(),
  peakRssBytes: z.number().optional(),
  /** Sentences the person should read with the result. */
  warnings: z.array(z.string()),
  /** Name of the protocol (`peaks`, `vad`) → file. */
  artifacts: z.record(z.string(), z.string()),
  files: z.array(
    z.object({
      name: z.string(),
      sizeBytes: z.number().int().min(0),
      /** Of the whole content up to 4 MiB, else of evenly spaced blocks. */
      digest: z.string(),
    }),
  ),
});
export type StageEntryMeta = z.infer<typeof stageEntryMetaSchema>;

/** Parts of the path of a stage's folder below the cache folder. */
export const stageEntryParts = (stageId: string, key: string): [string, string, string] => ['stages', stageId, key];
export const stageMetaName = 'meta.json';
