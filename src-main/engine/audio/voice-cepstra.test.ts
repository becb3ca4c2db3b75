import { rm } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { CEPSTRAL_SIZE, cepstralWindows } from './cepstral-windows.ts';
import { localKernelContext } from './testing/local-kernels.ts';
import { seededRandom, writePcm } from './testing/synthetic-pcm.ts';
import { BLOCK_SIZE, CEPSTRA, voiceCepstra } from './voice-cepstra-kernel.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

async function cepstra(samples: Int16Array, gain: number, firstMel = 0, endMel = Infinity): Promise<Float32Array> {
  const { dir, pcmPath } = await writePcm(samples);
  folders.push(dir);
  return (await voiceCepstra(localKernelContext(), { pcmPath, gain, firstMel, endMel })).output;
}

/** Two seconds of bright noise, two of dull noise, again and again. */
function twoSounds(seconds: number): Int16Array {
  const random = seededRandom(3);
  let memory = 0;
  return Int16Array.from({ length: seconds * 16_000 }, (_, n) => {
    const bright = random();
    memory = 0.9 * memory + bright;
    return Math.floor(n / 32_000) % 2 === 0 ? 6000 * bright : 3000 * memory;
  });
}

describe('cepstra of a recording', () => {
  it('are the same in pieces as in one', async () => {
    const samples = twoSounds(7);
    const whole = await cepstra(samples, 1);
    const pieces = [await cepstra(samples, 1, 0, 400), await cepstra(samples, 1, 400)];
    const joined = pieces.flatMap((piece) => [...piece]);
    expect(joined).toHaveLength(whole.length);
    joined.forEach((value, i) => expect(value).toBeCloseTo(whole[i]!, 3));
  });
  it('do not depend on the level, but the level does', async () => {
    const samples = twoSounds(3);
    const [soft, loud] = [await cepstra(samples, 8), await cepstra(samples, 32)];
    // The last block holds padding.
    for (let at = 0; at + BLOCK_SIZE < soft.length; at += BLOCK_SIZE) {
      expect(loud[at + 2 * CEPSTRA]! - soft[at + 2 * CEPSTRA]!).toBeCloseTo(40 * Math.log10(4), 1);
      for (let k = 0; k < CEPSTRA; k++) expect(loud[at + k]!).toBeCloseTo(soft[at + k]!, 1);
    }
  });
  it('tell two kinds of sound apart, window by window', async () => {
    const blocks = await cepstra(twoSounds(24), 1);
    const startSec = Array.from({ length: 12 }, (_, k) => 2 * k + 0.25);
    const rows = cepstralWindows(
      blocks,
      startSec,
      startSec.map((sec) => sec + 1.5),
    );
    const cosine = (i: number, j: number): number => {
      let sum = 0;
      for (let d = 0; d < CEPSTRAL_SIZE; d++) sum += rows[i * CEPSTRAL_SIZE + d]! * rows[j * CEPSTRAL_SIZE + d]!;
      return sum;
    };
    for (let i = 2; i < 12; i++) {
      expect(cosine(i, i)).toBeCloseTo(1, 5);
      // More like the window two before, of its own kind, than like the one before.
      expect(cosine(i, i - 2)).toBeGreaterThan(cosine(i, i - 1) + 0.3);
    }
  });
  it('answer for no windows, no sound and windows that are all alike', async () => {
    expect(cepstralWindows(new Float32Array(0), [], [])).toHaveLength(0);
    expect([...cepstralWindows(new Float32Array(0), [0], [1])].every((value) => value === 0)).toBe(true);
    const silence = await cepstra(new Int16Array(32_000), 1);
    expect([...cepstralWindows(silence, [0, 0.5], [0.5, 1])].every((value) => value === 0)).toBe(true);
  });
});
