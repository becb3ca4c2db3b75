import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { z } from 'zod';

const manifestSchema = z.array(
  z.object({
    /** Inside the mirror, with `/`; equal to `file` in the registry. */
    path: z.string().regex(/^\w[\w.-]*(\/\w[\w.-]*)*$/),
    bytes: z.number().int().nonnegative(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    source: z.string(),
    commit: z.string(),
    licence: z.string(),
  }),
);

export type MirrorFile = z.infer<typeof manifestSchema>[number];

/** A folder of model files with a `manifest.json`: for computers without a network, and for tests. */
export interface Mirror {
  dir: string;
  files: ReadonlyMap<string, MirrorFile>;
}

/** @throws AppError `not-found` when there is no manifest, `bad-input` when it is not one */
export async function readMirror(dir: string): Promise<Mirror> {
  const file = path.join(path.resolve(dir), 'manifest.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AppError('not-found', `This folder is no mirror of models: ${error.message}.`, {
      file,
      fix: 'Name the folder that holds manifest.json.',
    });
  });
  try {
    const files = manifestSchema.parse(JSON.parse(text));
    return { dir: path.resolve(dir), files: new Map(files.map((one) => [one.path, one])) };
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new AppError('bad-input', 'The manifest of the mirror is not valid.', { file, detail });
  }
}

/** Licence texts that lie beside a file of the mirror, by name. */
export async function mirrorLicences(mirror: Mirror, file: string): Promise<{ name: string; text: string }[]> {
  const folder = path.join(mirror.dir, path.dirname(file));
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^(LICEN[CS]E|COPYING|NOTICE)/iu.test(name));
  return Promise.all(
    names.sort().map(async (name) => ({ name, text: await readFile(path.join(folder, name), 'utf8') })),
  );
}
