import { z } from 'zod';
import { idSchema, recordSchema, recordsDiffSchema } from './records.ts';

/** The curated layer of one file as the API hands it out. */
export const documentSchema = z.object({
  mediaId: idSchema,
  /** Rises by one with every edit, undo and redo. Every edit names the revision it was made on. */
  revision: z.number().int().min(0),
  records: z.array(recordSchema),
  /** What undo and redo would do, in words; null = nothing. */
  undoLabel: z.string().nullable(),
  redoLabel: z.string().nullable(),
});
export type CuratedDocument = z.infer<typeof documentSchema>;

/** One step of the journal as it was applied (or taken back): clients fold `diff` into their copy. */
export const documentChangeSchema = z.object({
  mediaId: idSchema,
  revision: z.number().int(),
  cause: z.enum(['edit', 'undo', 'redo']),
  /** In words: `Reassigned 4.2 s from Anna to Ben`. */
  label: z.string(),
  diff: recordsDiffSchema,
  undoLabel: z.string().nullable(),
  redoLabel: z.string().nullable(),
  /** Where to scroll: the changed span, if any. */
  span: z.object({ startSec: z.number(), endSec: z.number() }).nullable(),
});
export type DocumentChange = z.infer<typeof documentChangeSchema>;

export const journalEntrySchema = z.object({
  seq: z.number().int(),
  revision: z.number().int(),
  label: z.string(),
  atMs: z.number(),
  undone: z.boolean(),
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;
