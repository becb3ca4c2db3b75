import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { localKernelContext } from '../testing/local-kernels.ts';
import { writePcm } from '../testing/synthetic-pcm.ts';
import { webrtcTestSound } from './testing/test-sound.ts';
import { webrtcFrameCount, webrtcVad } from './webrtc-kernel.ts';
import { WebRtcVad } from './webrtc-vad.ts';
import type { WebRtcMode } from './webrtc-vad.ts';

/**
 * Decisions of the C code itself (webrtcvad 1.0.1 of npm, compiled without changes) on `webrtcTestSound`: lengths of runs,
 * the first one of frames without speech.
 */
const golden = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../fixtures/webrtc-golden.json'), 'utf8'),
) as Record<string, number[]>;

const folders: string[] = [];
afterEach(async () => {
  for (const dir of folders.splice(0)) await rm(dir, { recursive: true });
});

function runs(decisions: readonly boolean[]): number[] {
  const out = [0];
  let now = false;
  for (const decision of decisions) {
    if (decision === now) out[out.length - 1]!++;
    else out.push(1);
    now = decision;
  }
  return out;
}

describe('WebRtcVad', () => {
  const sound = webrtcTestSound();
  it.each(Object.keys(golden))('decides as the published code, mode and frame %s', (name) => {
    const [mode, millis] = name.split(' ').map(Number) as [WebRtcMode, number];
    const vad = new WebRtcVad(mode);
    const decisions: boolean[] = [];
    for (let at = 0; at + 16 * millis <= sound.length; at += 16 * millis) {
      decisions.push(vad.isSpeech(sound.subarray(at, at + 16 * millis)));
    }
    expect(runs(decisions)).toEqual(golden[name]);
  });
  it('lets less through in a stricter mode', () => {
    const speech = ([0, 1, 2, 3] as const).map((mode) => {
      const all = golden[`${mode} 30 ms`]!;
      return all.filter((_, k) => k % 2 === 1).reduce((sum, run) => sum + run, 0);
    });
    expect([...speech].sort((a, b) => b - a)).toEqual(speech);
    expect(speech[3]).toBeLessThan(speech[0]!);
  });
  it('hears nothing in digital silence', () => {
    const vad = new WebRtcVad(0);
    for (let k = 0; k < 100; k++) expect(vad.isSpeech(new Int16Array(480))).toBe(false);
  });
});

describe('the kernel', () => {
  it('reads the sound in blocks and leaves out a frame that ends with it', async () => {
    // Long enough for three blocks of reading.
    const sound = webrtcTestSound();
    const long = new Int16Array(5 * sound.length);
    for (let k = 0; k < 5; k++) long.set(sound, k * sound.length);
    const { dir, pcmPath } = await writePcm(long);
    folders.push(dir);
    const { output } = await webrtcVad(localKernelContext(), { pcmPath, mode: 3 });
    expect(output).toHaveLength(long.length / 480 - 1);
    const vad = new WebRtcVad(3);
    output.forEach((value, k) => expect(value).toBe(vad.isSpeech(long.subarray(480 * k, 480 * (k + 1))) ? 1 : 0));
  });
  it('takes sounds of any length', () => {
    expect([0, 1, 480, 481, 960, 961].map(webrtcFrameCount)).toEqual([0, 0, 0, 1, 1, 2]);
  });
});
