import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { z } from 'zod';

/** 64-bit numbers come as strings. */
const int = z.coerce.number().int();
const attributeSchema = z.object({
  /** Text, base64. */
  s: z.string().optional(),
  i: int.optional(),
  f: z.number().optional(),
  b: z.boolean().optional(),
  type: z.string().optional(),
  list: z.object({ i: z.array(int).optional(), s: z.array(z.string()).optional() }).optional(),
  shape: z.object({ dim: z.array(z.object({ size: int })).optional() }).optional(),
});
const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
});
export type TfjsNode = z.infer<typeof nodeSchema>;

const weightSchema = z.object({
  name: z.string(),
  dtype: z.enum(['float32', 'int32']),
  shape: z.array(z.number().int()),
  quantization: z
    .object({
      dtype: z.enum(['float16', 'uint8', 'uint16']),
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
});
const modelSchema = z.object({
  format: z.literal('graph-model'),
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: z.array(z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) })),
});

export interface TfjsWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A TensorFlow.js graph model, weights decoded. */
export interface TfjsModel {
  readonly nodes: readonly TfjsNode[];
  readonly weights: ReadonlyMap<string, TfjsWeight>;
}

/** The files of a graph model: its JSON and the weight files that it names, which lie beside it. */
export interface TfjsFiles {
  readonly json: Buffer;
  readonly weights: readonly Buffer[];
}

/** @throws AppError `bad-input` for what is no graph model, or one whose weights lie in another folder */
export async function readTfjsFiles(jsonPath: string): Promise<TfjsFiles> {
  const json = await readFile(jsonPath);
  const parsed = parseJson(json, jsonPath);
  const names = parsed.weightsManifest.flatMap((group) => group.paths);
  if (names.some((name) => path.basename(name) !== name)) throw notAModel(jsonPath, 'weights in another folder');
  const weights = await Promise.all(names.map((name) => readFile(path.join(path.dirname(jsonPath), name))));
  return { json, weights };
}

/** @throws AppError `bad-input` */
export function decodeTfjs(files: TfjsFiles, jsonPath: string): TfjsModel {
  const { modelTopology, weightsManifest } = parseJson(files.json, jsonPath);
  const weights = new Map<string, TfjsWeight>();
  let file = 0;
  for (const group of weightsManifest) {
    // The files of a group are one stream of bytes, cut anywhere.
    const bytes = Buffer.concat(files.weights.slice(file, file + group.paths.length));
    file += group.paths.length;
    let at = 0;
    for (const weight of group.weights) {
      const count = weight.shape.reduce((product, dim) => product * dim, 1);
      const stored = weight.quantization?.dtype ?? weight.dtype;
      const size = count * bytesOf[stored];
      if (at + size > bytes.length) throw notAModel(jsonPath, `the weights end before ${weight.name}`);
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, size);
      weights.set(weight.name, { shape: weight.shape, data: decodeWeight(view, count, weight) });
      at += size;
    }
  }
  return { nodes: modelTopology.node, weights };
}

const bytesOf = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1 } as const;

function decodeWeight(
  view: DataView,
  count: number,
  { dtype, quantization }: z.infer<typeof weightSchema>,
): Float32Array | Int32Array {
  const out = dtype === 'int32' ? new Int32Array(count) : new Float32Array(count);
  const { scale = 1, min = 0 } = quantization ?? {};
  const quantised = (value: number): number =>
    // Rounded as TensorFlow.js does, which holds whole numbers as such.
    dtype === 'int32' ? Math.round(value * scale + min) : value * scale + min;
  for (let i = 0; i < count; i++) {
    switch (quantization?.dtype) {
      case 'float16':
        out[i] = float16(view.getUint16(2 * i, true));
        break;
      case 'uint16':
        out[i] = quantised(view.getUint16(2 * i, true));
        break;
      case 'uint8':
        out[i] = quantised(view.getUint8(i));
        break;
      case undefined:
        out[i] = dtype === 'int32' ? view.getInt32(4 * i, true) : view.getFloat32(4 * i, true);
        break;
    }
  }
  return out;
}

/** IEEE 754 half precision → number. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function parseJson(json: Buffer, jsonPath: string): z.infer<typeof modelSchema> {
  try {
    return modelSchema.parse(JSON.parse(json.toString('utf8')));
  } catch (error) {
    throw notAModel(jsonPath, error instanceof z.ZodError ? z.prettifyError(error).slice(0, 500) : String(error));
  }
}

const notAModel = (file: string, detail: string): AppError =>
  new AppError('bad-input', 'This is no TensorFlow.js graph model that can be converted.', { file, detail });
