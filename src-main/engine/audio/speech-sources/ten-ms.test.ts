import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeOnnx } from '#models/convert/onnx-writer.ts';
import { localKernelContext } from '../testing/local-kernels.ts';
import { writePcm } from '../testing/synthetic-pcm.ts';
import { tenMsCount, tenMsSpeech } from './ten-ms-kernel.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

/** Mean of the bands of each frame as one value, or with 1 minus the logistic of it first among two classes. */
const net = (bands: number, classes: number): Uint8Array =>
  writeOnnx({
    name: 'stand-in',
    inputs: [{ name: 'x', dims: ['B', 'T', bands] }],
    outputs: [{ name: 'y', dims: ['B', 'T', classes] }],
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['m'] },
      { op: 'Add', inputs: ['m', 'b'], outputs: ['z'] },
      { op: 'Sigmoid', inputs: ['z'], outputs: ['y'] },
    ],
    constants: [
      {
        name: 'w',
        dims: [bands, classes],
        data: Float32Array.from(
          { length: bands * classes },
          (_, k) => ((classes === 1 ? 1 : -1) * (k % classes === 0 ? 1 : -1)) / bands,
        ),
      },
      { name: 'b', dims: [classes], data: new Float32Array(classes).fill(classes === 1 ? 30 : 12) },
    ],
  });

async function listen(kind: 'crdnn' | 'fsmn', classes: number, bands = kind === 'crdnn' ? 40 : 400) {
  // Noise in every other second, silence between.
  const sound = Int16Array.from({ length: 12 * 16_000 }, (_, n) =>
    Math.floor(n / 16_000) % 2 === 1 ? 6000 * Math.sin(n * n * 0.37) : 0,
  );
  const { dir, pcmPath } = await writePcm(sound);
  folders.push(dir);
  const modelPath = path.join(dir, 'net.onnx');
  await writeFile(modelPath, net(bands, classes));
  return tenMsSpeech(localKernelContext(), { modelPath, pcmPath, kind, firstChunk: 0, endChunk: 2 });
}

describe('nets that give a value every 10 ms', () => {
  it.each([
    ['crdnn', 1],
    ['fsmn', 2],
  ] as const)('%s: puts values where the sound is, also in the second piece', async (kind, classes) => {
    const { output } = await listen(kind, classes);
    expect(output).toHaveLength(2000);
    for (const sec of [1.5, 3.5, 9.5, 11.5]) expect(output[Math.round(sec * 100)], `${sec}`).toBeGreaterThan(0.5);
    for (const sec of [0.5, 4.5, 10.5]) expect(output[Math.round(sec * 100)], `${sec}`).toBeLessThan(0.5);
  });
  it('are refused when they give something else', async () => {
    await expect(listen('crdnn', 2)).rejects.toMatchObject({ data: { code: 'bad-input' } });
  });
  it('cover sounds of any length', () => {
    expect([0, 1, 160, 161].map(tenMsCount)).toEqual([0, 1, 1, 2]);
  });
});
