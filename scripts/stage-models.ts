import { copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { listModels } from '#models/registry.ts';
import { verifyFile } from '#models/verify.ts';

/**
 * Copies the nets that npm packages carry to where the packaged app looks for them, each checked against the registry:
 * node_modules is not shipped, and ONNX Runtime opens no path inside an archive.
 *
 * @throws when a file is missing or is not the one the registry names
 */
export async function stageModels(modelsDir: string, outDir: string): Promise<number> {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  let staged = 0;
  for (const model of await listModels([modelsDir])) {
    if (model.location.kind !== 'npm' && model.location.kind !== 'converted') continue;
    if (!model.path) throw new Error(`${model.id}: ${model.location.package} does not hold ${model.location.path}`);
    if ((await verifyFile(model.path)) !== model.sha256) throw new Error(`${model.id}: ${model.path} has another hash`);
    const target = path.join(outDir, model.file);
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(model.path, target);
    staged += 1;
  }
  return staged;
}
