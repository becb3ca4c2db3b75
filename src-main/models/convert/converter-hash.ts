import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** All that decides what bytes come out of a conversion. */
export const converterSources = ['tfjs-model.ts', 'tfjs-to-onnx.ts', 'onnx-writer.ts', '../protobuf.ts'] as const;

declare const __DIARIST_CONVERTER__: string | undefined;
let known: string | undefined;

/**
 * Names the converter by its code, so that nets that an older one made are never taken for its own. Bundles carry it
 * (scripts/build.ts): their sources are not beside them.
 */
export function converterHash(): string {
  if (typeof __DIARIST_CONVERTER__ !== 'undefined') return __DIARIST_CONVERTER__;
  return (known ??= hashOfSources(import.meta.dirname));
}

/** @param folder of this file */
export function hashOfSources(folder: string): string {
  const hash = createHash('sha256');
  for (const name of converterSources) hash.update(`${name}\0`).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}
