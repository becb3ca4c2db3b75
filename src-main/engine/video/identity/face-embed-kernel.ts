import { Tensor } from 'onnxruntime-node';
import { AppError } from '#shared/api/errors.ts';
import type { Kernel } from '../../kernel.ts';
import type { LookNet } from './look-nets.ts';

export interface FaceEmbedInput {
  readonly modelPath: string;
  readonly net: Pick<LookNet, 'dims' | 'inputName' | 'outputName' | 'format' | 'scale' | 'shift' | 'addMirrored'> & {
    /** false: the values as they come. Default: scaled to length 1. */
    readonly isUnit?: boolean;
  };
  /** Crops in the net's format, one after another. */
  readonly crops: Uint8Array;
}

/** What a net makes of each face: a vector of length 1, or another answer as it comes. */
export const faceEmbed: Kernel<FaceEmbedInput, Float32Array> = async (context, { modelPath, net, crops }) => {
  const session = await context.session(modelPath);
  const inputName = net.inputName ?? session.inputNames[0]!;
  const outputName = net.outputName ?? session.outputNames[0]!;
  const { widthPx, heightPx } = net.format;
  const each = 3 * widthPx * heightPx;
  const faces = crops.length / each;
  const vectors = new Float32Array(faces * net.dims);
  const views = net.addMirrored ? 2 : 1;
  for (let face = 0; face < faces; face++) {
    context.checkCancelled();
    const input = new Float32Array(views * each);
    const crop = crops.subarray(face * each, (face + 1) * each);
    for (let view = 0; view < views; view++) {
      fillInput(input.subarray(view * each, (view + 1) * each), crop, net, view === 1);
    }
    const tensor = new Tensor('float32', input, [views, 3, heightPx, widthPx]);
    const output = (await session.run({ [inputName]: tensor }, [outputName]))[outputName]!.data as Float32Array;
    const vector = vectors.subarray(face * net.dims, (face + 1) * net.dims);
    if (output.length !== views * net.dims) {
      throw new AppError('bad-input', `The net gives ${output.length / views} values for a face, not ${net.dims}.`, {
        file: modelPath,
        fix: 'Put a net that fits into this slot (diarist models add), or choose another identityNet.',
      });
    }
    for (let view = 0; view < views; view++) {
      for (let value = 0; value < net.dims; value++) vector[value]! += output[view * net.dims + value]!;
    }
    if (net.isUnit !== false) toUnit(vector);
  }
  return { output: vectors, transfer: [vectors.buffer] };
};

function fillInput(
  out: Float32Array,
  crop: Uint8Array,
  { format: { widthPx, heightPx }, scale, shift }: FaceEmbedInput['net'],
  isMirrored: boolean,
): void {
  for (let plane = 0; plane < 3; plane++) {
    const [factor, offset] = [scale[plane]!, shift[plane]!];
    for (let row = 0; row < heightPx; row++) {
      const line = (plane * heightPx + row) * widthPx;
      for (let column = 0; column < widthPx; column++) {
        const from = isMirrored ? line + widthPx - 1 - column : line + column;
        out[line + column] = crop[from]! * factor + offset;
      }
    }
  }
}

/** A vector of zeros stays one. */
function toUnit(vector: Float32Array): void {
  const length = Math.hypot(...vector);
  if (length > 0) for (let value = 0; value < vector.length; value++) vector[value]! /= length;
}
