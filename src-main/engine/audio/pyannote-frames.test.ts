import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { itShared, sharedPath } from '../../testing/shared-data.ts';
import {
  CHUNK_SAMPLES,
  chunkCount,
  chunkStart,
  firstPosterior,
  posteriorCount,
  pyannoteFrames,
} from './pyannote-frames-kernel.ts';
import { averaged } from './pyannote-frames.ts';
import { localKernelContext } from './testing/local-kernels.ts';
import { voiceLikePcm, writePcm } from './testing/synthetic-pcm.ts';

describe('windows of the pyannote v1 nets', () => {
  it.each([1, 7000, 31_999, 32_000, 32_001, 48_000, 48_001, 160_000, 57_600_000])(
    'hear every one of %i samples and none beyond',
    (samples) => {
      let heard = 0;
      for (let chunk = 0; chunk < chunkCount(samples); chunk++) {
        const start = chunkStart(chunk, samples);
        expect(start).toBeLessThanOrEqual(heard);
        if (samples >= CHUNK_SAMPLES) expect(start + CHUNK_SAMPLES).toBeLessThanOrEqual(samples);
        expect(start + CHUNK_SAMPLES).toBeGreaterThan(heard);
        heard = start + CHUNK_SAMPLES;
      }
      expect(heard).toBeGreaterThanOrEqual(samples);
    },
  );
  it('are none for no sound', () => {
    expect(chunkCount(0)).toBe(0);
    expect(posteriorCount(0)).toBe(0);
  });
  it('lend their value to steps at the ends that no frame is centred in', () => {
    expect([...averaged(Float64Array.of(0, 2, 3, 0), Float64Array.of(0, 2, 1, 0))]).toEqual([1, 1, 3, 3]);
    expect([...averaged(new Float64Array(2), new Float64Array(2))]).toEqual([0, 0]);
  });

  const modelPath = sharedPath('models/overlap/pyannote_ovl_ami/ovl_ami.onnx');
  itShared('give the same in pieces as at once', async () => {
    const samples = voiceLikePcm(7.3);
    const { dir, pcmPath } = await writePcm(samples);
    const context = localKernelContext();
    const chunks = chunkCount(samples.length);
    const run = async (firstChunk: number, endChunk: number): Promise<Float32Array> =>
      (await pyannoteFrames(context, { modelPath, pcmPath, firstChunk, endChunk })).output;
    const whole = await run(0, chunks);
    const steps = posteriorCount(samples.length);
    expect(whole).toHaveLength(2 * steps);
    // Windows begin every second, so that each moment but the ends is heard twice; nothing is left out.
    expect(Math.min(...whole.subarray(steps))).toBeGreaterThan(0);
    const sums = new Float64Array(2 * steps);
    for (const [first, end] of [
      [0, 2],
      [2, 5],
      [5, chunks],
    ] as const) {
      const piece = await run(first, end);
      const offset = firstPosterior(first, samples.length);
      const length = piece.length / 2;
      for (let k = 0; k < length; k++) {
        sums[offset + k]! += piece[k]!;
        sums[steps + offset + k]! += piece[length + k]!;
      }
    }
    whole.forEach((value, k) => expect(sums[k]).toBeCloseTo(value, 3));
    await rm(dir, { recursive: true });
  });
  itShared('answer for recordings shorter than a window', async () => {
    const { dir, pcmPath } = await writePcm(voiceLikePcm(0.1));
    const { output } = await pyannoteFrames(localKernelContext(), { modelPath, pcmPath, firstChunk: 0, endChunk: 1 });
    expect(output).toHaveLength(10);
    expect(output.every(Number.isFinite)).toBe(true);
    await rm(dir, { recursive: true });
  });
});
