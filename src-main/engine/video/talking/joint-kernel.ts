import { Tensor } from 'onnxruntime-node';
import type { Kernel, KernelContext } from '../../kernel.ts';
import { CEPSTRA, CEPSTRA_PER_FRAME, readCepstra } from './cepstra-input.ts';
import { FACE_SIDE_PX } from './visual-kernel.ts';

export interface JointNetInput {
  readonly modelPath: string;
  readonly pcmPath: string;
  /** Sample that is heard when the first frame is seen. */
  readonly firstSample: number;
  /** Crops of consecutive frames, grey 0–255. */
  readonly crops: Uint8Array<ArrayBuffer>;
  /** Of these frames only [from, to) are wanted; the others lead in and out. */
  readonly from: number;
  readonly to: number;
}

/** Log odds by frame of a net that sees and hears at once. */
export const jointNet: Kernel<JointNetInput, Float32Array> = async (context, input) => {
  const scores = await seenAndHeard(context, input);
  const output = scores.slice(input.from, input.to);
  return { output, transfer: [output.buffer] };
};

/** What a net makes of the crops and the cepstra of the same time, for all frames of the input. */
export async function seenAndHeard(context: KernelContext, input: JointNetInput): Promise<Float32Array> {
  const session = await context.session(input.modelPath);
  context.checkCancelled();
  const count = frameCount(input);
  const sound = readCepstra(input.pcmPath, input.firstSample, count);
  const outputs = await session.run({
    [session.inputNames[0]!]: new Tensor('float32', sound, [1, count * CEPSTRA_PER_FRAME, CEPSTRA]),
    [session.inputNames[1]!]: new Tensor('float32', Float32Array.from(input.crops), [
      ...[1, count, FACE_SIDE_PX, FACE_SIDE_PX],
    ]),
  });
  return outputs[session.outputNames[0]!]!.data as Float32Array;
}

export const frameCount = ({ crops }: JointNetInput): number => crops.length / FACE_SIDE_PX ** 2;
