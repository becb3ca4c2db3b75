import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '#runtime/atomic-file.ts';
import { converterHash } from './converter-hash.ts';
import { decodeTfjs, readTfjsFiles } from './tfjs-model.ts';
import { tfjsToOnnx } from './tfjs-to-onnx.ts';

/**
 * The ONNX form of a TensorFlow.js graph model, made at the first call and kept in `cacheDir` under the hash of the
 * source files and of the converter itself. Equal sources give equal bytes on every machine.
 * @param jsonPath the model's JSON; its weight files lie beside it
 * @returns absolute path of the `.onnx` file
 * @throws AppError `bad-input` (no graph model), `unsupported` (an operator it does not know)
 */
export async function convertedModel(jsonPath: string, cacheDir: string): Promise<string> {
  const files = await readTfjsFiles(jsonPath);
  const hash = createHash('sha256').update(`converter ${converterHash()}\n`);
  for (const file of [files.json, ...files.weights]) hash.update(`${file.length}\n`).update(file);
  const name = path.basename(jsonPath, '.json');
  const target = path.resolve(cacheDir, `${name}-${hash.digest('hex').slice(0, 32)}.onnx`);
  // Written atomically, so that what is there is whole; the registry's hash is checked by whoever opens it.
  if ((await stat(target).catch(() => null))?.isFile()) return target;
  await writeFileAtomic(target, tfjsToOnnx(decodeTfjs(files, jsonPath), name));
  return target;
}
