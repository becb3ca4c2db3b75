import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Stage, StageContext } from '../../stage.ts';
import { orderedPieces } from '../ordered-pieces.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { splitNet } from '../voice-nets/split-net.ts';
import { voiceNets, type VoiceNet } from '../voice-nets/voice-net.ts';
import { CHUNK_FRAMES } from './chunk-grid.ts';
import { voicesByTrunk } from './chunk-voices-by-trunk.ts';
import type { ChunkVoicesInput } from './chunk-voices-kernel.ts';
import { localGridFile, localGridSchema } from './local-grid.ts';
import { localItems, type LocalItem } from './local-items.ts';

const ITEMS_PER_PIECE = 64;

async function embed(context: StageContext<unknown>, voice: ChunkVoicesInput['voice']): Promise<void> {
  const { items, hopSamples } = await itemsOf(context);
  const pieces = Math.ceil(items.length / ITEMS_PER_PIECE);
  const rows: Float32Array[] = [];
  await orderedPieces(
    pieces,
    context.workerCount + 1,
    (piece) =>
      context.shard(`voices-${piece}`, () => {
        const part = items.slice(piece * ITEMS_PER_PIECE, (piece + 1) * ITEMS_PER_PIECE);
        const masks = new Uint8Array(part.length * CHUNK_FRAMES);
        part.forEach(({ mask }, k) => masks.set(mask, k * CHUNK_FRAMES));
        return context.kernel('chunk-voices', {
          chunks: Int32Array.from(part, ({ chunk }) => chunk),
          masks,
          hopSamples,
          voice,
        });
      }),
    (result, piece) => {
      rows.push(result);
      context.progress(piece + 1, pieces);
    },
  );
  const embeddings = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    embeddings.set(row, at);
    at += row.length;
  }
  await context.writeArray('embeddings.f32', embeddings);
}

async function itemsOf(context: StageContext<unknown>): Promise<{ items: LocalItem[]; hopSamples: number }> {
  const local = context.input('local');
  const { hopSamples } = await local.readJson(localGridFile, localGridSchema);
  return { items: localItems(new Uint8Array(await readFile(local.path('local.u8')))), hopSamples };
}

/** By a net whose trunk may run over the recording once. @returns false for another */
async function embedOnce(context: StageContext<unknown>, { modelId, frontEnd }: VoiceNet): Promise<boolean> {
  if (frontEnd.kind !== 'kaldi-fbank') return false;
  if (pcmSampleCount(context.input('pcm').path('pcm.s16')) < SAMPLE_RATE_HZ) return false;
  const split = await splitNet(context, modelId, frontEnd.bands);
  if (!split) return false;
  const { items, hopSamples } = await itemsOf(context);
  const masked = items.map(({ chunk, mask }) => ({ startSample: chunk * hopSamples, mask }));
  await context.writeArray('embeddings.f32', await voicesByTrunk(context, { ...split, frontEnd }, masked));
  return true;
}

/** Voice of each local speaker of node `local` on the frames of node `trunk`. Output: `embeddings.f32`, items × size. */
export const embeddedChunkVoicesStage: Stage<z.ZodObject> = {
  id: 'chunk-voices',
  version: '1',
  label: 'Telling voices apart',
  params: z.object({}),
  models: ['diarist-voice-head'],
  run: (context) =>
    embed(context, {
      kind: 'embedded',
      headPath: context.model('diarist-voice-head').path,
      framesPath: context.input('trunk').path('frames.f32'),
    }),
};

/** The same by a pulled net on the sound of node `pcm`. */
export function netChunkVoicesStage(modelId: string): Stage<z.ZodObject> {
  const net = voiceNets.find((candidate) => candidate.modelId === modelId);
  if (!net) throw new Error(`no voice net is called ${modelId}`);
  return {
    id: `chunk-voices-${modelId}`,
    version: '4',
    label: 'Telling voices apart',
    params: z.object({}),
    models: [modelId],
    async run(context) {
      if (await embedOnce(context, net)) return;
      await embed(context, {
        kind: 'net',
        modelPath: context.model(modelId).path,
        pcmPath: context.input('pcm').path('pcm.s16'),
        frontEnd: net.frontEnd,
      });
    },
  };
}
