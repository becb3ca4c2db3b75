import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { splitAtPooling } from '#models/split-at-pooling.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../kernel.ts';
import type { StageContext } from '../../stage.ts';
import { localKernelContext } from '../testing/local-kernels.ts';
import { voiceLikePcm, writePcm } from '../testing/synthetic-pcm.ts';
import { poolingNet } from '../voice-nets/testing/pooling-net.ts';
import { voiceNetHead, voiceNetParts } from '../voice-nets/voice-net-trunk-kernel.ts';
import { CHUNK_FRAMES, FRAME_STEP_SAMPLES } from './chunk-grid.ts';
import { voicesByTrunk, type MaskedItem } from './chunk-voices-by-trunk.ts';

const frontEnd = { kind: 'kaldi-fbank', bands: 80, window: 'povey', scale: 1 } as const;
let dir: string;
beforeAll(async () => (dir = await mkdtemp(path.join(os.tmpdir(), 'diarist-parts-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

const ones = (from: number, to: number): Uint8Array => new Uint8Array(CHUNK_FRAMES).fill(1, from, to);

async function voices(items: readonly MaskedItem[], seconds: number): Promise<{ rows: Float32Array[]; runs: number }> {
  const split = splitAtPooling(poolingNet('deviation'))!;
  const [trunkPath, headPath] = [path.join(dir, 'trunk.onnx'), path.join(dir, 'head.onnx')];
  await Promise.all([writeFile(trunkPath, split.trunk), writeFile(headPath, split.head)]);
  const pcm = await writePcm(voiceLikePcm(seconds));
  let runs = 0;
  const kernels: Record<string, Kernel<never, Float32Array>> = {
    'voice-net-parts': voiceNetParts,
    'voice-net-head': voiceNetHead,
  };
  const context = {
    workerCount: 1,
    input: () => ({ path: () => pcm.pcmPath }),
    shard: (_: string, compute: () => Promise<Float32Array>) => compute(),
    progress: () => undefined,
    kernel: async (name: string, input: never) => {
      if (name === 'voice-net-parts') runs += 1;
      return (await kernels[name]!(localKernelContext(), input)).output;
    },
  } as unknown as StageContext<unknown>;
  const net = { trunkPath, headPath, headInput: split.headInput, style: { isUnbiased: false }, frontEnd };
  const all = await voicesByTrunk(context, net, items);
  await rm(pcm.dir, { recursive: true });
  const size = all.length / items.length;
  return { rows: items.map((_, k) => all.subarray(k * size, (k + 1) * size)), runs };
}

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);

describe('voices of masks over windows that overlap', () => {
  it('are the same for the same frames, whichever window they are seen in and wherever stretches meet', async () => {
    const shift = Math.round(80_000 / FRAME_STEP_SAMPLES);
    const items = [
      // 15 to 25 s: the border of two stretches, at 16 s, is inside.
      { startSample: 15 * 16_000, mask: ones(shift + 20, shift + 200) },
      { startSample: 20 * 16_000, mask: ones(20, 200) },
      { startSample: 20 * 16_000, mask: ones(300, 500) },
    ];
    const { rows, runs } = await voices(items, 32);
    expect(runs).toBe(2);
    for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(1, 4);
    expect(cosine(rows[0]!, rows[1]!)).toBeGreaterThan(0.999);
    expect(cosine(rows[0]!, rows[2]!)).toBeLessThan(0.9999);
  });

  it('run over nothing that no mask looks at, and say nothing about an empty mask', async () => {
    const items = [
      { startSample: 0, mask: new Uint8Array(CHUNK_FRAMES) },
      { startSample: 0, mask: ones(10, 100) },
    ];
    const { rows, runs } = await voices(items, 65);
    expect(runs).toBe(1);
    expect(Math.hypot(...rows[0]!)).toBe(0);
    expect(Math.hypot(...rows[1]!)).toBeCloseTo(1, 4);
  });
});
