import type { NetRewrite } from '../kernel.ts';
import { writeOnnx, type OnnxNode, type OnnxTensor } from '#models/convert/onnx-writer.ts';
import { fields, only, text } from '#models/protobuf.ts';

/** Samples of one window: 64 of the step before and 512 new ones. */
export const SILERO_WINDOW = 576;
/** Sound of a window as the net's filters see it: four frames, the last one reflected at the end of the window. */
export const SILERO_FRAMES = 4;
export const SILERO_FRAME = 256;
const FRAME_STEP = 128;
const BINS = SILERO_FRAME / 2 + 1;
const HIDDEN = 128;
/** Values of each of the two recurrent states of a lane. */
export const SILERO_STATE = HIDDEN;

/** Frames of the window that begins at `offset` of `sound`, into `out` at `at`: 4 × 256 values. */
export function sileroFrames(sound: Float32Array, offset: number, out: Float32Array, at: number): void {
  for (let frame = 0; frame < SILERO_FRAMES - 1; frame++) {
    const from = offset + frame * FRAME_STEP;
    out.set(sound.subarray(from, from + SILERO_FRAME), at + frame * SILERO_FRAME);
  }
  const last = at + (SILERO_FRAMES - 1) * SILERO_FRAME;
  const from = offset + (SILERO_FRAMES - 1) * FRAME_STEP;
  const end = offset + SILERO_WINDOW;
  out.set(sound.subarray(from, end), last);
  for (let k = 0; k < SILERO_FRAME - (end - from); k++) out[last + end - from + k] = sound[end - 2 - k]!;
}

/**
 * Silero VAD's net for 16 kHz over many steps at once: what does not depend on the step before (filters and convolutions)
 * as matrix products over all steps, then its recurrent layer along the steps. The published graph answers step by step and
 * decides in each which sample rate it was given; weights and answers are the same.
 *
 * frames f32[S,B,4,256], h f32[1,B,128], c f32[1,B,128] → probability f32[S,1,B,1], h f32[1,B,128], c f32[1,B,128].
 * @param model bytes of silero_vad_v6.onnx
 * @throws Error for another net
 */
export function sileroOverSteps(model: Uint8Array): Uint8Array {
  const weights = weightsOf(model);
  const constants: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const constant = (name: string, dims: readonly number[], data: Float32Array | BigInt64Array): string => {
    constants.push({ name, dims, data });
    return name;
  };
  const add = (
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: OnnxNode['attributes'] = {},
  ): string => {
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };

  const basis = transposed(weights('stft.forward_basis_buffer', 2 * BINS * SILERO_FRAME), 2 * BINS, SILERO_FRAME);
  add('MatMul', ['frames', constant('basis', [SILERO_FRAME, 2 * BINS], basis)], 'spectrum');
  nodes.push({
    op: 'Split',
    inputs: ['spectrum', constant('halves', [2], BigInt64Array.of(BigInt(BINS), BigInt(BINS)))],
    outputs: ['re', 'im'],
    attributes: { axis: 3 },
  });
  const squares = ['re', 'im'].map((part) => add('Mul', [part, part], `${part}2`));
  add('Sqrt', [add('Add', squares, 'power')], 'magnitude');
  let x = add(
    'Reshape',
    ['magnitude', constant('joined', [3], BigInt64Array.of(0n, 0n, BigInt(SILERO_FRAMES * BINS)))],
    'x',
  );
  let length = SILERO_FRAMES;
  for (const [layer, [from, to, stride]] of (
    [
      [BINS, 128, 1],
      [128, 64, 2],
      [64, 64, 2],
      [64, HIDDEN, 1],
    ] as const
  ).entries()) {
    const kernel = weights(`encoder.${layer}.reparam_conv.weight`, to * from * 3);
    const bias = weights(`encoder.${layer}.reparam_conv.bias`, to);
    const outLength = Math.ceil(length / stride);
    const matrix = constant(
      `w${layer}`,
      [length * from, outLength * to],
      convolutionMatrix(kernel, { from, to, stride, length }),
    );
    const biases = constant(
      `b${layer}`,
      [outLength * to],
      Float32Array.from({ length: outLength * to }, (_, k) => bias[k % to]!),
    );
    x = add('Relu', [add('Add', [add('MatMul', [x, matrix], `m${layer}`), biases], `a${layer}`)], `x${layer}`);
    length = outLength;
  }
  const gates = (name: string, columns: number): Float32Array => gatesOf(weights(name, 4 * HIDDEN * columns), columns);
  const biases = new Float32Array(8 * HIDDEN);
  biases.set(gates('decoder.rnn.bias_ih', 1));
  biases.set(gates('decoder.rnn.bias_hh', 1), 4 * HIDDEN);
  nodes.push({
    op: 'LSTM',
    inputs: [
      x,
      constant('w', [1, 4 * HIDDEN, HIDDEN], gates('decoder.rnn.weight_ih', HIDDEN)),
      constant('r', [1, 4 * HIDDEN, HIDDEN], gates('decoder.rnn.weight_hh', HIDDEN)),
      constant('b', [1, 8 * HIDDEN], biases),
      '',
      'h',
      'c',
    ],
    outputs: ['y', 'hN', 'cN'],
    attributes: { hidden_size: HIDDEN },
  });
  const decoder = constant('v', [HIDDEN, 1], weights('decoder.decoder.2.weight', HIDDEN));
  const decoderBias = constant('vb', [1], weights('decoder.decoder.2.bias', 1));
  add(
    'Sigmoid',
    [add('Add', [add('MatMul', [add('Relu', ['y'], 'heard'), decoder], 'score'), decoderBias], 'logit')],
    'probability',
  );
  const state = (name: string) => ({ name, dims: [1, 'B', HIDDEN] });
  return writeOnnx({
    name: 'silero-over-steps',
    inputs: [{ name: 'frames', dims: ['S', 'B', SILERO_FRAMES, SILERO_FRAME] }, state('h'), state('c')],
    outputs: [{ name: 'probability', dims: ['S', 1, 'B', 1] }, state('hN'), state('cN')],
    nodes,
    constants,
  });
}

export const sileroRewrite: NetRewrite = { name: 'over-steps', apply: sileroOverSteps };

/** Float constants of the branch for 16 kHz, by the end of their names. */
function weightsOf(model: Uint8Array): (name: string, size: number) => Float32Array {
  const graph = only(fields(model), 7);
  const branch = branchFor16kHz(graph);
  const found = new Map<string, Float32Array>();
  for (const { field, block: node } of fields(branch)) {
    if (field !== 1 || !node || opOf(node) !== 'Constant') continue;
    const tensor = only(fields(attributeOf(node, 'value')), 5);
    const raw = [...fields(tensor)].find((part) => part.field === 9)?.block;
    const output = [...fields(node)].find((part) => part.field === 2)?.block;
    if (raw && output && raw.length % 4 === 0) found.set(text(output), new Float32Array(Uint8Array.from(raw).buffer));
  }
  return (name, size) => {
    for (const [full, values] of found) if (full.endsWith(name) && values.length === size) return values;
    throw new Error(`the net has no ${name} of ${size} values`);
  };
}

/** The branch with a filter bank of 256 samples; the other one, for 8 kHz, has one of 128. */
function branchFor16kHz(graph: Uint8Array): Uint8Array {
  for (const { field, block: node } of fields(graph)) {
    if (field === 1 && node && opOf(node) === 'If') return only(fields(attributeOf(node, 'then_branch')), 6);
  }
  throw new Error('the net does not choose by sample rate');
}

const opOf = (node: Uint8Array): string => text(only(fields(node), 4));

function attributeOf(node: Uint8Array, name: string): Uint8Array {
  for (const { field, block } of fields(node)) {
    if (field === 5 && block && text(only(fields(block), 1)) === name) return block;
  }
  throw new Error(`a node has no attribute ${name}`);
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]!;
  }
  return out;
}

/**
 * A convolution of width 3, padded by 1, over `length` places as a matrix: length × from rows, places × to columns.
 * @param kernel to × from × 3
 */
function convolutionMatrix(
  kernel: Float32Array,
  { from, to, stride, length }: { from: number; to: number; stride: number; length: number },
): Float32Array {
  const places = Math.ceil(length / stride);
  const out = new Float32Array(length * from * places * to);
  for (let place = 0; place < places; place++) {
    for (let tap = 0; tap < 3; tap++) {
      const source = place * stride + tap - 1;
      if (source < 0 || source >= length) continue;
      for (let input = 0; input < from; input++) {
        const row = (source * from + input) * places * to + place * to;
        for (let output = 0; output < to; output++) out[row + output] = kernel[(output * from + input) * 3 + tap]!;
      }
    }
  }
  return out;
}

/** Rows of the gates from PyTorch's order (input, forget, cell, output) to ONNX's (input, output, forget, cell). */
function gatesOf(values: Float32Array, columns: number): Float32Array {
  const size = HIDDEN * columns;
  const out = new Float32Array(values.length);
  for (const [to, from] of [0, 3, 1, 2].entries()) out.set(values.subarray(from * size, (from + 1) * size), to * size);
  return out;
}
