import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ModelEntry } from './registry.ts';

export interface ModelFile {
  path: string;
  sizeBytes: number;
}

/**
 * Where a model's file lies: the models folders in their order (by its registry path), then the npm package that carries
 * it. The packaged app copies npm-carried models into its models folder, because ONNX Runtime opens no path inside asar.
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
  return null;
}

function packageRoot(name: string): string | null {
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
