import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeOnnx } from '#models/convert/onnx-writer.ts';
import { sortformerRules } from '#shared/signal/hysteresis.ts';
import { localKernelContext } from '../testing/local-kernels.ts';
import { voiceLikePcm, writePcm } from '../testing/synthetic-pcm.ts';
import { NemoMel, nemoFrameCount } from './nemo-mel.ts';
import { sortformer } from './sortformer-kernel.ts';
import { posteriorSpans } from './sortformer-stage.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

describe('the front end of NeMo', () => {
  it('brings each band to mean 0 and deviation 1', () => {
    const mel = new NemoMel().compute(Float32Array.from(voiceLikePcm(2), (value) => value / 32_768));
    const frames = nemoFrameCount(32_000);
    expect(frames).toBe(200);
    for (const band of [0, 20, 79]) {
      const row = mel.subarray(band * frames, (band + 1) * frames);
      const mean = row.reduce((sum, value) => sum + value, 0) / frames;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (frames - 1);
      expect(mean).toBeCloseTo(0, 4);
      expect(variance).toBeCloseTo(1, 3);
    }
  });
  it('shows a tone in the band it is in', () => {
    // A second of 1 kHz, then a second of 4 kHz: the bands of each are high in its half.
    const sound = Float32Array.from(
      { length: 32_000 },
      (_, n) => 0.3 * Math.sin((2 * Math.PI * (n < 16_000 ? 1000 : 4000) * n) / 16_000),
    );
    const mel = new NemoMel().compute(sound);
    const means = (from: number, to: number): number[] =>
      Array.from({ length: 80 }, (_, j) => mel.subarray(j * 200 + from, j * 200 + to).reduce((a, b) => a + b, 0));
    const first = means(10, 90);
    const second = means(110, 190);
    const rises = first.map((value, j) => second[j]! - value);
    expect(rises.indexOf(Math.max(...rises))).toBeGreaterThan(40);
    expect(rises.indexOf(Math.min(...rises))).toBeLessThan(40);
  });
});

describe('the slot of Sortformer', () => {
  /** Mean of eight frames of the first bands, as probabilities. */
  const net = (speakers: number): Uint8Array =>
    writeOnnx({
      name: 'stand-in',
      inputs: [{ name: 'signal', dims: ['B', 80, 'T'] }],
      outputs: [{ name: 'probs', dims: ['B', 'F', speakers] }],
      nodes: [
        {
          op: 'Conv',
          inputs: ['signal', 'w'],
          outputs: ['c'],
          attributes: { kernel_shape: [8], strides: [8] },
        },
        { op: 'Sigmoid', inputs: ['c'], outputs: ['s'] },
        { op: 'Transpose', inputs: ['s'], outputs: ['probs'], attributes: { perm: [0, 2, 1] } },
      ],
      constants: [
        {
          name: 'w',
          dims: [speakers, 80, 8],
          data: Float32Array.from({ length: speakers * 640 }, (_, k) =>
            Math.floor(k / 8) % 80 === Math.floor(k / 640) ? 0.5 : 0,
          ),
        },
      ],
    });
  async function listen(speakers: number) {
    const { dir, pcmPath } = await writePcm(voiceLikePcm(4));
    folders.push(dir);
    const modelPath = path.join(dir, 'net.onnx');
    await writeFile(modelPath, net(speakers));
    return (await sortformer(localKernelContext(), { modelPath, pcmPath })).output;
  }
  it('gives four probabilities every 80 ms', async () => {
    const posterior = await listen(4);
    expect(posterior).toHaveLength(4 * 50);
    for (const value of posterior) expect(value >= 0 && value <= 1).toBe(true);
  });
  it('refuses a net of other speakers', async () => {
    await expect(listen(3)).rejects.toMatchObject({ data: { code: 'bad-input' } });
  });
});

describe('post-processing', () => {
  it('keeps what is published: pads, gaps and least durations', () => {
    // Speaker 0 from 0.8 to 1.6 s, a gap of 80 ms, to 2.4 s; speaker 1 for one frame only.
    const posterior = new Float32Array(4 * 50);
    for (let t = 10; t < 30; t++) if (t !== 20) posterior[4 * t] = 0.9;
    posterior[4 * 40 + 1] = 0.9;
    const [first, ...rest] = posteriorSpans(posterior, 4, 4, sortformerRules.dihard3);
    expect(first).toMatchObject({ label: 0, startSec: expect.closeTo(0.74, 6) as unknown, endSec: 2.4 });
    // 0.08 s and a pad of 0.06 s are more than 0.1 s.
    expect(rest.map(({ label }) => label)).toEqual([1]);
    expect(posteriorSpans(posterior, 4, 4, sortformerRules.callhome).map(({ label }) => label)).toEqual([0]);
  });
});
