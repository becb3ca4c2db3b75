import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { AppError } from '#shared/api/errors.ts';
import type { FrameSize } from '#media/frames.ts';
import { fillPlanar } from '../yuv-picture.ts';
import type { Box } from './detection.ts';

/** Of OSNet-AIN x1.0. */
export const APPEARANCE_DIMS = 512;
const WIDTH_PX = 128;
const HEIGHT_PX = 256;
/** Mean and deviation of R, G, B as shares of 255. */
const MEANS = [0.485, 0.456, 0.406] as const;
const DEVIATIONS = [0.229, 0.224, 0.225] as const;
/** Inputs of one net run: below 100 ms of one core. */
const BATCH = 2;

/**
 * What the boxes of a frame look like: features of OSNet-AIN (Zhou et al. 2021,
 * https://github.com/KaiyangZhou/deep-person-reid, MIT), each of unit length, {@link APPEARANCE_DIMS} values a box.
 * @throws AppError `bad-input` when the net is another one
 */
export async function appearanceOf(
  session: Pick<InferenceSession, 'run' | 'inputNames' | 'outputNames'>,
  data: Uint8Array,
  size: FrameSize,
  boxes: readonly Box[],
): Promise<Float32Array<ArrayBuffer>> {
  const features = new Float32Array(boxes.length * APPEARANCE_DIMS);
  for (let first = 0; first < boxes.length; first += BATCH) {
    const batch = boxes.slice(first, first + BATCH);
    const outputs = await session.run({ [session.inputNames[0]!]: inputOf(data, size, batch) });
    const found = outputs[session.outputNames[0]!]!.data as Float32Array;
    if (found.length !== batch.length * APPEARANCE_DIMS) {
      throw new AppError('bad-input', `The appearance model gives ${found.length / batch.length} values a box.`, {
        fix: `Add a net of ${APPEARANCE_DIMS} values as osnet-ain, see docs/models.md.`,
      });
    }
    features.set(found, first * APPEARANCE_DIMS);
  }
  for (let at = 0; at < features.length; at += APPEARANCE_DIMS) normalise(features.subarray(at, at + APPEARANCE_DIMS));
  return features;
}

function inputOf(data: Uint8Array, size: FrameSize, boxes: readonly Box[]): Tensor {
  const plane = WIDTH_PX * HEIGHT_PX;
  const values = new Float32Array(boxes.length * 3 * plane);
  boxes.forEach((box, index) => {
    const input = values.subarray(index * 3 * plane, (index + 1) * 3 * plane);
    const region = { x: box.x1, y: box.y1, width: box.x2 - box.x1, height: box.y2 - box.y1 };
    fillPlanar(input, data, size, region, {
      ...{ width: WIDTH_PX, height: HEIGHT_PX, scale: 1 / 255, shift: 0, order: 'rgb' },
    });
    for (let at = 0; at < input.length; at++) {
      const channel = Math.floor(at / plane);
      input[at] = (input[at]! - MEANS[channel]!) / DEVIATIONS[channel]!;
    }
  });
  return new Tensor('float32', values, [boxes.length, 3, HEIGHT_PX, WIDTH_PX]);
}

function normalise(vector: Float32Array): void {
  const length = Math.hypot(...vector) || 1;
  for (let at = 0; at < vector.length; at++) vector[at]! /= length;
}
