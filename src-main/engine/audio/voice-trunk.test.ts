import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogMel, MEL_BANDS, melFrameCount } from './log-mel.ts';
import { slidingNormalise } from './mel-normalise.ts';
import { PcmReader } from './pcm-reader.ts';
import { localKernelContext, modelsDir } from './testing/local-kernels.ts';
import { voiceLikePcm, writePcm } from './testing/synthetic-pcm.ts';
import { TRUNK_SIZE, trunkFrameCount, voiceTrunk } from './voice-trunk-kernel.ts';
import { VOICE_SIZE, voiceWindows } from './voice-windows-kernel.ts';

const trunkPath = path.join(modelsDir, 'diarist-voice/trunk.onnx');
const headPath = path.join(modelsDir, 'diarist-voice/head.onnx');
const context = localKernelContext();
const gain = 1.3;

describe('the trunk in pieces', () => {
  let dir = '';
  let pcmPath = '';
  let total = 0;
  let whole: Float32Array;
  beforeAll(async () => {
    ({ dir, pcmPath } = await writePcm(voiceLikePcm(41.03)));
    const pcm = new PcmReader(pcmPath);
    total = melFrameCount(pcm.totalSamples);
    const mel = slidingNormalise(new LogMel().fromFile(pcm, gain, 0, total), 0, total);
    pcm.close();
    const session = await context.session(trunkPath);
    const result = await session.run({ mel: new Tensor('float32', mel, [1, total, MEL_BANDS]) });
    whole = result['frames']!.data as Float32Array;
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('has the promised number of frames', () => {
    expect(whole.length).toBe(trunkFrameCount(total) * TRUNK_SIZE);
  });
  it.each([400, 1000, 1600, 4200])('equals one run over the whole file, pieces of %i frames', async (size) => {
    let frame = 0;
    let largest = 0;
    for (let first = 0; first < total; first += size) {
      const endMel = Math.min(total, first + size);
      const { output } = await voiceTrunk(context, { modelPath: trunkPath, pcmPath, gain, firstMel: first, endMel });
      output.forEach((value, i) => {
        largest = Math.max(largest, Math.abs(value - whole[frame * TRUNK_SIZE + i]!));
      });
      frame += output.length / TRUNK_SIZE;
    }
    expect(frame).toBe(trunkFrameCount(total));
    expect(largest).toBeLessThan(2e-4);
  });
});

describe('windows pooled from trunk frames', () => {
  it('have unit length and do not depend on the windows beside them', async () => {
    const { dir, pcmPath } = await writePcm(voiceLikePcm(12));
    const { writeFile } = await import('node:fs/promises');
    const { output } = await voiceTrunk(context, { modelPath: trunkPath, pcmPath, gain, firstMel: 0, endMel: 1199 });
    const framesPath = path.join(dir, 'frames.f32');
    await writeFile(framesPath, new Uint8Array(output.buffer));
    const all = await voiceWindows(context, {
      modelPath: headPath,
      framesPath,
      ranges: Int32Array.of(0, 37, 18, 56, 100, 107, 299, 300),
    });
    for (let k = 0; k < 4; k++) {
      const square = all.output.subarray(k * VOICE_SIZE, (k + 1) * VOICE_SIZE).reduce((sum, v) => sum + v * v, 0);
      expect(square).toBeCloseTo(1, 4);
    }
    const alone = await voiceWindows(context, { modelPath: headPath, framesPath, ranges: Int32Array.of(100, 107) });
    alone.output.forEach((value, i) => expect(Math.abs(value - all.output[2 * VOICE_SIZE + i]!)).toBeLessThan(1e-4));
    await rm(dir, { recursive: true });
  });
});
