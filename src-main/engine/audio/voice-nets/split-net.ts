import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { splitAtPooling } from '#models/split-at-pooling.ts';
import { verifyFile } from '#models/verify.ts';
import { writeFileAtomic } from '#runtime/atomic-file.ts';
import { defaultCacheDir } from '#runtime/dirs.ts';
import type { StageContext } from '../../stage.ts';
import type { PoolingStyle } from './statistics-pooling.ts';
import type { SplitNet } from './voice-net-trunk-kernel.ts';

type JoinedHalves = SplitNet & { style: PoolingStyle };

/**
 * The halves of a voice net and how to join them, kept beside the converted models; null for a net that has to be run
 * window by window. Halves that were found to fit are not tried again: that takes the whole net as well, half a second of it.
 */
export async function splitNet(
  context: Pick<StageContext<unknown>, 'kernel' | 'model'>,
  modelId: string,
  bands: number,
): Promise<JoinedHalves | null> {
  const { path: modelPath, sha256 } = context.model(modelId);
  const file = (name: string): string =>
    path.resolve(defaultCacheDir(), 'models', `${modelId}-${sha256.slice(0, 32)}-${name}`);
  const paths = { trunkPath: file('trunk.onnx'), headPath: file('head.onnx') };
  const verdictPath = file('split.json');
  const known = await knownVerdict(verdictPath, paths, bands);
  if (known) return { ...paths, headInput: known.headInput, style: { isUnbiased: known.isUnbiased } };
  const split = splitAtPooling(await readFile(modelPath));
  if (!split) return null;
  const halves: SplitNet = { ...paths, headInput: split.headInput };
  await writeOnce(halves.trunkPath, split.trunk);
  await writeOnce(halves.headPath, split.head);
  const style = await context.kernel('voice-net-split-trial', { ...halves, modelPath, bands });
  // Only what fits is remembered: halves may also fail for want of memory.
  if (!style) return null;
  const verdict: Verdict = {
    format: 1,
    bands,
    headInput: halves.headInput,
    isUnbiased: style.isUnbiased,
    trunkSha256: sha256Of(split.trunk),
    headSha256: sha256Of(split.head),
  };
  await writeFileAtomic(verdictPath, JSON.stringify(verdict));
  return { ...halves, style };
}

const verdictSchema = z.object({
  format: z.literal(1),
  bands: z.number(),
  headInput: z.string(),
  isUnbiased: z.boolean(),
  trunkSha256: z.string(),
  headSha256: z.string(),
});
type Verdict = z.infer<typeof verdictSchema>;

/** What was found of these very files; null when anything of it is missing, damaged or for another input. */
async function knownVerdict(
  verdictPath: string,
  { trunkPath, headPath }: Pick<SplitNet, 'trunkPath' | 'headPath'>,
  bands: number,
): Promise<Verdict | null> {
  try {
    const verdict = verdictSchema.parse(JSON.parse(await readFile(verdictPath, 'utf8')));
    const [trunkSha256, headSha256] = await Promise.all([verifyFile(trunkPath), verifyFile(headPath)]);
    const isTheirs = trunkSha256 === verdict.trunkSha256 && headSha256 === verdict.headSha256;
    return isTheirs && verdict.bands === bands ? verdict : null;
  } catch {
    return null;
  }
}

/** Written atomically, so that what is there is whole. */
async function writeOnce(file: string, bytes: Uint8Array): Promise<void> {
  const found = await stat(file).catch(() => null);
  const isSame = found?.size === bytes.length && (await verifyFile(file)) === sha256Of(bytes);
  if (!isSame) await writeFileAtomic(file, bytes);
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
