import { z } from 'zod';
import { appErrorSchema } from './error-schema.ts';

/** Getting a net: one after another, in the host, whoever asked; what was fetched stays for the next try. */
export const modelPullSchema = z.object({
  modelId: z.string(),
  /** `checking` = all bytes are here and their hash is computed. */
  state: z.enum(['queued', 'running', 'checking', 'done', 'failed', 'cancelled']),
  doneBytes: z.number().min(0),
  /** null = the sender does not say. */
  totalBytes: z.number().min(0).nullable(),
  /** null = not known yet. */
  etaSec: z.number().min(0).nullable(),
  error: appErrorSchema.nullable(),
});
export type ModelPull = z.infer<typeof modelPullSchema>;

export const modelSchema = z.object({
  id: z.string(),
  stage: z.string(),
  licence: z.string(),
  nonCommercial: z.boolean(),
  /** 0 = nobody says. */
  sizeBytes: z.number(),
  /** Empty = nobody publishes one. */
  sha256: z.string(),
  installed: z.boolean(),
  bundled: z.boolean(),
  /** A file is there, of another size than the list names. */
  damaged: z.boolean(),
  /** It lies in the person's models folder and may be deleted. */
  removable: z.boolean(),
  /** Its authors offer the file itself at an address. */
  hasAddress: z.boolean(),
  /** What an earlier, unfinished download left. */
  partBytes: z.number().min(0),
  /** What the slot takes: names, types and shapes, in words. */
  takes: z.string(),
  source: z.string(),
  /** Labels of the systems that cannot run without it. */
  neededBy: z.array(z.string()),
  /** Labels of the systems that run without it, and better with it. */
  helps: z.array(z.string()),
  /** The last getting of it since the host started. */
  pull: modelPullSchema.nullable(),
});
export type ModelInfo = z.infer<typeof modelSchema>;

/** What a person agrees to before anything is fetched. */
export const pullOfferSchema = z.object({
  /** Where the files will lie. */
  folder: z.string(),
  /** Room on its disk; null = the system does not say. */
  freeBytes: z.number().min(0).nullable(),
  /** The mirror folder that takes the place of the network. */
  mirror: z.string().nullable(),
  models: z.array(
    z.object({
      id: z.string(),
      stage: z.string(),
      /** null = nobody says. */
      sizeBytes: z.number().min(0).nullable(),
      /** Bytes of an earlier try that need not come again. */
      partBytes: z.number().min(0),
      /** Address or file it comes from; null = from nowhere, see `problem`. */
      from: z.string().nullable(),
      /** Page of its authors; null = none is known. */
      source: z.string().nullable(),
      /** Where it will lie. */
      file: z.string(),
      sha256: z.string().nullable(),
      licence: z.string(),
      nonCommercial: z.boolean(),
      licenceTexts: z.array(z.object({ name: z.string(), text: z.string() })),
      /** Why it cannot be had, with the way out; null = it can. */
      problem: appErrorSchema.nullable(),
    }),
  ),
});
export type PullOffer = z.infer<typeof pullOfferSchema>;

export const modelCheckSchema = z.object({
  id: z.string(),
  /** `unlisted` = it is there, and nobody publishes a hash to compare with. */
  state: z.enum(['right', 'wrong', 'unlisted', 'absent']),
  /** Of the file that was read. */
  sha256: z.string().nullable(),
  /** What is wrong and the way out. */
  error: appErrorSchema.nullable(),
});
export type ModelCheck = z.infer<typeof modelCheckSchema>;
