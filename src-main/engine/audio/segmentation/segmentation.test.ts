import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { writeOnnx } from '#models/convert/onnx-writer.ts';
import { vectors } from '../../cluster/vectors.ts';
import { localKernelContext } from '../testing/local-kernels.ts';
import { writePcm } from '../testing/synthetic-pcm.ts';
import { reconstruct, speakerCount } from './aggregate.ts';
import { CHUNK_FRAMES, chunkCount, firstFrameOf, frameCountOf, frameMiddleSec } from './chunk-grid.ts';
import { localByVoice } from './local-by-voice.ts';
import { localItems } from './local-items.ts';
import { decodePowerset, POWERSET_OF_THREE } from './powerset.ts';
import { segmentation } from './segmentation-kernel.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

/** Windows in which the given frames have the given set of bits. */
function windows(...parts: readonly (readonly (readonly [from: number, to: number, set: number])[])[]): Uint8Array {
  const local = new Uint8Array(parts.length * CHUNK_FRAMES);
  parts.forEach((part, c) => {
    for (const [from, to, set] of part) local.fill(set, c * CHUNK_FRAMES + from, c * CHUNK_FRAMES + to);
  });
  return local;
}

describe('powerset', () => {
  it('is the class of the highest score', () => {
    const scores = [0, 1, 2, 3, 4, 5, 6].flatMap((best) => [0, 1, 2, 3, 4, 5, 6].map((c) => (c === best ? -0.1 : -3)));
    expect([...decodePowerset(scores)]).toEqual([0b000, 0b001, 0b010, 0b100, 0b011, 0b101, 0b110]);
  });
});

describe('the grid of windows', () => {
  it('covers the recording, the last window padded', () => {
    expect([0, 1, 160_000, 160_001, 176_000, 176_001].map((samples) => chunkCount(samples))).toEqual([
      0, 1, 1, 2, 2, 3,
    ]);
  });
  it('puts frames where pyannote does', () => {
    // 1 s is 59.26 frames of 270 samples.
    expect([0, 1, 2, 27].map((chunk) => firstFrameOf(chunk))).toEqual([0, 59, 119, 1600]);
    expect(frameCountOf(2)).toBe(59 + CHUNK_FRAMES);
    expect(frameMiddleSec(0)).toBeCloseTo(0.030_97, 5);
    expect(frameMiddleSec(1) - frameMiddleSec(0)).toBeCloseTo(0.016_875, 9);
  });
});

describe('the number of speakers', () => {
  it('is the mean over windows, rounded to even at the half', () => {
    // Frame 100 is heard by both: two and one speakers; frame 200: one and none; frame 300: two and two.
    const local = windows(
      [
        [100, 101, 0b011],
        [200, 201, 0b001],
        [300, 301, 0b110],
      ],
      [
        [100 - 59, 101 - 59, 0b100],
        [300 - 59, 301 - 59, 0b011],
      ],
    );
    const count = speakerCount(local);
    expect([count[100], count[200], count[300], count[400]]).toEqual([2, 0, 2, 0]);
    expect(speakerCount(local, 1)[300]).toBe(1);
  });
});

describe('reconstruct', () => {
  it('keeps as many of the most heard speakers as speak at once', () => {
    const local = windows([[10, 20, 0b011]], [[0, 20, 0b001]], [[0, 20, 0b001]]);
    // Of window 0 speaker 0 is A and 1 is B; of windows 1 and 2 speaker 0 is B.
    const labels = [0, 1, -2, 1, -2, -2, 1, -2, -2];
    const count = new Uint8Array(frameCountOf(3)).fill(1);
    const { active, sums } = reconstruct(local, labels, 2, count);
    expect([sums[15 * 2], sums[15 * 2 + 1]]).toEqual([1, 1]);
    expect([...active.subarray(15 * 2, 16 * 2)]).toEqual([1, 0]);
    expect([...active.subarray(62 * 2, 63 * 2)]).toEqual([0, 1]);
    count.fill(2);
    expect([...reconstruct(local, labels, 2, count).active.subarray(15 * 2, 16 * 2)]).toEqual([1, 1]);
  });
  it('never has more speakers than count says, whoever is called what', () => {
    const cases = fc.record({
      sets: fc.array(fc.constantFrom(...POWERSET_OF_THREE), { minLength: 3, maxLength: 3 }),
      labels: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 9, maxLength: 9 }),
      order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    });
    fc.assert(
      fc.property(cases, ({ sets, labels, order }) => {
        const local = windows(...sets.map((set) => [[0, CHUNK_FRAMES, set]] as const));
        const count = speakerCount(local);
        const { active, sums } = reconstruct(local, labels, 3, count);
        const renamed = reconstruct(
          local,
          labels.map((label) => (label < 0 ? label : order[label]!)),
          3,
          count,
        );
        for (let t = 0; t < count.length; t += 37) {
          expect(active[3 * t]! + active[3 * t + 1]! + active[3 * t + 2]!).toBeLessThanOrEqual(count[t]!);
          for (let s = 0; s < 3; s++) expect(renamed.sums[3 * t + order[s]!]).toBe(sums[3 * t + s]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('local speakers', () => {
  it('lend their voice from where they speak alone, if that is long enough', () => {
    const [long, short, ...rest] = localItems(
      windows([
        [0, 200, 0b001],
        [200, 300, 0b011],
        [300, 310, 0b010],
      ]),
    );
    expect(rest).toEqual([]);
    expect(long!.mask.reduce((sum, value) => sum + value, 0)).toBe(200);
    expect(long!.solid).toBe(true);
    // 10 frames alone are too few: the overlapped ones are taken as well.
    expect(short!.mask.reduce((sum, value) => sum + value, 0)).toBe(110);
    expect(short!.solid).toBe(false);
  });
});

describe('the slot of segmentation-3.0', () => {
  /** A net whose class is eight times the sample in the middle of each frame. */
  const net = (classes: number): Uint8Array =>
    writeOnnx({
      name: 'stand-in',
      inputs: [{ name: 'x', dims: ['B', 1, 'N'] }],
      outputs: [{ name: 'y', dims: ['B', 'F', classes] }],
      nodes: [
        { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['c'], attributes: { kernel_shape: [991], strides: [270] } },
        { op: 'Transpose', inputs: ['c'], outputs: ['y'], attributes: { perm: [0, 2, 1] } },
      ],
      constants: [
        {
          name: 'w',
          dims: [classes, 1, 991],
          data: Float32Array.from({ length: classes * 991 }, (_, k) =>
            k % 991 === 495 ? 16 * Math.floor(k / 991) : 0,
          ),
        },
        { name: 'b', dims: [classes], data: Float32Array.from({ length: classes }, (_, c) => -c * c) },
      ],
    });
  async function decode(classes: number): Promise<Float32Array> {
    const sound = Int16Array.from({ length: 12 * 16_000 }, (_, n) => 4096 * (Math.floor(n / 16_000) % 7));
    const { dir, pcmPath } = await writePcm(sound);
    folders.push(dir);
    const modelPath = path.join(dir, 'net.onnx');
    await writeFile(modelPath, net(classes));
    const input = { modelPath, pcmPath, firstChunk: 1, endChunk: 3, hopSamples: 16_000 };
    return (await segmentation(localKernelContext(), input)).output;
  }
  it('decodes each window of 10 s', async () => {
    const local = await decode(7);
    expect(local).toHaveLength(2 * CHUNK_FRAMES);
    // Window 1 begins with second 1 of the recording: class 1, then 2, …; in its last second class 3 of second 10.
    const at = (chunk: number, sec: number): number => local[(chunk - 1) * CHUNK_FRAMES + Math.round(sec / 0.016_875)]!;
    expect([0.5, 1.5, 2.5, 3.5, 4.5, 5.5].map((sec) => at(1, sec))).toEqual([0b001, 0b010, 0b100, 0b011, 0b101, 0b110]);
    expect(at(1, 9.5)).toBe(0b100);
    expect(at(2, 0.5)).toBe(0b010);
  });
  it('refuses a net of other classes', async () => {
    await expect(decode(3)).rejects.toMatchObject({ data: { code: 'bad-input' } });
  });
});

describe('what stands for it', () => {
  it('gives frames of speech to the voice next to them, and two in overlap', () => {
    const axes = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    const times = Array.from({ length: 24 }, (_, k) => 0.5 * k);
    const rows = vectors(Float32Array.from(times.flatMap((sec) => axes[sec < 6 ? 0 : 1]!)), 3);
    const timed = { rows, startSec: times, endSec: times.map((sec) => sec + 0.5) };
    const local = localByVoice(
      chunkCount(12 * 16_000),
      timed,
      timed,
      [
        { startSec: 0, endSec: 5 },
        { startSec: 6, endSec: 12 },
      ],
      [{ startSec: 7, endSec: 8 }],
    );
    const at = (sec: number): number => local[Math.round(sec / 0.016_875)]!;
    expect([at(2), at(5.5), at(6.5), at(7.5), at(9)]).toEqual([0b001, 0, 0b010, 0b011, 0b010]);
    // Window 2 begins at 2 s.
    expect(local[2 * CHUNK_FRAMES]).toBe(0b001);
    expect(localByVoice(0, timed, timed, [], [])).toHaveLength(0);
  });
});
