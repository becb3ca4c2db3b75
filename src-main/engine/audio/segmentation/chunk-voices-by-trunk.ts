import type { StageContext } from '../../stage.ts';
import { orderedPieces } from '../ordered-pieces.ts';
import { pcmSampleCount } from '../pcm-reader.ts';
import { statisticsOf, type PoolingStyle } from '../voice-nets/statistics-pooling.ts';
import type { VoiceFrontEnd } from '../voice-nets/voice-net.ts';
import type { SplitNet } from '../voice-nets/voice-net-trunk-kernel.ts';
import { CHUNK_FRAMES, CHUNK_SAMPLES, FRAME_STEP_SAMPLES } from './chunk-grid.ts';

/** Most sound the trunk runs over at once, and what it hears beside it: a fifteenth more to compute, at 20 s a tenth. */
const MOST_SAMPLES = 3 * CHUNK_SAMPLES;
/** Stretches come in multiples of this, all of one length, so that two workers end together. */
const SHARED_BY = 2;
const MARGIN_SAMPLES = 16_000;
const HEAD_BATCH = 64;

export interface MaskedItem {
  /** First sample of the window. */
  startSample: number;
  /** 0 and 1, a value per frame of the window. */
  mask: Uint8Array;
}

interface OpenItem {
  index: number;
  endSample: number;
  sums: Float64Array;
  count: number;
}

/**
 * Voices of masks over windows that overlap, the trunk run over every second of the recording once: what is pooled adds up,
 * so each stretch gives its part of every mask that reaches into it. A mask in no frame of the trunk gets zeros.
 * @param items by rising starts
 * @returns items × size, rows of unit length
 */
export async function voicesByTrunk(
  context: StageContext<unknown>,
  net: SplitNet & { style: PoolingStyle; frontEnd: Extract<VoiceFrontEnd, { kind: 'kaldi-fbank' }> },
  items: readonly MaskedItem[],
): Promise<Float32Array> {
  const pcmPath = context.input('pcm').path('pcm.s16');
  const totalSamples = pcmSampleCount(pcmPath);
  const stretchSamples = Math.ceil(totalSamples / (SHARED_BY * Math.ceil(totalSamples / (SHARED_BY * MOST_SAMPLES))));
  const stretches = Array.from({ length: Math.ceil(totalSamples / stretchSamples) }, (_, k) => {
    const [fromSample, toSample] = [k * stretchSamples, Math.min(totalSamples, (k + 1) * stretchSamples)];
    const inside = items.flatMap(({ startSample }, index) =>
      startSample < toSample && startSample + CHUNK_SAMPLES > fromSample ? [index] : [],
    );
    return { k, fromSample, toSample, inside };
  }).filter(({ inside }) => inside.length > 0);
  const rows: Float32Array[] = Array.from(items, () => new Float32Array(0));
  const open = new Map<number, OpenItem>();
  let size = 0;

  const finish = async (done: readonly OpenItem[]): Promise<void> => {
    for (let first = 0; first < done.length; first += HEAD_BATCH) {
      const batch = done.slice(first, first + HEAD_BATCH).filter(({ count }) => count > 0);
      if (batch.length === 0) continue;
      const width = batch[0]!.sums.length;
      const statistics = new Float32Array(batch.length * width);
      batch.forEach(({ sums, count }, at) => {
        const half = width / 2;
        const out = statistics.subarray(at * width, (at + 1) * width);
        statisticsOf(sums.subarray(0, half), sums.subarray(half), count, net.style, out);
      });
      const { headPath, headInput } = net;
      const vectors = await context.kernel('voice-net-head', { headPath, headInput, statistics, count: batch.length });
      size = vectors.length / batch.length;
      batch.forEach(({ index }, at) => (rows[index] = vectors.slice(at * size, (at + 1) * size)));
    }
  };

  // The heads of one stretch run while the trunk goes on with the next ones.
  let finishing = Promise.resolve();
  await orderedPieces(
    stretches.length,
    context.workerCount + 1,
    (piece) => {
      const { k, fromSample, toSample, inside } = stretches[piece]!;
      const masks = new Uint8Array(inside.length * CHUNK_FRAMES);
      inside.forEach((index, at) => masks.set(items[index]!.mask, at * CHUNK_FRAMES));
      return context.shard(`parts-${k}`, () =>
        context.kernel('voice-net-parts', {
          trunkPath: net.trunkPath,
          frontEnd: net.frontEnd,
          pcmPath,
          firstSample: Math.max(0, fromSample - MARGIN_SAMPLES),
          endSample: Math.min(totalSamples, toSample + MARGIN_SAMPLES),
          fromSample,
          toSample,
          maskStarts: Int32Array.from(inside, (index) => items[index]!.startSample),
          masks,
          maskFrames: CHUNK_FRAMES,
          samplesPerMaskFrame: FRAME_STEP_SAMPLES,
        }),
      );
    },
    async (parts, piece) => {
      const { toSample, inside } = stretches[piece]!;
      const width = parts.length / inside.length;
      inside.forEach((index, at) => {
        const endSample = items[index]!.startSample + CHUNK_SAMPLES;
        const item = open.get(index) ?? { index, endSample, sums: new Float64Array(width - 1), count: 0 };
        const part = parts.subarray(at * width, (at + 1) * width);
        for (let row = 0; row < width - 1; row++) item.sums[row]! += part[row]!;
        item.count += part[width - 1]!;
        open.set(index, item);
      });
      const isLast = piece === stretches.length - 1;
      const done = [...open.values()].filter(({ endSample }) => isLast || endSample <= toSample);
      for (const { index } of done) open.delete(index);
      await finishing;
      finishing = finish(done);
      // It is awaited at the next stretch; failing before must not count as unhandled.
      finishing.catch(() => undefined);
      context.progress(piece + 1, stretches.length);
    },
  );
  await finishing;
  const all = new Float32Array(items.length * size);
  rows.forEach((row, index) => all.set(row, index * size));
  return all;
}
