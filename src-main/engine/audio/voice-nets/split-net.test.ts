import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StageContext } from '../../stage.ts';
import { localKernelContext } from '../testing/local-kernels.ts';
import { splitNet } from './split-net.ts';
import { poolingNet } from './testing/pooling-net.ts';
import { voiceNetSplitTrial } from './voice-net-trunk-kernel.ts';

const bands = 80;
const sha256 = 'a'.repeat(64);
let dir: string;
let trials: number;
beforeEach(async () => {
  trials = 0;
  dir = await mkdtemp(path.join(os.tmpdir(), 'diarist-halves-'));
  vi.stubEnv('DIARIST_CACHE_DIR', dir);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

/** A stage's view of one net, whose trials are counted. */
async function stageWith(style: 'deviation' | 'variance'): Promise<Pick<StageContext<unknown>, 'kernel' | 'model'>> {
  const modelPath = path.join(dir, 'whole.onnx');
  await writeFile(modelPath, poolingNet(style));
  const kernel = async (_name: string, input: unknown): Promise<unknown> => {
    trials++;
    return (await voiceNetSplitTrial(localKernelContext(), input as Parameters<typeof voiceNetSplitTrial>[1])).output;
  };
  return { model: () => ({ path: modelPath, sha256 }), kernel: kernel as StageContext<unknown>['kernel'] };
}
const fileNamed = async (end: string): Promise<string> => {
  const folder = path.join(dir, 'models');
  return path.join(
    folder,
    (await readdir(folder)).find((name) => name.endsWith(end))!,
  );
};

it('tries the halves of a net once, and knows them again', async () => {
  const stage = await stageWith('deviation');
  const first = await splitNet(stage, 'some-net', bands);
  expect(first?.style).toEqual({ isUnbiased: false });
  expect(await splitNet(stage, 'some-net', bands)).toEqual(first);
  expect(trials).toBe(1);
});

it.each(['trunk.onnx', 'head.onnx', 'split.json'])('makes what is damaged anew: %s', async (name) => {
  const stage = await stageWith('deviation');
  const first = await splitNet(stage, 'some-net', bands);
  const file = await fileNamed(name);
  const whole = await readFile(file);
  await writeFile(
    file,
    Uint8Array.from(whole, (byte, k) => (k === whole.length >> 1 ? byte ^ 0x55 : byte)),
  );
  expect(await splitNet(stage, 'some-net', bands)).toEqual(first);
  expect(trials).toBe(2);
  expect((await readFile(file)).equals(whole)).toBe(true);
});

it('tries again for another input', async () => {
  const stage = await stageWith('deviation');
  await splitNet(stage, 'some-net', bands);
  await splitNet(stage, 'some-net', 81).catch(() => null);
  expect(trials).toBe(2);
});

it('remembers nothing of a net that cannot be parted', async () => {
  const stage = await stageWith('variance');
  expect(await splitNet(stage, 'some-net', bands)).toBeNull();
  expect(await splitNet(stage, 'some-net', bands)).toBeNull();
  expect(trials).toBe(2);
});
