import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { defaultCacheDir } from '#runtime/dirs.ts';
import { convertedModel } from './convert/converted-model.ts';
import type { ModelEntry } from './registry.ts';

export interface ModelFile {
  path: string;
  sizeBytes: number;
}

/**
 * Where a model's file lies: the models folders in their order (by its registry path), then the npm package that carries
 * it, as it is or as a source that is converted now, into the cache folder. The packaged app copies such models into its
 * models folder, because ONNX Runtime opens no path inside asar.
 * @throws AppError `bad-input`, `unsupported` for a source that cannot be converted
 */
export async function locateModel(entry: ModelEntry, dirs: readonly string[]): Promise<ModelFile | null> {
  const candidates = dirs.map((dir) => path.resolve(dir, entry.file));
  if (entry.location.kind === 'npm') {
    const root = packageRoot(entry.location.package);
    if (root) candidates.push(path.join(root, entry.location.path));
  }
  for (const candidate of candidates) {
    const info = await stat(candidate).catch(() => null);
    if (info?.isFile()) return { path: candidate, sizeBytes: info.size };
  }
  if (entry.location.kind === 'converted') {
    const root = packageRoot(entry.location.package);
    if (root) return convert(path.join(root, entry.location.path));
  }
  return null;
}

async function convert(jsonPath: string): Promise<ModelFile | null> {
  if (!(await stat(jsonPath).catch(() => null))) return null;
  const file = await convertedModel(jsonPath, path.join(defaultCacheDir(), 'models'));
  return { path: file, sizeBytes: (await stat(file)).size };
}

/** Folder of an installed npm package; null when it is not installed. */
export function packageRoot(name: string): string | null {
  const require = createRequire(import.meta.url);
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    // The package hides its package.json, or is not installed: look in the folders Node would search.
    for (const folder of require.resolve.paths(name) ?? []) {
      const root = path.join(folder, name);
      try {
        require.resolve(path.join(root, 'package.json'));
        return root;
      } catch {
        continue;
      }
    }
    return null;
  }
}
