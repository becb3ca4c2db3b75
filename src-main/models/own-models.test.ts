import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeOnnx } from './convert/onnx-writer.ts';
import { readOnnxSignature, shapeText, signatureMismatch } from './onnx-signature.ts';
import { notCopied } from './not-copied.ts';
import { addModel, removeModel } from './own-models.ts';
import { listModels, resolveModel } from './registry.ts';

const bundled = path.resolve(import.meta.dirname, '../../models');
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'diarist-own-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** A net that passes its input on. */
async function net(dims: readonly (number | string)[], name = 'net.onnx'): Promise<string> {
  const bytes = writeOnnx({
    name: 'g',
    inputs: [{ name: 'in', dims }],
    outputs: [{ name: 'out', dims: ['B', 'F'] }],
    nodes: [{ op: 'Identity', inputs: ['in'], outputs: ['out'] }],
    constants: [{ name: 'w', dims: [2], data: Float32Array.of(1, 2) }],
  });
  const file = path.join(dir, name);
  await writeFile(file, bytes);
  return file;
}
async function failure(work: Promise<unknown>): Promise<AppError['data']> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return (error as AppError).data;
}
const slot = async (id: string) => (await listModels([bundled])).find((model) => model.id === id)!;

describe('readOnnxSignature', () => {
  it('reads what onnxruntime reads of the committed nets', async () => {
    const trunk = await readOnnxSignature(path.join(bundled, 'diarist-voice/trunk.onnx'));
    expect(trunk.inputs.map((value) => `${value.name} ${shapeText(value)}`)).toEqual(['mel f32[?,?,40]']);
    expect(trunk.outputs[0]).toMatchObject({ name: 'frames', type: 'f32' });
    expect(trunk.outputs[0]!.dims.at(-1)).toBe(256);
  });
  it('refuses what is no model, whatever it is', async () => {
    const file = path.join(dir, 'x');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await writeFile(file, bytes);
        expect(await failure(readOnnxSignature(file))).toMatchObject({ code: 'bad-input', file });
      }),
      { numRuns: 60 },
    );
    const whole = await readFile(await net(['B', 1, 'N']));
    await writeFile(file, whole.subarray(0, whole.length - 7));
    expect(await failure(readOnnxSignature(file))).toMatchObject({ code: 'bad-input' });
    expect(await failure(readOnnxSignature(path.join(dir, 'none')))).toMatchObject({ code: 'not-found' });
  });
});

describe('signatureMismatch', () => {
  const value = (type: string, dims: (number | null)[]) => ({ name: 'a', type, dims });
  const wanted = { inputs: ['f32[B,1,N]'], outputs: ['f32[B,F]'] };
  it.each([
    ['fits', [value('f32', [null, 1, null])], null],
    ['fits where a size is free', [value('f32', [null, null, null])], null],
    ['fits where a size is fixed', [value('f32', [1, 1, 160_000])], null],
    ['has another size', [value('f32', [null, 2, null])], 'f32[?,2,?]'],
    ['has another rank', [value('f32', [null, null])], 'f32[?,?]'],
    ['has another type', [value('f16', [null, 1, null])], 'f16'],
    ['wants more', [value('f32', [null, 1, null]), value('i64', [])], '2 inputs'],
  ])('%s', (_name, inputs, words) => {
    const found = signatureMismatch({ inputs, outputs: [value('f32', [null, null])] }, wanted);
    if (words === null) expect(found).toBeNull();
    else expect(found).toContain(words);
  });
});

describe('a model of one’s own', () => {
  it('takes the place of the published one until it is removed', async () => {
    const added = await addModel(await net(['B', 1, 'N']), await slot('pyannote-ovl-ami'), dir);
    expect(added).toMatchObject({ version: 'added', file: 'added/pyannote-ovl-ami.onnx' });
    const resolved = await resolveModel('pyannote-ovl-ami', [dir, bundled]);
    expect(resolved).toMatchObject({ path: path.join(dir, 'added/pyannote-ovl-ami.onnx'), sha256: added.sha256 });
    const entry = (await listModels([dir, bundled])).find((model) => model.id === 'pyannote-ovl-ami')!;
    expect(entry.installed).toBe(true);
    expect(await removeModel(entry, dir)).toBe(resolved.path);
    expect(existsSync(resolved.path)).toBe(false);
    expect(await failure(resolveModel('pyannote-ovl-ami', [dir, bundled]))).toMatchObject({ code: 'not-found' });
    expect(await removeModel(await slot('pyannote-ovl-ami'), dir)).toBeNull();
  });
  it('must have the shape of the slot', async () => {
    const file = await net(['B', 2, 'N']);
    expect(await failure(addModel(file, await slot('pyannote-ovl-ami'), dir))).toMatchObject({
      code: 'bad-input',
      file,
      message: expect.stringContaining('f32[?,2,?] where f32[B,1,N] is wanted') as unknown,
    });
    expect(existsSync(path.join(dir, 'added'))).toBe(false);
  });
  it('never replaces a model of the app', async () => {
    const mine = await slot('diarist-voice-trunk');
    expect(await failure(addModel(await net(['B', 'T', 40]), mine, dir))).toMatchObject({ code: 'unsupported' });
    expect(await failure(removeModel(mine, dir))).toMatchObject({ code: 'unsupported' });
  });
});

it('a full disk is told in words, with the place and the way out', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, copyfile'), { code: 'ENOSPC' });
  expect(notCopied(full, '/models/net.onnx', 'Free space.').data).toMatchObject({
    message: 'The model could not be copied: the disk is full.',
    file: '/models/net.onnx',
    fix: 'Free space.',
  });
});
