import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { z } from 'zod';
import { mayFetch } from './address.ts';
import { locateModel } from './locate.ts';
import { readOnnxSignature, signatureMismatch } from './onnx-signature.ts';
import { verifyFile } from './verify.ts';

/** `f32[B,1,N]`: type, then dimensions; a letter stands for any size. */
const signatureSchema = z.string().regex(/^(f16|f32|i32|i64)\[(\w+(,\w+)*)?\]$/);

export const modelEntrySchema = z
  .object({
    /** kebab-case, unique; stages name their nets by it. */
    id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    /** What it is for, in words. */
    stage: z.string().min(1),
    version: z.string().min(1),
    /** Path of the file inside a models folder, with `/`. */
    file: z.string().regex(/^\w[\w.-]*(\/\w[\w.-]*)*$/),
    location: z.discriminatedUnion('kind', [
      /** Committed in this repository's models folder. */
      z.object({ kind: z.literal('bundled') }),
      /** Carried by an npm package this app depends on. */
      z.object({ kind: z.literal('npm'), package: z.string(), path: z.string() }),
      /**
       * A TensorFlow.js graph model carried by an npm package this app depends on, converted to ONNX at first use; `sha256`
       * and `bytes` are those of the converted file.
       */
      z.object({ kind: z.literal('converted'), package: z.string(), path: z.string() }),
      /** To be pulled by the user. */
      z.object({ kind: z.literal('pull') }),
    ]),
    /** Official sources, for people to read. */
    urls: z.array(z.url()),
    /** Official addresses of the file itself, tried in order; empty = there is none, see `diarist models add`. */
    downloads: z.array(z.url().refine((url) => mayFetch(new URL(url)), 'only https, or this computer')).default([]),
    /** null = not known (`pull` only): what was pulled or added then stands in the registry of the person's folder. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    /** null = not known (`pull` only). */
    bytes: z.number().int().positive().nullable(),
    licence: z.string().min(1),
    /** Licence text, relative to the models folder. */
    licenceFile: z.string().nullable(),
    nonCommercial: z.boolean(),
    /** Names, types and shapes of inputs and outputs. */
    contract: z.string().min(1),
    /** Types and shapes by position, `f32[B,T,80]`, letters free: what `diarist models add` checks a file against. */
    signature: z.object({ inputs: z.array(signatureSchema), outputs: z.array(signatureSchema) }).optional(),
    preprocessing: z.string().min(1),
    published: z.object({ figure: z.string(), source: z.string() }),
  })
  .refine(
    (entry) => entry.location.kind === 'pull' || (entry.sha256 !== null && entry.bytes !== null),
    'a model that comes with the app needs its sha256 and its bytes',
  );

/** One line of models/registry.json. */
export type ModelEntry = z.infer<typeof modelEntrySchema>;

export const registrySchema = z
  .object({ models: z.array(modelEntrySchema) })
  .refine(({ models }) => new Set(models.map((model) => model.id)).size === models.length, 'two models share an id');

/** A registry entry and what this machine has of it. */
export interface ListedModel extends ModelEntry {
  /** A file of the right size lies where it is looked for; its hash is checked by {@link resolveModel}. */
  installed: boolean;
  /** Comes with the app, nothing to pull. */
  bundled: boolean;
  /** Where it was found; null = missing. */
  path: string | null;
}

/** A model file whose content was checked. */
export interface ResolvedModel {
  id: string;
  /** Absolute. */
  path: string;
  sha256: string;
}

/** A folder that holds `registry.json` knows more models; the first entry of an id wins. */
export async function readRegistries(dirs: readonly string[]): Promise<ModelEntry[]> {
  const entries = new Map<string, ModelEntry>();
  let found = false;
  for (const dir of dirs) {
    const file = path.join(dir, 'registry.json');
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw new AppError('io', `The model list could not be read: ${error.message}.`, { file });
    });
    if (text === null) continue;
    found = true;
    for (const entry of parseRegistry(text, file)) if (!entries.has(entry.id)) entries.set(entry.id, entry);
  }
  if (!found) {
    throw new AppError('not-found', `No model list (registry.json) in ${dirs.join(', ') || 'any models folder'}.`, {
      fix: 'Install the app again, or name its models folder with --models-dir.',
    });
  }
  return [...entries.values()];
}

function parseRegistry(text: string, file: string): ModelEntry[] {
  try {
    return registrySchema.parse(JSON.parse(text)).models;
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new AppError('bad-input', 'The model list is not valid.', { file, detail: reason });
  }
}

/**
 * Every known model and whether it is here.
 * @param dirs models folders, first hit wins; the bundled one (with registry.json) comes last
 */
export async function listModels(dirs: readonly string[]): Promise<ListedModel[]> {
  const entries = await readRegistries(dirs);
  return Promise.all(
    entries.map(async (entry) => {
      // One source that cannot be converted must not hide the others.
      const candidate = await locateModel(entry, dirs).catch(() => null);
      return {
        ...entry,
        installed: candidate !== null && candidate.sizeBytes === (entry.bytes ?? candidate.sizeBytes),
        bundled: entry.location.kind !== 'pull',
        path: candidate?.path ?? null,
      };
    }),
  );
}

function howToGet(entry: ModelEntry, dirs: readonly string[]): string {
  const byHand = `put ${entry.file} from ${entry.urls[0] ?? 'its source'} into ${dirs[0] ?? 'a models folder'}.`;
  return entry.downloads.length > 0
    ? `Run diarist models pull ${entry.id}, or ${byHand}`
    : `Run diarist models pull ${entry.id} --mirror <folder>, diarist models add <file.onnx> --as ${entry.id}, or ${byHand}`;
}

/**
 * The checked file of a model. Its SHA-256 is computed once per size, time and inode of the file.
 * @throws AppError `not-found` when the id is unknown or no file is there; `bad-input` when its content is not the one
 * the registry names
 */
export async function resolveModel(id: string, dirs: readonly string[]): Promise<ResolvedModel> {
  const entry = (await readRegistries(dirs)).find((candidate) => candidate.id === id);
  if (!entry) {
    throw new AppError('not-found', `No model is called ${id}.`, { fix: 'See the list of models for the names.' });
  }
  const candidate = await locateModel(entry, dirs);
  if (!candidate) {
    throw new AppError('not-found', `The model ${id} (${entry.file}) is not on this computer.`, {
      fix: entry.location.kind === 'pull' ? howToGet(entry, dirs) : 'Install the app again: this file comes with it.',
    });
  }
  const sha256 = await verifyFile(candidate.path);
  if (sha256 !== (entry.sha256 ?? sha256)) throw wrongContent(entry, candidate.path, sha256);
  if (entry.sha256 === null) await requireShape(entry, candidate.path, sha256);
  return { id, path: candidate.path, sha256 };
}

/** Files whose shape was found right in this process, by slot and content. */
const fitting = new Set<string>();

/** Of a file that a person put there nobody knows the content: at least it must be a net of the right shape. */
async function requireShape(entry: ModelEntry, file: string, sha256: string): Promise<void> {
  const key = `${entry.id}\0${sha256}`;
  if (!entry.signature || fitting.has(key)) return;
  const mismatch = signatureMismatch(await readOnnxSignature(file), entry.signature);
  if (mismatch !== null) {
    throw new AppError('bad-input', `The file of the model ${entry.id} is another net: ${mismatch}.`, {
      file,
      fix: `Replace it by one that takes ${entry.contract}, or delete it.`,
    });
  }
  fitting.add(key);
}

/** A file that is not the one the registry names. */
export const wrongContent = (entry: ModelEntry, file: string, sha256: string): AppError =>
  new AppError('bad-input', `The model ${entry.id} is damaged or another version: its SHA-256 is not the registry's.`, {
    file,
    fix: 'Delete that file and get it again.',
    detail: `expected ${entry.sha256 ?? 'any'}, found ${sha256}`,
  });
