import { AppError } from '#shared/api/errors.ts';
import { writeOnnx, type OnnxAttribute, type OnnxNode, type OnnxTensor, type OnnxValue } from './onnx-writer.ts';
import type { TfjsModel, TfjsNode } from './tfjs-model.ts';

/**
 * Where an intermediate result lies: `image` is 4-D, held as NCHW although TensorFlow means NHWC; `plain` has the axes
 * TensorFlow gives it.
 */
type Layout = 'image' | 'plain';

/**
 * A TensorFlow.js graph model (NHWC) as ONNX (NCHW inside). The picture input becomes [N,3,H,W], N free; outputs keep
 * TensorFlow's axes and names. Handles the operators of feed-forward picture nets: convolutions (also fused with bias and
 * activation), pooling, padding, sums, products, activations, mean, matrix product, reshape.
 * @throws AppError `unsupported` naming the operator it does not know
 */
export function tfjsToOnnx(model: TfjsModel, name: string): Uint8Array {
  return new Conversion(model).write(name);
}

class Conversion {
  readonly #model: TfjsModel;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #inputs: OnnxValue[] = [];
  readonly #layouts = new Map<string, Layout>();

  constructor(model: TfjsModel) {
    this.#model = model;
  }

  write(name: string): Uint8Array {
    const used = new Set<string>();
    for (const node of sortNodes(this.#model.nodes)) {
      this.#convert(node);
      for (const input of node.input) used.add(baseName(input));
    }
    const outputs: OnnxValue[] = [];
    for (const node of this.#model.nodes) {
      if (used.has(node.name) || node.op === 'Const' || node.op === 'Placeholder') continue;
      if (this.#layouts.get(node.name) === 'image') {
        this.#emit('Transpose', [node.name], `${node.name}/nhwc`, { perm: [0, 2, 3, 1] });
        outputs.push({ name: `${node.name}/nhwc`, dims: ['N', 'H', 'W', 'C'] });
      } else outputs.push({ name: node.name, dims: this.#freeDims(node) });
    }
    // What several heads read may be wanted too, such as the pooled features before a classifier.
    for (const node of this.#model.nodes) {
      if (node.op === 'Mean' && used.has(node.name)) outputs.push({ name: node.name, dims: ['N', `C:${node.name}`] });
    }
    return writeOnnx({
      name,
      inputs: this.#inputs,
      outputs,
      nodes: this.#nodes,
      constants: [...this.#constants.values()],
    });
  }

  /** A shape of unknown sizes with the right number of axes; the runtime finds the sizes itself. */
  #freeDims(node: TfjsNode): string[] {
    let source = node;
    while (source.op === 'Identity') source = this.#find(source.input[0]!);
    const rank = source.op === 'Reshape' ? this.#ints(source.input[1]!).length : 2;
    return Array.from({ length: rank }, (_, axis) => (axis === 0 ? 'N' : `${node.name}:${axis}`));
  }

  #convert(node: TfjsNode): void {
    const [first = '', second = ''] = node.input;
    switch (node.op) {
      case 'Const':
        return;
      case 'Placeholder':
        return this.#placeholder(node);
      case '_FusedConv2D':
      case 'Conv2D':
        return this.#convolution(node, false);
      case 'DepthwiseConv2dNative':
      case 'FusedDepthwiseConv2dNative':
        return this.#convolution(node, true);
      case 'MaxPool': {
        const ksize = spatial(node.attr['ksize']?.list?.i);
        const attributes = { kernel_shape: ksize, strides: spatial(node.attr['strides']?.list?.i), ...padding(node) };
        return this.#same(node, 'MaxPool', [first], attributes);
      }
      case 'Add':
      case 'AddV2':
      case 'BiasAdd':
        return this.#binary(node, 'Add');
      case 'Sub':
        return this.#binary(node, 'Sub');
      case 'Mul':
        return this.#binary(node, 'Mul');
      case 'Minimum':
        return this.#binary(node, 'Min');
      case 'Maximum':
        return this.#binary(node, 'Max');
      case 'Prelu':
        return this.#prelu(node, first, second);
      case 'Relu':
      case 'Sigmoid':
      case 'Identity':
        return this.#same(node, node.op, [first]);
      case 'Softmax':
        if (this.#layouts.get(baseName(first)) === 'image') throw unsupported(node, 'on pictures');
        return this.#same(node, 'Softmax', [first], { axis: -1 });
      case 'Pad':
        return this.#pad(node);
      case 'Mean':
        return this.#mean(node);
      case 'Reshape':
        return this.#reshape(node, first, second);
      case 'MatMul':
      case '_FusedMatMul':
        return this.#product(node);
      default:
        throw unsupported(node);
    }
  }

  #placeholder(node: TfjsNode): void {
    const dims = (node.attr['shape']?.shape?.dim ?? []).map(({ size }) => size);
    if (dims.length !== 4) throw unsupported(node, `of ${dims.length} axes`);
    const [, height, width, channels] = dims;
    this.#inputs.push({ name: node.name, dims: ['N', channels!, height!, width!] });
    this.#layouts.set(node.name, 'image');
  }

  #convolution(node: TfjsNode, depthwise: boolean): void {
    const [input = '', kernel = '', ...more] = node.input;
    const { shape, data } = this.#weight(kernel);
    const [height, width, channels, multiplier] = shape as [number, number, number, number];
    if (node.attr['data_format']?.s && text(node.attr['data_format'].s) !== 'NHWC') throw unsupported(node, 'in NCHW');
    // HWIO → OIHW; depthwise HWCM → (C·M) 1 H W.
    const outer = depthwise ? channels * multiplier : multiplier;
    const inner = depthwise ? 1 : channels;
    const weights = new Float32Array(data.length);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        for (let at = 0; at < height * width; at++) {
          const from = depthwise ? at * outer + o : (at * channels + i) * multiplier + o;
          weights[(o * inner + i) * height * width + at] = data[from]!;
        }
      }
    }
    const inputs = [baseName(input), this.#constant(`${node.name}/kernel`, [outer, inner, height, width], weights)];
    const fused = (node.attr['fused_ops']?.list?.s ?? []).map(text);
    if (fused[0] === 'BiasAdd') {
      const bias = this.#weight(more[0]!);
      inputs.push(this.#constant(`${node.name}/bias`, [outer], Float32Array.from(bias.data)));
    }
    const attributes = {
      kernel_shape: [height, width],
      strides: spatial(node.attr['strides']?.list?.i),
      dilations: spatial(node.attr['dilations']?.list?.i),
      group: depthwise ? channels : 1,
      ...padding(node),
    };
    this.#layouts.set(node.name, 'image');
    this.#withActivation(node, fused, more[1], (output) => this.#emit('Conv', inputs, output, attributes));
  }

  #product(node: TfjsNode): void {
    const [input = '', kernel = '', bias] = node.input;
    if (node.attr['transpose_a']?.b || node.attr['transpose_b']?.b) throw unsupported(node, 'of transposed matrices');
    const { shape, data } = this.#weight(kernel);
    const inputs = [baseName(input), this.#constant(`${node.name}/kernel`, shape, Float32Array.from(data))];
    const fused = (node.attr['fused_ops']?.list?.s ?? []).map(text);
    if (fused[0] === 'BiasAdd') {
      const { data: values } = this.#weight(bias!);
      inputs.push(this.#constant(`${node.name}/bias`, [values.length], Float32Array.from(values)));
    }
    this.#layouts.set(node.name, 'plain');
    this.#withActivation(node, fused, undefined, (output) => this.#emit('Gemm', inputs, output));
  }

  /** Fused operators: an optional bias, then an optional activation. */
  #withActivation(
    node: TfjsNode,
    fused: readonly string[],
    slopes: string | undefined,
    emit: (output: string) => void,
  ): void {
    const activation = fused[0] === 'BiasAdd' ? fused[1] : fused[0];
    if (activation === undefined) return emit(node.name);
    const before = `${node.name}/before`;
    emit(before);
    switch (activation) {
      case 'Relu':
        return this.#emit('Relu', [before], node.name);
      case 'Relu6': {
        const [low, high] = [0, 6].map((limit) => this.#constant(`limit/${limit}`, [], Float32Array.of(limit)));
        return this.#emit('Clip', [before, low!, high!], node.name);
      }
      case 'Prelu':
        return this.#prelu(node, before, slopes!);
      default:
        throw unsupported(node, `fused with ${activation}`);
    }
  }

  #binary(node: TfjsNode, op: string): void {
    const isImage = node.input.some((input) => this.#layouts.get(baseName(input)) === 'image');
    const inputs = node.input.map((input) => {
      if (this.#find(input).op !== 'Const') return baseName(input);
      if (isImage) return this.#perChannel(node, input);
      const { shape, data } = this.#weight(input);
      return this.#constant(`${node.name}/${input}`, shape, Float32Array.from(data));
    });
    this.#layouts.set(node.name, isImage ? 'image' : 'plain');
    this.#emit(op, inputs, node.name);
  }

  /**
   * x where it is positive, slope · x elsewhere = slope · x + (1 − slope) · max(x, 0), of products by channel: onnxruntime
   * computes these in the layout of its convolutions, PRelu itself is slow and has the picture turned there and back.
   */
  #prelu(node: TfjsNode, input: string, slopes: string): void {
    const source = baseName(input);
    if (!this.#layouts.has(node.name)) this.#layouts.set(node.name, this.#layouts.get(source) ?? 'plain');
    const slope = Array.from(this.#weight(slopes).data);
    if (this.#layouts.get(node.name) !== 'image') {
      return this.#emit('PRelu', [source, this.#perChannel(node, slopes)], node.name);
    }
    const scaled = (of: string, name: string, factors: readonly number[]): string => {
      const kernel = this.#constant(`${node.name}/${name}/kernel`, [slope.length, 1, 1, 1], Float32Array.from(factors));
      const attributes = { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], group: slope.length };
      this.#emit('Conv', [of, kernel], `${node.name}/${name}`, attributes);
      return `${node.name}/${name}`;
    };
    const above = slope.map((value) => 1 - value);
    const bent = `${node.name}/bent`;
    const along = scaled(source, 'along', slope);
    if (above.every((factor) => factor >= 0)) {
      // A factor that is not negative may go first; the rectifier then is a part of that product.
      this.#emit('Relu', [scaled(source, 'above', above)], bent);
      return this.#emit('Add', [along, bent], node.name);
    }
    this.#emit('Relu', [source], bent);
    return this.#emit('Add', [along, scaled(bent, 'above', above)], node.name);
  }

  /** A constant that TensorFlow spreads over the last axis, spread over the channels of NCHW. */
  #perChannel(node: TfjsNode, input: string): string {
    const { shape, data } = this.#weight(input);
    const channels = shape.at(-1) ?? 1;
    if (data.length !== channels) throw unsupported(node, `with a constant of shape [${shape.join(',')}]`);
    return this.#constant(`${node.name}/${input}`, shape.length === 0 ? [] : [channels, 1, 1], Float32Array.from(data));
  }

  #pad(node: TfjsNode): void {
    const [input = '', amounts = ''] = node.input;
    if (this.#layouts.get(baseName(input)) !== 'image') throw unsupported(node, 'of other than pictures');
    const pads = this.#ints(amounts);
    // [N,H,W,C] × (before, after) → all befores, then all afters, of [N,C,H,W].
    const order = [0, 3, 1, 2];
    const values = [...order.map((axis) => pads[2 * axis]!), ...order.map((axis) => pads[2 * axis + 1]!)];
    const constant = this.#constant(`${node.name}/pads`, [8], BigInt64Array.from(values, BigInt));
    this.#same(node, 'Pad', [input, constant]);
  }

  #mean(node: TfjsNode): void {
    const [input = '', axes = ''] = node.input;
    const isImage = this.#layouts.get(baseName(input)) === 'image';
    const wanted = this.#ints(axes).map((axis) => (axis < 0 ? axis + 4 : axis));
    if (!isImage || wanted.toSorted().join() !== '1,2' || node.attr['keep_dims']?.b) {
      throw unsupported(node, 'over other than height and width');
    }
    this.#emit('ReduceMean', [baseName(input)], node.name, { axes: [2, 3], keepdims: 0 });
    this.#layouts.set(node.name, 'plain');
  }

  #reshape(node: TfjsNode, input: string, shape: string): void {
    let source = baseName(input);
    if (this.#layouts.get(source) === 'image') {
      source = `${node.name}/nhwc`;
      this.#emit('Transpose', [baseName(input)], source, { perm: [0, 2, 3, 1] });
    }
    const dims = this.#ints(shape);
    // Nets exported for one picture take several: the leading 1 is their batch.
    if (dims[0] === 1 && !dims.includes(-1)) dims[0] = -1;
    const constant = this.#constant(`${node.name}/shape`, [dims.length], BigInt64Array.from(dims, BigInt));
    this.#emit('Reshape', [source, constant], node.name);
    this.#layouts.set(node.name, 'plain');
  }

  /** An operator that leaves the axes as they are. */
  #same(
    node: TfjsNode,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): void {
    this.#layouts.set(node.name, this.#layouts.get(baseName(inputs[0]!)) ?? 'plain');
    this.#emit(op, inputs.map(baseName), node.name, attributes);
  }

  #emit(
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): void {
    this.#nodes.push({ op, inputs, outputs: [output], attributes });
  }

  #constant(name: string, dims: readonly number[], data: Float32Array | BigInt64Array): string {
    this.#constants.set(name, { name, dims, data });
    return name;
  }

  #find(input: string): TfjsNode {
    const name = baseName(input);
    const node = this.#model.nodes.find((candidate) => candidate.name === name);
    if (!node) throw new AppError('bad-input', `The net names ${name}, which it does not have.`);
    return node;
  }

  #weight(input: string): { shape: readonly number[]; data: Float32Array | Int32Array } {
    const weight = this.#model.weights.get(baseName(input));
    if (!weight) throw new AppError('unsupported', `The net computes ${input}, which must be a constant.`);
    return weight;
  }

  #ints(input: string): number[] {
    return Array.from(this.#weight(input).data);
  }
}

/** TensorFlow's `SAME` pads the end more than the start, as ONNX's `SAME_UPPER` does. */
function padding(node: TfjsNode): Record<string, OnnxAttribute> {
  const name = node.attr['padding']?.s;
  switch (name === undefined ? '' : text(name)) {
    case 'SAME':
      return { auto_pad: 'SAME_UPPER' };
    case 'VALID':
      return { auto_pad: 'VALID' };
    default:
      throw unsupported(node, 'with explicit padding');
  }
}

/** [1, h, w, 1] → [h, w]. */
const spatial = (values: readonly number[] = []): number[] => [values[1] ?? 1, values[2] ?? 1];
const text = (base64: string): string => Buffer.from(base64, 'base64').toString('latin1');
/** `^x` orders without data; `x:0` is the first output of x. */
const baseName = (input: string): string => input.replace(/:0$/, '');

/** Nodes after everything they read. */
function sortNodes(nodes: readonly TfjsNode[]): TfjsNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const done = new Set<string>();
  const sorted: TfjsNode[] = [];
  const visit = (node: TfjsNode): void => {
    if (done.has(node.name)) return;
    done.add(node.name);
    for (const input of node.input) {
      const before = byName.get(baseName(input));
      if (before) visit(before);
    }
    sorted.push(node);
  };
  nodes.forEach(visit);
  return sorted;
}

const unsupported = (node: TfjsNode, how = ''): AppError =>
  new AppError('unsupported', `The operator ${node.op} ${how} (${node.name}) cannot be converted.`.replace('  ', ' '));
