import { Tensor } from 'onnxruntime-node';
import type { Kernel } from '../../kernel.ts';
import { VISUAL_DIMS } from './speaker-nets.ts';

/** Side of the nets' crops. */
export const FACE_SIDE_PX = 112;

export interface FaceVisualInput {
  readonly modelPath: string;
  /** Crops of consecutive frames, grey 0–255. */
  readonly crops: Uint8Array<ArrayBuffer>;
  /** Of these frames only [from, to) are wanted; the others lead in and out. */
  readonly from: number;
  readonly to: number;
}

/** Output of the visual part of an active-speaker net: `VISUAL_DIMS` values for each frame that is wanted. */
export const faceVisual: Kernel<FaceVisualInput, Float32Array> = async (context, { modelPath, crops, from, to }) => {
  const session = await context.session(modelPath);
  context.checkCancelled();
  const count = crops.length / FACE_SIDE_PX ** 2;
  const pixels = new Tensor('float32', Float32Array.from(crops), [1, count, FACE_SIDE_PX, FACE_SIDE_PX]);
  const outputs = await session.run({ [session.inputNames[0]!]: pixels });
  const all = outputs[session.outputNames[0]!]!.data as Float32Array;
  const output = all.slice(from * VISUAL_DIMS, to * VISUAL_DIMS);
  return { output, transfer: [output.buffer] };
};
