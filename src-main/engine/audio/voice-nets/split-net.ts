import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { splitAtPooling } from '#models/split-at-pooling.ts';
import { writeFileAtomic } from '#runtime/atomic-file.ts';
import { defaultCacheDir } from '#runtime/dirs.ts';
import type { StageContext } from '../../stage.ts';
import type { PoolingStyle } from './statistics-pooling.ts';
import type { SplitNet } from './voice-net-trunk-kernel.ts';

/**
 * The halves of a voice net and how to join them, kept beside the converted models; null for a net that has to be run
 * window by window.
 */
export async function splitNet(
  context: Pick<StageContext<unknown>, 'kernel' | 'model'>,
  modelId: string,
  bands: number,
): Promise<(SplitNet & { style: PoolingStyle }) | null> {
  const { path: modelPath, sha256 } = context.model(modelId);
  const split = splitAtPooling(await readFile(modelPath));
  if (!split) return null;
  const half = (name: string): string =>
    path.resolve(defaultCacheDir(), 'models', `${modelId}-${sha256.slice(0, 32)}-${name}.onnx`);
  const halves: SplitNet = { trunkPath: half('trunk'), headPath: half('head'), headInput: split.headInput };
  await writeOnce(halves.trunkPath, split.trunk);
  await writeOnce(halves.headPath, split.head);
  const style = await context.kernel('voice-net-split-trial', { ...halves, modelPath, bands });
  return style && { ...halves, style };
}

/** Written atomically, so that what is there is whole. */
async function writeOnce(file: string, bytes: Uint8Array): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found?.size !== bytes.length) await writeFileAtomic(file, bytes);
}
