import { z } from 'zod';
import { appErrorSchema } from '../api/error-schema.ts';
import { jobProgressSchema } from '../engine/protocol.ts';
import { idSchema } from './records.ts';

export const jobStateSchema = z.enum(['queued', 'running', 'done', 'failed', 'cancelled', 'quarantined']);
export type JobState = z.infer<typeof jobStateSchema>;

/** A durable piece of work: survives a kill and goes on from the stage cache. */
export const jobSchema = z.object({
  id: idSchema,
  mediaId: idSchema,
  kind: z.enum(['ingest', 'diarize']),
  systemId: z.string(),
  params: z.record(z.string(), z.unknown()),
  speakers: z.object({ min: z.number().int(), max: z.number().int() }).nullable(),
  state: jobStateSchema,
  /** Engine crashes so far; three quarantine the job. */
  crashes: z.number().int(),
  progress: jobProgressSchema.nullable(),
  error: appErrorSchema.nullable(),
  hypothesisId: idSchema.nullable(),
  createdMs: z.number(),
  finishedMs: z.number().nullable(),
});
export type Job = z.infer<typeof jobSchema>;
