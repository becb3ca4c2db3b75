import { readFile } from 'node:fs/promises';
import { AppError } from '#shared/api/errors.ts';
import { fields, only, text } from './protobuf.ts';

/** An input or output of a net; a null dimension is free. */
export interface OnnxValueShape {
  name: string;
  /** `f32`, or `?` for a type no slot takes. */
  type: string;
  dims: (number | null)[];
}

export interface OnnxSignature {
  inputs: OnnxValueShape[];
  outputs: OnnxValueShape[];
}

/** TensorProto.DataType of https://github.com/onnx/onnx (onnx.proto3). */
const types: Readonly<Record<number, string>> = { 1: 'f32', 6: 'i32', 7: 'i64', 10: 'f16' };

/**
 * Names, types and shapes of a net's inputs and outputs, read from the ONNX file without a runtime (the host never loads
 * one). Initializers that older files list among the inputs are left out.
 * @throws AppError `bad-input` for a file that is no ONNX model
 */
export async function readOnnxSignature(file: string): Promise<OnnxSignature> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const isAbsent = error.code === 'ENOENT';
    const reason = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' }[error.code ?? ''] ?? error.message;
    throw new AppError(isAbsent ? 'not-found' : 'io', `The model cannot be read: ${reason}.`, {
      file,
      fix: 'Name an ONNX file that may be read.',
    });
  });
  try {
    const graph = only(fields(bytes), 7);
    const initializers = new Set<string>();
    const inputs: OnnxValueShape[] = [];
    const outputs: OnnxValueShape[] = [];
    for (const { field, block } of fields(graph)) {
      if (field === 5 && block) initializers.add(text(only(fields(block), 8)));
      else if (field === 11 && block) inputs.push(valueOf(block));
      else if (field === 12 && block) outputs.push(valueOf(block));
    }
    const fed = inputs.filter((input) => !initializers.has(input.name));
    if (outputs.length === 0) throw new Error('no outputs');
    return { inputs: fed, outputs };
  } catch (error) {
    throw new AppError('bad-input', 'This is no ONNX model, or a damaged one.', {
      file,
      fix: 'Export the net to ONNX, or get the file again.',
      detail: String(error),
    });
  }
}

/**
 * Where a net differs from what a slot takes, in words; null when it fits.
 * @param wanted `f32[B,T,80]` by position; a letter stands for any size
 */
export function signatureMismatch(
  found: OnnxSignature,
  wanted: { inputs: readonly string[]; outputs: readonly string[] },
): string | null {
  for (const side of ['inputs', 'outputs'] as const) {
    const have = found[side];
    const want = wanted[side];
    // Further outputs do no harm: the first ones are read.
    if (have.length < want.length || (side === 'inputs' && have.length > want.length)) {
      return `it has ${have.length} ${side} where ${want.length} are wanted (${want.join(', ')})`;
    }
    for (const [k, pattern] of want.entries()) {
      const value = have[k]!;
      if (!fits(value, pattern))
        return `its ${side.slice(0, -1)} ${k + 1} is ${shapeText(value)} where ${pattern} is wanted`;
    }
  }
  return null;
}

function fits(value: OnnxValueShape, pattern: string): boolean {
  const [, type, list = ''] = /^(\w+)\[(.*)\]$/u.exec(pattern) ?? [];
  const dims = list === '' ? [] : list.split(',');
  return (
    type === value.type &&
    dims.length === value.dims.length &&
    dims.every((dim, k) => !/^\d+$/u.test(dim) || value.dims[k] === null || value.dims[k] === Number(dim))
  );
}

export const shapeText = ({ type, dims }: OnnxValueShape): string =>
  `${type}[${dims.map((dim) => dim ?? '?').join(',')}]`;

function valueOf(block: Uint8Array): OnnxValueShape {
  const parts = [...fields(block)];
  const tensor = only(fields(only(parts, 2)), 1);
  let type = '?';
  const dims: (number | null)[] = [];
  for (const part of fields(tensor)) {
    if (part.field === 1) type = types[part.value ?? 0] ?? '?';
    if (part.field !== 2 || !part.block) continue;
    for (const dim of fields(part.block)) {
      const size = [...fields(dim.block ?? new Uint8Array())].find((one) => one.field === 1)?.value;
      dims.push(size !== undefined && size > 0 ? size : null);
    }
  }
  return { name: text(only(parts, 1)), type, dims };
}
