import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../locate.ts';
import { convertedModel } from './converted-model.ts';
import { decodeTfjs, float16, readTfjsFiles } from './tfjs-model.ts';
import { tfjsToOnnx } from './tfjs-to-onnx.ts';

const human = path.join(packageRoot('@vladmandic/human')!, 'models');
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'diarist-convert-'));
  await tf.setBackend('cpu');
});
afterAll(() => rm(dir, { recursive: true }));

/** Smooth shapes and noise, the same at every run. */
function picture(size: number, low: number, high: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: size * size * 3 }, (_, index) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const pixel = Math.floor(index / 3);
    const wave = Math.sin((pixel % size) / 17 + (index % 3)) * Math.cos(Math.floor(pixel / size) / 23);
    return low + (high - low) * Math.min(1, Math.max(0, 0.5 + 0.35 * wave + 0.15 * (state / 2 ** 31 - 1)));
  });
}
function planar(nhwc: Float32Array, size: number): Float32Array {
  const out = new Float32Array(nhwc.length);
  nhwc.forEach((value, index) => (out[(index % 3) * size * size + Math.floor(index / 3)] = value));
  return out;
}

async function oracle(name: string, input: Float32Array, size: number): Promise<Map<string, Float32Array>> {
  const json = JSON.parse(await readFile(path.join(human, `${name}.json`), 'utf8')) as {
    modelTopology: object;
    weightsManifest: tf.io.WeightsManifestConfig;
  };
  const weights = await readFile(path.join(human, `${name}.bin`));
  const model = await tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest[0]!.weights,
      weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length),
    }),
  );
  const names = [...model.outputNodes];
  const x = tf.tensor4d(input, [1, size, size, 3]);
  const results = model.execute(x, names);
  const list = Array.isArray(results) ? results : [results];
  return new Map(names.map((output, index) => [output, list[index]!.dataSync() as Float32Array]));
}

describe('nets of the npm package give what TensorFlow.js gives', () => {
  it.each([
    ['blazeface', 256, -1, 1, ['Identity', 'Identity_1', 'Identity_2', 'Identity_3']],
    ['facemesh', 192, 0, 1, ['Identity', 'Identity_1', 'Identity_2']],
    ['faceres', 224, 0, 255, ['age_pred/Softmax', 'gender_pred/Sigmoid', 'global_pooling/Mean']],
  ] as const)(
    '%s',
    async (name, size, low, high, outputs) => {
      const input = picture(size, low, high);
      const session = await InferenceSession.create(await convertedModel(path.join(human, `${name}.json`), dir));
      expect([...session.outputNames].toSorted()).toEqual(outputs);
      const feeds = { [session.inputNames[0]!]: new Tensor('float32', planar(input, size), [1, 3, size, size]) };
      const found = await session.run(feeds);
      const wanted = await oracle(name, input, size);
      let compared = 0;
      for (const [output, values] of wanted) {
        const here = found[output.replace(/:0$/, '')]!.data as Float32Array;
        expect(here.length, output).toBe(values.length);
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largest).toBeGreaterThan(0);
        const worst = values.reduce((most, value, index) => Math.max(most, Math.abs(value - here[index]!)), 0);
        expect(worst / largest, output).toBeLessThan(1e-4);
        compared++;
      }
      expect(compared).toBeGreaterThanOrEqual(2);
    },
    120_000,
  );

  it('and take several pictures at once, each as if alone', async () => {
    const session = await InferenceSession.create(await convertedModel(path.join(human, 'blazeface.json'), dir));
    const one = planar(picture(256, -1, 1), 256);
    const other = one.map((value) => -value);
    const both = new Float32Array(2 * one.length);
    both.set(one);
    both.set(other, one.length);
    const run = async (data: Float32Array, count: number): Promise<Float32Array> =>
      (await session.run({ input: new Tensor('float32', data, [count, 3, 256, 256]) }))['Identity']!
        .data as Float32Array;
    const together = await run(both, 2);
    const apart = [...(await run(one, 1)), ...(await run(other, 1))];
    expect(together.length).toBe(1024);
    together.forEach((value, index) => expect(Math.abs(value - apart[index]!)).toBeLessThan(1e-3));
  });
});

describe('the cache of converted nets', () => {
  it('converts once, and anew when a weight changes', async () => {
    const source = path.join(dir, 'source');
    const cache = path.join(dir, 'cache');
    await mkdir(source);
    for (const file of ['blazeface.json', 'blazeface.bin'])
      await copyFile(path.join(human, file), path.join(source, file));
    const first = await convertedModel(path.join(source, 'blazeface.json'), cache);
    const { mtimeMs, size } = await stat(first);
    expect(await convertedModel(path.join(source, 'blazeface.json'), cache)).toBe(first);
    expect((await stat(first)).mtimeMs).toBe(mtimeMs);
    const weights = await readFile(path.join(source, 'blazeface.bin'));
    weights[100]! ^= 1;
    await writeFile(path.join(source, 'blazeface.bin'), weights);
    const second = await convertedModel(path.join(source, 'blazeface.json'), cache);
    expect(second).not.toBe(first);
    expect((await stat(second)).size).toBe(size);
    expect(await readdir(cache)).toHaveLength(2);
  });

  it('says what is wrong with a file that is no such model, or is cut off', async () => {
    const file = path.join(dir, 'broken.json');
    await writeFile(file, '{"format":"layers-model"}');
    await expect(convertedModel(file, dir)).rejects.toMatchObject({ data: { code: 'bad-input', file } });
    const files = await readTfjsFiles(path.join(human, 'blazeface.json'));
    const cut = { json: files.json, weights: [files.weights[0]!.subarray(0, 1000)] };
    expect(() => decodeTfjs(cut, 'x.json')).toThrow(/no TensorFlow.js graph model/);
  });
});

describe('weights', () => {
  it('of half precision are what IEEE 754 says', () => {
    const known = [
      [0x0000, 0],
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x0001, 2 ** -24],
      [0x3555, 0.333251953125],
      [0x7c00, Infinity],
    ] as const;
    for (const [bits, value] of known) expect(float16(bits)).toBe(value);
    expect(float16(0x7e00)).toBeNaN();
  });

  it('of one or two bytes are stretched from their minimum by their scale', () => {
    const manifest = (dtype: string) => ({
      format: 'graph-model',
      modelTopology: { node: [] },
      weightsManifest: [
        {
          paths: ['w.bin'],
          weights: [{ name: 'w', dtype: 'float32', shape: [3], quantization: { dtype, scale: 0.5, min: -1 } }],
        },
      ],
    });
    const decode = (dtype: string, bytes: number[]) =>
      decodeTfjs({ json: Buffer.from(JSON.stringify(manifest(dtype))), weights: [Buffer.from(bytes)] }, 'w.json');
    expect([...decode('uint8', [0, 2, 255]).weights.get('w')!.data]).toEqual([-1, 0, 126.5]);
    expect([...decode('uint16', [0, 0, 2, 0, 0, 1]).weights.get('w')!.data]).toEqual([-1, 0, 127]);
  });

  it('an operator without a counterpart is named', () => {
    const node = { name: 'n', op: 'FFT', input: [], attr: {} };
    expect(() => tfjsToOnnx({ nodes: [node], weights: new Map() }, 'x')).toThrow(/FFT/);
  });
});
