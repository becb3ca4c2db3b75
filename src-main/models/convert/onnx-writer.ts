import { Message } from '../protobuf.ts';

/**
 * Writes the part of ONNX's protobuf that a feed-forward net needs (https://github.com/onnx/onnx, onnx.proto3): a model
 * with one graph of nodes, float32 or int64 constants, inputs and outputs.
 */

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** number = INT, array = INTS, string = STRING. */
export type OnnxAttribute = number | readonly number[] | string;

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output, float32 unless it says otherwise; a string is a free dimension of that name. */
export interface OnnxValue {
  readonly name: string;
  readonly type?: 'int64';
  readonly dims: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** In topological order. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
}

/** Operators as they were defined in this version. */
export const OPSET = 13;
const IR_VERSION = 8;
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE = { int: 2, string: 3, ints: 7 } as const;

/** The bytes of a `.onnx` file; equal graphs give equal bytes. */
export function writeOnnx(graph: OnnxGraph): Uint8Array {
  const model = new Message();
  model.int(1, IR_VERSION);
  model.text(2, 'diarist');
  model.message(7, graphMessage(graph));
  model.message(8, new Message().text(1, '').int(2, OPSET));
  return model.bytes();
}

function graphMessage(graph: OnnxGraph): Message {
  const message = new Message();
  for (const node of graph.nodes) message.message(1, nodeMessage(node));
  message.text(2, graph.name);
  for (const tensor of graph.constants) message.message(5, tensorMessage(tensor));
  for (const value of graph.inputs) message.message(11, valueMessage(value));
  for (const value of graph.outputs) message.message(12, valueMessage(value));
  return message;
}

function nodeMessage(node: OnnxNode): Message {
  const message = new Message();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    const attribute = new Message().text(1, name);
    if (typeof value === 'number') attribute.int(3, value).int(20, ATTRIBUTE.int);
    else if (typeof value === 'string') attribute.text(4, value).int(20, ATTRIBUTE.string);
    else {
      for (const item of value) attribute.int(8, item);
      attribute.int(20, ATTRIBUTE.ints);
    }
    message.message(5, attribute);
  }
  return message;
}

function tensorMessage({ name, dims, data }: OnnxTensor): Message {
  const message = new Message();
  for (const dim of dims) message.int(1, dim);
  message.int(2, data instanceof Float32Array ? FLOAT : INT64);
  message.text(8, name);
  message.block(9, littleEndian(data));
  return message;
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(data: Float32Array | BigInt64Array): Uint8Array {
  if (IS_LITTLE_ENDIAN) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = new Uint8Array(data.byteLength);
  const view = new DataView(bytes.buffer);
  if (data instanceof Float32Array) data.forEach((value, index) => view.setFloat32(4 * index, value, true));
  else data.forEach((value, index) => view.setBigInt64(8 * index, value, true));
  return bytes;
}

function valueMessage({ name, dims, type }: OnnxValue): Message {
  const shape = new Message();
  for (const dim of dims) {
    shape.message(1, typeof dim === 'number' ? new Message().int(1, dim) : new Message().text(2, dim));
  }
  const tensor = new Message().int(1, type === 'int64' ? INT64 : FLOAT).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
