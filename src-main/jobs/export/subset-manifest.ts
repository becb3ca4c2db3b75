import { z } from 'zod';
import { subsetChoiceSchema } from '#shared/api/contract.ts';
import { provenanceSchema } from '#shared/domain/hypothesis.ts';
import { mediaChoiceSchema } from '#shared/domain/media.ts';
import { originSchema, reviewStateSchema } from '#shared/domain/records.ts';

const countsSchema = z.object({
  files: z.number().int(),
  speakers: z.number().int(),
  turns: z.number().int(),
  speechSec: z.number(),
});

/** A sound file of the subset. 16 kHz, mono, 16 bit; sample 0 is `startSec` of the recording. */
const soundSchema = z.object({
  path: z.string(),
  startSec: z.number(),
  endSec: z.number(),
  samples: z.number().int(),
  /** Set on cuts of one turn. */
  turn: z
    .object({
      speaker: z.string(),
      confidence: z.number().nullable(),
      review: reviewStateSchema,
      origin: originSchema,
      hypothesisId: z.string().nullable(),
    })
    .nullable(),
});

/** manifest.json of a curated subset: what is in it, where it came from, and how to check that it is whole. */
export const subsetManifestSchema = z.object({
  format: z.literal('diarist-subset'),
  formatVersion: z.literal(1),
  appVersion: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  project: z.object({ id: z.string(), name: z.string() }),
  choice: subsetChoiceSchema,
  counts: countsSchema,
  recordings: z.array(
    z.object({
      /** In RTTM and UEM. */
      fileId: z.string(),
      mediaId: z.string(),
      mediaName: z.string(),
      /** Identity of the source recording: see `mediaIdentitySchema`. */
      mediaHash: z.string(),
      mediaBytes: z.number(),
      durationSec: z.number(),
      stream: mediaChoiceSchema,
      counts: countsSchema.omit({ files: true }),
      /** Of the whole curated layer of the recording. */
      segments: z.object({ total: z.number().int(), accepted: z.number().int() }),
      documentRevision: z.number().int(),
      scoredSec: z.number(),
      speakers: z.array(z.object({ id: z.string(), name: z.string(), turns: z.number().int(), speechSec: z.number() })),
      rttm: z.string(),
      uem: z.string(),
      sounds: z.array(soundSchema),
      /** The runs the turns came from: system, parameters and model hashes. */
      runs: z.array(z.object({ hypothesisId: z.string(), label: z.string(), provenance: provenanceSchema.nullable() })),
    }),
  ),
  /** Every other file of the folder. Paths with `/`. */
  files: z.array(z.object({ path: z.string(), bytes: z.number().int(), sha256: z.string() })),
  warnings: z.array(z.string()),
});
export type SubsetManifest = z.infer<typeof subsetManifestSchema>;
export type SubsetRecording = SubsetManifest['recordings'][number];
