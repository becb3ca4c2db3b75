import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { resolveModel } from '#models/registry.ts';
import { describe, expect, it, vi } from 'vitest';
import { sileroRewrite } from './silero-net.ts';
import { sileroVad, VAD_STEP_SAMPLES, vadStepCount } from './silero-kernel.ts';
import { vadGroups } from './silero-vad.ts';
import { localKernelContext, modelsDir } from './testing/local-kernels.ts';
import { voiceLikePcm, writePcm } from './testing/synthetic-pcm.ts';

const context = localKernelContext();
const { path: modelPath } = await resolveModel('silero-vad-v6', [modelsDir]);

/** One step after another with the state carried through, as published. */
async function stepwise(samples: Int16Array): Promise<number[]> {
  const session = await context.session(modelPath);
  const sr = new Tensor('int64', BigInt64Array.of(16_000n), []);
  let state: Tensor = new Tensor('float32', new Float32Array(256), [2, 1, 128]);
  const out: number[] = [];
  for (let start = 0; start < samples.length; start += VAD_STEP_SAMPLES) {
    const block = new Float32Array(576);
    for (let i = 0; i < 576; i++) block[i] = (samples[start - 64 + i] ?? 0) / 32_768;
    const result = await session.run({ input: new Tensor('float32', block, [1, 576]), state, sr });
    state = result['stateN'] as Tensor;
    out.push((result['output']!.data as Float32Array)[0]!);
  }
  return out;
}

describe('Silero in lanes', () => {
  it('is near to one run step after step, from the first step on', async () => {
    const samples = voiceLikePcm(19.99);
    const { dir, pcmPath } = await writePcm(samples);
    const { output } = await sileroVad(context, {
      modelPath,
      pcmPath,
      firstStep: 0,
      laneSteps: 160,
      lanes: 4,
      warmUpSteps: 64,
    });
    const wanted = await stepwise(samples);
    expect(output).toHaveLength(vadStepCount(samples.length));
    const differences = wanted.map((value, i) => Math.abs(value - output[i]!));
    // The first lane hears what the stepwise run hears.
    expect(Math.max(...differences.slice(0, 160))).toBeLessThan(1e-5);
    // The others started 2 s early from nothing.
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(0.02);
    await rm(dir, { recursive: true });
  });

  it('runs no longer than a short recording lasts', async () => {
    const samples = voiceLikePcm(1.2);
    const { dir, pcmPath } = await writePcm(samples);
    const run = vi.spyOn(await context.session(modelPath, sileroRewrite), 'run');
    const [group] = vadGroups(vadStepCount(samples.length));
    const input = { modelPath, pcmPath, ...group!, laneSteps: 960, warmUpSteps: 64 };
    const { output } = await sileroVad(context, input);
    const steps = run.mock.calls.map(([feeds]) => (feeds as { frames: Tensor }).frames.dims[0]!);
    expect(steps.reduce((sum, count) => sum + count, 0)).toBe(vadStepCount(samples.length));
    run.mockRestore();
    const wanted = await stepwise(samples);
    expect(output).toHaveLength(wanted.length);
    wanted.forEach((value, i) => expect(Math.abs(output[i]! - value)).toBeLessThan(1e-5));
    await rm(dir, { recursive: true });
  });

  it('forgets what lies before the file, wherever in a run that is', async () => {
    const samples = voiceLikePcm(6.5);
    const { dir, pcmPath } = await writePcm(samples);
    const wanted = await stepwise(samples);
    // Lanes shorter than their warm-up: those after the first begin before the file, too.
    const input = { modelPath, pcmPath, firstStep: 0, laneSteps: 30, lanes: 7, warmUpSteps: 75 };
    const { output } = await sileroVad(context, input);
    expect(output).toHaveLength(wanted.length);
    for (let i = 0; i < 90; i++) expect(Math.abs(output[i]! - wanted[i]!)).toBeLessThan(1e-5);
    await rm(dir, { recursive: true });
  });

  it('is no net that it does not know', async () => {
    const other = await readFile(path.join(modelsDir, 'diarist-voice/trunk.onnx'));
    expect(() => sileroRewrite.apply(other)).toThrow('sample rate');
    expect(() => sileroRewrite.apply(new Uint8Array(9))).toThrow(Error);
  });

  it('hears the same beside a constant in the sound', async () => {
    const samples = voiceLikePcm(4).map((value) => value / 8);
    const heard = async (offset: number): Promise<Float32Array> => {
      const { dir, pcmPath } = await writePcm(samples.map((value) => value + offset));
      const { output } = await sileroVad(context, {
        modelPath,
        pcmPath,
        firstStep: 0,
        laneSteps: 160,
        lanes: 1,
        warmUpSteps: 64,
      });
      await rm(dir, { recursive: true });
      return output;
    };
    const [plain, moved] = [await heard(0), await heard(27_000)];
    expect(Math.max(...plain.map((value, i) => Math.abs(value - moved[i]!)))).toBeLessThan(0.1);
  });
});

describe('vadGroups', () => {
  it.each([1, 960, 961, 18_750, 112_500, 1_125_000])('covers %i steps once, in order', (steps) => {
    let next = 0;
    for (const { firstStep, lanes } of vadGroups(steps)) {
      expect(firstStep).toBe(next);
      expect(lanes).toBeGreaterThan(0);
      expect(lanes).toBeLessThanOrEqual(8);
      next += lanes * 960;
    }
    expect(next).toBeGreaterThanOrEqual(steps);
    expect(next - 960).toBeLessThan(steps);
  });
  it('has nothing to do for an empty recording', () => {
    expect(vadGroups(0)).toEqual([]);
  });
});
