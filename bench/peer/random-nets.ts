import { writeOnnx, type OnnxAttribute, type OnnxNode, type OnnxTensor } from '#models/convert/onnx-writer.ts';
import { Message } from '#models/protobuf.ts';

/**
 * Nets of the shapes of pyannote's segmentation-3.0 (1.5 M parameters) and WeSpeaker's ResNet34 (6.6 M) with random weights:
 * they cost what the published ones cost, and say nothing.
 */

/** Builds a graph node by node; constants get random values of a fixed seed. */
class NetBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  #state: number;
  #count = 0;

  constructor(seed: number) {
    this.#state = seed;
  }

  add(op: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}): string {
    const output = `n${this.#count++}`;
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  /** Uniform around 0 with the deviation that keeps activations level through a rectifier. */
  random(dims: readonly number[], fanIn: number): string {
    const size = dims.reduce((product, dim) => product * dim, 1);
    const scale = Math.sqrt(6 / fanIn);
    return this.constant(
      dims,
      new Float32Array(size).map(() => scale * (2 * this.#next() - 1)),
    );
  }

  constant(dims: readonly number[], data: Float32Array | BigInt64Array): string {
    const name = `c${this.#count++}`;
    this.constants.push({ name, dims, data });
    return name;
  }

  zeros(size: number): string {
    return this.constant([size], new Float32Array(size));
  }

  #next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}

/** feats [B, T, 80] → embs [B, 256]. https://github.com/wenet-e2e/wespeaker, ResNet34 with statistics pooling. */
export function resNet34(): Uint8Array {
  const net = new NetBuilder(34);
  const conv = (input: string, from: number, to: number, side: number, stride: number): string =>
    net.add('Conv', [input, net.random([to, from, side, side], from * side * side), net.zeros(to)], {
      kernel_shape: [side, side],
      pads: Array<number>(4).fill((side - 1) / 2),
      strides: [stride, stride],
    });
  const axis1 = net.constant([1], BigInt64Array.of(1n));
  let x = net.add('Unsqueeze', [net.add('Transpose', ['feats'], { perm: [0, 2, 1] }), axis1]);
  x = net.add('Relu', [conv(x, 1, 32, 3, 1)]);
  let from = 32;
  for (const [to, blocks] of [
    [32, 3],
    [64, 4],
    [128, 6],
    [256, 3],
  ] as const) {
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && to > 32 ? 2 : 1;
      const inner = net.add('Relu', [conv(x, from, to, 3, stride)]);
      // Halved, so that sixteen blocks do not blow the values up.
      const half = net.add('Mul', [conv(inner, to, to, 3, 1), net.constant([1], Float32Array.of(0.3))]);
      const straight = from === to && stride === 1 ? x : conv(x, from, to, 1, stride);
      x = net.add('Relu', [net.add('Add', [half, straight])]);
      from = to;
    }
  }
  const mean = net.add('ReduceMean', [x], { axes: [-1], keepdims: 0 });
  const apart = net.add('Sub', [x, net.add('ReduceMean', [x], { axes: [-1], keepdims: 1 })]);
  const variance = net.add('ReduceMean', [net.add('Mul', [apart, apart])], { axes: [-1], keepdims: 0 });
  const deviation = net.add('Sqrt', [net.add('Add', [variance, net.constant([1], Float32Array.of(1e-7))])]);
  const both = [mean, deviation].map((one) => net.add('Flatten', [one], { axis: 1 }));
  const statistics = net.add('Concat', both, { axis: 1 });
  net.nodes.push({
    op: 'Gemm',
    inputs: [statistics, net.random([256, 5120], 5120), net.zeros(256)],
    outputs: ['embs'],
    attributes: { transB: 1 },
  });
  const bytes = writeOnnx({
    name: 'resnet34',
    inputs: [{ name: 'feats', dims: ['B', 'T', 80] }],
    outputs: [{ name: 'embs', dims: ['B', 256] }],
    nodes: net.nodes,
    constants: net.constants,
  });
  return withMetadata(bytes, {
    framework: 'wespeaker',
    language: 'English',
    url: 'none',
    comment: 'random weights',
    sample_rate: '16000',
    output_dim: '256',
    normalize_samples: '1',
    feature_normalize_type: 'global-mean',
  });
}

/**
 * x [N, 1, 160000] → y [N, 589, 7], logarithms of the powerset's probabilities. https://github.com/pyannote/pyannote-audio,
 * PyanNet: three convolutions, four bidirectional LSTM layers, three linear ones.
 * @param bias subtracted from the difference that decides between the first and the second speaker
 */
export function segmentation(bias: number): Uint8Array {
  const net = new NetBuilder(3);
  const block = (input: string, from: number, to: number, width: number, stride: number): string => {
    const conv = net.add('Conv', [input, net.random([to, from, width], from * width), net.zeros(to)], {
      kernel_shape: [width],
      strides: [stride],
    });
    const pooled = net.add('MaxPool', [from === 1 ? net.add('Abs', [conv]) : conv], {
      kernel_shape: [3],
      strides: [3],
    });
    const ones = net.constant([to], new Float32Array(to).fill(1));
    return net.add('LeakyRelu', [net.add('InstanceNormalization', [pooled, ones, net.zeros(to)])]);
  };
  let x = block('x', 1, 80, 251, 10);
  x = block(x, 80, 60, 5, 1);
  x = block(x, 60, 60, 5, 1);
  // [N, 60, F] → [F, N, 60], what an LSTM takes.
  x = net.add('Transpose', [x], { perm: [2, 0, 1] });
  const hidden = 128;
  const together = net.constant([3], BigInt64Array.of(0n, 0n, -1n));
  for (let layer = 0; layer < 4; layer++) {
    const width = layer === 0 ? 60 : 2 * hidden;
    const lstm = net.add(
      'LSTM',
      [x, net.random([2, 4 * hidden, width], width), net.random([2, 4 * hidden, hidden], hidden)],
      { hidden_size: hidden, direction: 'bidirectional' },
    );
    // [F, 2, N, hidden] → [F, N, 2 × hidden]
    x = net.add('Reshape', [net.add('Transpose', [lstm], { perm: [0, 2, 1, 3] }), together]);
  }
  x = net.add('Transpose', [x], { perm: [1, 0, 2] });
  for (const width of [2 * hidden, hidden]) {
    x = net.add('LeakyRelu', [net.add('MatMul', [x, net.random([width, hidden], width)])]);
  }
  const weights = new Float32Array(hidden * 7);
  for (let k = 0; k < hidden; k++) {
    const value = Math.sin(12.9898 * (k + 1));
    weights[7 * k + 1] = value;
    weights[7 * k + 2] = -value;
  }
  const biases = Float32Array.of(-40, -bias, bias, -40, -40, -40, -40);
  const logits = net.add('Add', [
    net.add('MatMul', [x, net.constant([hidden, 7], weights)]),
    net.constant([7], biases),
  ]);
  net.nodes.push({ op: 'LogSoftmax', inputs: [logits], outputs: ['y'], attributes: { axis: -1 } });
  const bytes = writeOnnx({
    name: 'segmentation',
    inputs: [{ name: 'x', dims: ['N', 1, 'T'] }],
    outputs: [{ name: 'y', dims: ['N', 'F', 7] }],
    nodes: net.nodes,
    constants: net.constants,
  });
  return withMetadata(bytes, {
    model_type: 'pyannote-segmentation-3.0',
    num_speakers: '3',
    powerset_max_classes: '2',
    num_classes: '7',
    sample_rate: '16000',
    window_size: '160000',
    receptive_field_size: '991',
    receptive_field_shift: '270',
  });
}

/** Fields of a message may follow in any order: metadata_props (14) is appended. */
function withMetadata(model: Uint8Array, entries: Readonly<Record<string, string>>): Uint8Array {
  const message = new Message();
  for (const [key, value] of Object.entries(entries)) message.message(14, new Message().text(1, key).text(2, value));
  return Buffer.concat([model, message.bytes()]);
}
