import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { writeOnnx } from '#models/convert/onnx-writer.ts';
import { describe, expect, it } from 'vitest';
import { fbankWindows } from './fbank-windows-kernel.ts';
import { KaldiFbank, subtractMean } from './front-ends/kaldi-fbank.ts';
import { localKernelContext } from './testing/local-kernels.ts';
import { voiceLikePcm, writePcm } from './testing/synthetic-pcm.ts';

/** A net of the shape of CAM++: largest value of each band over time, then a fixed matrix. */
function shapedLikeCampplus(size: number): { bytes: Uint8Array; matrix: Float32Array } {
  const matrix = Float32Array.from({ length: 80 * size }, (_, k) => Math.sin(k * 0.7) / 9);
  const bytes = writeOnnx({
    name: 'stand-in',
    inputs: [{ name: 'x', dims: ['B', 'T', 80] }],
    outputs: [{ name: 'embedding', dims: ['B', size] }],
    nodes: [
      { op: 'ReduceMax', inputs: ['x'], outputs: ['top'], attributes: { axes: [1], keepdims: 0 } },
      { op: 'MatMul', inputs: ['top', 'w'], outputs: ['embedding'] },
    ],
    constants: [{ name: 'w', dims: [80, size], data: matrix }],
  });
  return { bytes, matrix };
}

describe('fbankWindows', () => {
  it('gives the net the mean-free fbank of each window, short ones repeated, and scales its answer to length 1', async () => {
    const samples = voiceLikePcm(6);
    const { dir, pcmPath } = await writePcm(samples);
    const { bytes, matrix } = shapedLikeCampplus(192);
    const modelPath = path.join(dir, 'net.onnx');
    await writeFile(modelPath, bytes);
    const ranges = Int32Array.of(0, 24_000, 12_000, 36_000, 24_000, 48_000, 36_000, 60_000, 80_000, 88_000);
    const { output } = await fbankWindows(localKernelContext(), { modelPath, pcmPath, ranges, size: 192 });
    expect(output).toHaveLength(5 * 192);
    for (let k = 0; k < 5; k++) {
      const [start, end] = [ranges[2 * k]!, ranges[2 * k + 1]!];
      const sound = Float32Array.from({ length: 24_000 }, (_, n) => samples[start + (n % (end - start))]! / 32_768);
      const fbank = subtractMean(new KaldiFbank({ bands: 80, window: 'povey', scale: 1 }).compute(sound), 80);
      const top = Array.from({ length: 80 }, (_, j) => Math.max(...fbank.filter((_value, at) => at % 80 === j)));
      const wanted = Array.from({ length: 192 }, (_, d) =>
        top.reduce((sum, value, j) => sum + value * matrix[j * 192 + d]!, 0),
      );
      const length = Math.hypot(...wanted);
      wanted.forEach((value, d) => expect(output[k * 192 + d]).toBeCloseTo(value / length, 4));
    }
    await rm(dir, { recursive: true });
  });
  it('refuses a net of another size', async () => {
    const { dir, pcmPath } = await writePcm(voiceLikePcm(2));
    const modelPath = path.join(dir, 'net.onnx');
    await writeFile(modelPath, shapedLikeCampplus(512).bytes);
    const work = fbankWindows(localKernelContext(), {
      modelPath,
      pcmPath,
      ranges: Int32Array.of(0, 16_000),
      size: 192,
    });
    await expect(work).rejects.toThrow(AppError);
    await rm(dir, { recursive: true });
  });
});
