import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { VoiceCohort } from '#shared/domain/voice-cohort.ts';

const cohortFile = path.join('diarist-voice', 'cohort.json');

const cohortSchema = z.object({
  model: z.string(),
  /** Values of a vector. */
  size: z.number().int().positive(),
  /** A signed byte times this is a value. */
  scale: z.number().positive(),
  /** Signed bytes, one vector after another, base64. */
  vectors: z.string(),
});

/** Strangers' voices as a small text. */
export function serialiseCohort({ model, vectors }: VoiceCohort): string {
  const size = vectors[0]?.length ?? 1;
  const scale = Math.max(1e-6, ...vectors.flat().map(Math.abs)) / 127;
  const bytes = Int8Array.from(vectors.flat(), (value) => Math.round(value / scale));
  const text = Buffer.from(bytes.buffer).toString('base64');
  return `${JSON.stringify({ model, size, scale, vectors: text })}\n`;
}

/** @throws ZodError, SyntaxError for what is no cohort */
export function parseCohort(text: string): VoiceCohort {
  const { model, size, scale, vectors } = cohortSchema.parse(JSON.parse(text));
  const bytes = new Int8Array(Buffer.from(vectors, 'base64'));
  const count = Math.floor(bytes.length / size);
  return {
    model,
    vectors: Array.from({ length: count }, (_, k) =>
      Array.from(bytes.subarray(k * size, (k + 1) * size), (value) => value * scale),
    ),
  };
}

/**
 * The strangers that come with the voice embedding (`bench -- cohort` makes them), from the first models folder that has
 * any; null where there are none or the file cannot be read: then cosines alone decide.
 */
export async function readCohort(modelDirs: readonly string[]): Promise<VoiceCohort | null> {
  for (const dir of modelDirs) {
    try {
      return parseCohort(await readFile(path.join(dir, cohortFile), 'utf8'));
    } catch {
      continue;
    }
  }
  return null;
}
