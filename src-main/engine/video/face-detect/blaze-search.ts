import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { FrameSize } from '#media/frames.ts';
import type { KernelContext } from '../../kernel.ts';
import { fillPlanar, type Region } from '../yuv-picture.ts';
import { BLAZE_SIDE_PX, decodeBlaze } from './blaze-face.ts';
import type { Detection } from './detection.ts';
import { isWholeIn } from './scan-plan.ts';
import { joinTiles } from './suppress.ts';
import { moved } from './whole-detectors.ts';

/** Inputs of one net run: about 50 ms of one core. */
const BATCH = 8;

/** Faces that BlazeFace sees in some regions of a frame, each once, in pixels of the frame. */
export async function searchRegions(
  context: KernelContext,
  session: InferenceSession,
  data: Uint8Array,
  size: FrameSize,
  minScore: number,
  regions: readonly Region[],
): Promise<Detection[]> {
  const found: Detection[] = [];
  for (let first = 0; first < regions.length; first += BATCH) {
    context.checkCancelled();
    const batch = regions.slice(first, first + BATCH);
    const outputs = await session.run({ input: blazeInput(data, size, batch) });
    const part = (name: string, index: number): Float32Array => {
      const all = outputs[name]!.data as Float32Array;
      const each = all.length / batch.length;
      return all.subarray(index * each, (index + 1) * each);
    };
    batch.forEach((region, index) => {
      const faces = decodeBlaze(
        {
          fineScores: part('Identity', index),
          coarseScores: part('Identity_1', index),
          fineBoxes: part('Identity_2', index),
          coarseBoxes: part('Identity_3', index),
        },
        minScore,
      );
      for (const face of faces) {
        const here = moved(face, region, BLAZE_SIDE_PX, BLAZE_SIDE_PX);
        if (isWholeIn(here, region, size)) found.push(here);
      }
    });
  }
  return joinTiles(found);
}

/** BlazeFace takes RGB in −1..1. */
function blazeInput(data: Uint8Array, size: FrameSize, regions: readonly Region[]): Tensor {
  const each = 3 * BLAZE_SIDE_PX * BLAZE_SIDE_PX;
  const values = new Float32Array(regions.length * each);
  regions.forEach((region, index) => {
    fillPlanar(values.subarray(index * each, (index + 1) * each), data, size, region, {
      width: BLAZE_SIDE_PX,
      height: BLAZE_SIDE_PX,
      scale: 1 / 127.5,
      shift: -1,
      order: 'rgb',
    });
  });
  return new Tensor('float32', values, [regions.length, 3, BLAZE_SIDE_PX, BLAZE_SIDE_PX]);
}
