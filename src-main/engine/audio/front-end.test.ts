import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LogMel, MEL_BANDS, melFrameCount, preEmphasise } from './log-mel.ts';
import { slidingNormalise, windowNormalise } from './mel-normalise.ts';
import { PcmReader } from './pcm-reader.ts';
import { voiceLikePcm, writePcm } from './testing/synthetic-pcm.ts';
import { levelGain, levelGainOf } from './voice-level.ts';

const vector = z.array(z.number()).length(MEL_BANDS);
const golden = z
  .object({
    v0: vector,
    v1: vector,
    v50: vector,
    v98: vector,
    window50: vector,
    sliding50: vector,
    frames: z.number(),
    sumOfAll: z.number(),
    levelGain: z.number(),
  })
  .parse(
    JSON.parse(await readFile(path.join(import.meta.dirname, 'fixtures/front-end-golden.json'), 'utf8')) as unknown,
  );

/** The signal of the test vector in models/diarist-voice/card.md. */
const signal = Float32Array.from(
  { length: 16_000 },
  (_, n) =>
    0.3 * Math.sin((2 * Math.PI * 220 * n) / 16_000) +
    0.1 * Math.sin((2 * Math.PI * 1500 * n) / 16_000) +
    (0.02 * ((7919 * n) % 1000)) / 1000 -
    0.01,
);
const bands = (mel: Float32Array, frame: number): number[] => [
  ...mel.subarray(frame * MEL_BANDS, (frame + 1) * MEL_BANDS),
];
function expectNear(actual: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(wanted.length);
  actual.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(tolerance));
}

describe('front end against the reference vectors of the training scripts', () => {
  const mel = new LogMel().fromEmphasised(preEmphasise(signal), melFrameCount(signal.length));
  it('makes the same log-mel frames', () => {
    expect(mel.length / MEL_BANDS).toBe(golden.frames);
    expectNear(bands(mel, 0), golden.v0, 1e-3);
    expectNear(bands(mel, 1), golden.v1, 1e-3);
    expectNear(bands(mel, 50), golden.v50, 1e-3);
    expectNear(bands(mel, 98), golden.v98, 1e-3);
    const sum = mel.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - golden.sumOfAll)).toBeLessThan(0.5);
  });
  it('normalises over a window', () => {
    expectNear(bands(windowNormalise(mel), 50), golden.window50, 1e-4);
  });
  it('normalises over sliding frames', () => {
    expectNear(bands(slidingNormalise(mel, 50, 51, 30), 0), golden.sliding50, 1e-4);
  });
  it('measures the level', () => {
    expect(levelGainOf(signal)).toBeCloseTo(golden.levelGain, 5);
  });
});

describe('front end of a file', () => {
  const samples = voiceLikePcm(9.37);
  let dir = '';
  let pcm: PcmReader;
  beforeAll(async () => {
    const written = await writePcm(samples);
    dir = written.dir;
    pcm = new PcmReader(written.pcmPath);
  });
  afterAll(async () => {
    pcm.close();
    await rm(dir, { recursive: true });
  });

  it('gives pieces that equal the whole', () => {
    const floats = Float32Array.from(samples, (value) => (0.7 * value) / 32_768);
    const count = melFrameCount(samples.length);
    const whole = new LogMel().fromEmphasised(preEmphasise(floats), count);
    for (const [first, frames] of [
      [0, 10],
      [313, 77],
      [count - 5, 5],
    ] as const) {
      const piece = new LogMel().fromFile(pcm, 0.7, first, frames);
      expectNear([...piece], [...whole.subarray(first * MEL_BANDS, (first + frames) * MEL_BANDS)], 1e-3);
    }
  });
  it('normalises pieces with margins like the whole', () => {
    const count = melFrameCount(samples.length);
    const mel = new LogMel().fromFile(pcm, 1, 0, count);
    const whole = slidingNormalise(mel, 0, count);
    const piece = slidingNormalise(mel.subarray(100 * MEL_BANDS, 700 * MEL_BANDS), 150, 450);
    expectNear([...piece], [...whole.subarray(250 * MEL_BANDS, 550 * MEL_BANDS)], 1e-4);
  });
  it('measures the level in one streamed pass', () => {
    expect(levelGain(pcm)).toBeCloseTo(levelGainOf(Float32Array.from(samples, (value) => value / 32_768)), 6);
  });
  it('reads silence beyond the ends', () => {
    const out = new Int16Array(8).fill(7);
    expect(pcm.readInt16(-4, out)).toBe(4);
    expect([...out.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(pcm.readInt16(samples.length + 10, out)).toBe(0);
    expect([...out]).toEqual(new Array(8).fill(0));
  });
});

it('leaves silence as it is', () => {
  expect(levelGainOf(new Float32Array(16_000))).toBe(1);
  expect(levelGainOf(new Float32Array(0))).toBe(1);
});
