import { Tensor } from 'onnxruntime-node';
import { AppError } from '#shared/api/errors.ts';
import type { Kernel } from '../../kernel.ts';
import { frameCount, seenAndHeard, type JointNetInput } from './joint-kernel.ts';
import { NODE_DIMS, STREAM_DIMS, type MssgGraph } from './mssg-graph.ts';

/** What an encoder of MSSG makes of sound and crops: `STREAM_DIMS` values for each frame that is wanted. */
export const mssgEncoder: Kernel<JointNetInput, Float32Array> = async (context, input) => {
  const values = await seenAndHeard(context, input);
  if (values.length !== frameCount(input) * STREAM_DIMS) throw misfit(input.modelPath, `${STREAM_DIMS} values a frame`);
  const output = values.slice(input.from * STREAM_DIMS, input.to * STREAM_DIMS);
  return { output, transfer: [output.buffer] };
};

export interface MssgGraphInput extends MssgGraph {
  readonly modelPath: string;
}

/** Log odds that each face speaks, by the graph net. */
export const mssgGraphNet: Kernel<MssgGraphInput, Float32Array> = async (context, { modelPath, nodes, edges }) => {
  const session = await context.session(modelPath);
  context.checkCancelled();
  const count = nodes.length / NODE_DIMS;
  const outputs = await session.run({
    [session.inputNames[0]!]: new Tensor('float32', nodes, [count, NODE_DIMS]),
    [session.inputNames[1]!]: new Tensor('int64', edges, [2, edges.length / 2]),
  });
  const logits = outputs[session.outputNames[0]!]!.data as Float32Array;
  if (logits.length !== 2 * count) throw misfit(modelPath, 'two values a face');
  const output = Float32Array.from({ length: count }, (_, at) => logits[2 * at + 1]! - logits[2 * at]!);
  return { output, transfer: [output.buffer] };
};

const misfit = (file: string, wanted: string): AppError =>
  new AppError('bad-input', `The net does not give ${wanted}, which its slot asks for.`, {
    file,
    fix: 'Remove it (diarist models remove), or add one that does.',
  });
