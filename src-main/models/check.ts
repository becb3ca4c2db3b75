import { stat } from 'node:fs/promises';
import { toErrorData } from '#shared/api/errors.ts';
import type { ModelCheck } from '#shared/api/models.ts';
import { wrongContent } from './registry.ts';
import type { ListedModel } from './registry.ts';
import { hashFile } from './verify.ts';

export interface CheckOptions {
  signal?: AbortSignal;
  /** 0..1 of all bytes. */
  onProgress?: (share: number) => void;
}

/**
 * Reads model files as they lie on the disk now and compares them with the list.
 * @throws AbortError when cancelled; a file that cannot be read is a result, not a throw
 */
export async function checkModels(
  models: readonly ListedModel[],
  { signal, onProgress }: CheckOptions = {},
): Promise<ModelCheck[]> {
  const sizes = await Promise.all(
    models.map(async ({ path }) => (path === null ? 0 : ((await stat(path).catch(() => null))?.size ?? 0))),
  );
  const totalBytes = Math.max(
    1,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  let doneBytes = 0;
  const onBytes = (bytes: number): void => onProgress?.(Math.min(1, (doneBytes += bytes) / totalBytes));
  const checks: ModelCheck[] = [];
  for (const model of models) {
    signal?.throwIfAborted();
    checks.push(await checkModel(model, { ...(signal ? { signal } : {}), onBytes }));
  }
  return checks;
}

async function checkModel(
  model: ListedModel,
  reading: { signal?: AbortSignal; onBytes: (bytes: number) => void },
): Promise<ModelCheck> {
  const { id } = model;
  if (model.path === null) return { id, state: 'absent', sha256: null, error: null };
  try {
    const sha256 = await hashFile(model.path, reading);
    if (model.sha256 === null) return { id, state: 'unlisted', sha256, error: null };
    if (model.sha256 === sha256) return { id, state: 'right', sha256, error: null };
    return { id, state: 'wrong', sha256, error: wrongContent(model, model.path, sha256).data };
  } catch (error) {
    reading.signal?.throwIfAborted();
    return { id, state: 'wrong', sha256: null, error: { ...toErrorData(error), code: 'io', file: model.path } };
  }
}
