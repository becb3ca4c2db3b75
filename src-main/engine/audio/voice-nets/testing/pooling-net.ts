import { writeOnnx, type OnnxNode, type OnnxTensor } from '#models/convert/onnx-writer.ts';

const bands = 80;

/** A small net of the form of WeSpeaker's: [B, T, 80] → convolution of stride 2 → mean and deviation → linear, 8 values. */
export function poolingNet(style: 'deviation' | 'variance'): Uint8Array {
  const constants: OnnxTensor[] = [
    { name: 'w', dims: [6, bands, 3], data: new Float32Array(6 * bands * 3).map((_, k) => Math.sin(7 * k) / 16) },
    { name: 'gw', dims: [8, 12], data: new Float32Array(96).map((_, k) => Math.cos(5 * k) / 3) },
    { name: 'gb', dims: [8], data: new Float32Array(8).fill(0.1) },
    { name: 'eps', dims: [1], data: Float32Array.of(1e-7) },
  ];
  const node = (op: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({
    op,
    inputs,
    outputs: [output],
    attributes,
  });
  const nodes = [
    node('Transpose', ['feats'], 'x', { perm: [0, 2, 1] }),
    node('Conv', ['x', 'w'], 'c', { kernel_shape: [3], pads: [1, 1], strides: [2] }),
    node('Relu', ['c'], 'r'),
    node('ReduceMean', ['r'], 'mean', { axes: [-1], keepdims: 0 }),
    node('ReduceMean', ['r'], 'meanKept', { axes: [-1], keepdims: 1 }),
    node('Sub', ['r', 'meanKept'], 'd'),
    node('Mul', ['d', 'd'], 'sq'),
    node('ReduceMean', ['sq'], 'var', { axes: [-1], keepdims: 0 }),
    node('Add', ['var', 'eps'], 'varEps'),
    ...(style === 'deviation' ? [node('Sqrt', ['varEps'], 'std')] : [node('Mul', ['varEps', 'varEps'], 'std')]),
    node('Concat', ['mean', 'std'], 'stats', { axis: 1 }),
    node('Gemm', ['stats', 'gw', 'gb'], 'embs', { transB: 1 }),
  ];
  return writeOnnx({
    name: 'small',
    inputs: [{ name: 'feats', dims: ['B', 'T', bands] }],
    outputs: [{ name: 'embs', dims: ['B', 8] }],
    nodes,
    constants,
  });
}
