import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { splitAtPooling } from '#models/split-at-pooling.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localKernelContext } from '../testing/local-kernels.ts';
import { voiceLikePcm, writePcm } from '../testing/synthetic-pcm.ts';
import { PoolingSums } from './statistics-pooling.ts';
import { stretchesOf } from './stretches.ts';
import { poolingNet } from './testing/pooling-net.ts';
import { voiceNetWindows } from './voice-net-kernel.ts';
import { voiceNetSplitTrial, voiceNetTrunk } from './voice-net-trunk-kernel.ts';

const bands = 80;
const frontEnd = { kind: 'kaldi-fbank', bands, window: 'povey', scale: 1 } as const;
let dir: string;
beforeAll(async () => (dir = await mkdtemp(path.join(os.tmpdir(), 'diarist-split-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

async function files(style: 'deviation' | 'variance') {
  const bytes = poolingNet(style);
  const split = splitAtPooling(bytes)!;
  const at = (name: string): string => path.join(dir, `${style}-${name}.onnx`);
  await Promise.all([
    writeFile(at('whole'), bytes),
    writeFile(at('trunk'), split.trunk),
    writeFile(at('head'), split.head),
  ]);
  return { modelPath: at('whole'), trunkPath: at('trunk'), headPath: at('head'), headInput: split.headInput };
}

describe('a voice net that pools mean and deviation', () => {
  it('gives the same vectors by its trunk once over the sound as window by window, but for the edges', async () => {
    const net = await files('deviation');
    const context = localKernelContext();
    const { output: style } = await voiceNetSplitTrial(context, { ...net, bands });
    expect(style).toEqual({ isUnbiased: false });
    const { dir: pcmDir } = await writePcm(voiceLikePcm(6));
    const pcmPath = path.join(pcmDir, 'pcm', 'pcm.s16');
    const ranges = Int32Array.of(0, 96_000);
    const [stretch] = stretchesOf(ranges, 96_000);
    const { output: once } = await voiceNetTrunk(context, { ...net, ...stretch!, pcmPath, frontEnd, style: style! });
    const input = { modelPath: net.modelPath, pcmPath, frontEnd, ranges, size: null };
    const { output: windows } = await voiceNetWindows(context, input);
    expect(once).toHaveLength(windows.length);
    let cosine = 0;
    once.forEach((value, k) => (cosine += value * windows[k]!));
    expect(cosine).toBeGreaterThan(0.9999);
    await rm(pcmDir, { recursive: true });
  });

  it('is not parted where something else than mean and deviation is pooled', async () => {
    const net = await files('variance');
    const { output } = await voiceNetSplitTrial(localKernelContext(), { ...net, bands });
    expect(output).toBeNull();
  });
});

describe('pooling of a stretch', () => {
  it('is mean and deviation as summed plainly', () => {
    const value = fc.float({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 4, maxLength: 40 }), fc.nat(), fc.nat(), (values, a, b) => {
        const sums = new PoolingSums(Float32Array.from(values), values.length);
        const from = a % values.length;
        const to = from + 1 + (b % (values.length - from));
        const out = new Float32Array(2);
        sums.pool(from, to, { isUnbiased: false }, out);
        const part = Float32Array.from(values).subarray(from, to);
        const mean = part.reduce((sum, one) => sum + one, 0) / part.length;
        const variance = part.reduce((sum, one) => sum + (one - mean) ** 2, 0) / part.length;
        expect(out[0]).toBeCloseTo(mean, 3);
        expect(out[1]).toBeCloseTo(Math.sqrt(variance + 1e-7), 2);
      }),
    );
  });

  it('covers every window once, in order, with its sound', () => {
    const windows = fc.array(fc.record({ gap: fc.nat(80_000), length: fc.integer({ min: 1, max: 48_000 }) }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(windows, (list) => {
        let at = 0;
        const ranges = Int32Array.from(
          list.flatMap(({ gap, length }) => {
            at += gap;
            return [at, at + length];
          }),
        );
        const end = Math.max(...ranges) + 1000;
        const stretches = stretchesOf(ranges, end);
        expect(stretches.flatMap((stretch) => [...stretch.ranges])).toEqual([...ranges]);
        for (const { firstSample, endSample, ranges: own } of stretches)
          for (const sample of own) {
            expect(sample).toBeGreaterThanOrEqual(firstSample);
            expect(sample).toBeLessThanOrEqual(endSample);
          }
      }),
    );
  });
});
