import { chmod, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MediaChoice } from '#shared/domain/media.ts';
import { chosenAudio, streamPcm, undecodedShare } from './pcm.ts';
import { probeMedia } from './probe.ts';
import { allPcm, flashes, onsets, wholeFile } from './testing/flash-click.ts';
import {
  bitFlippedCopy,
  copyAs,
  makeMedia,
  scratchFolder,
  testTools,
  truncatedCopy,
  type MediaName,
} from './testing/make-media.ts';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await scratchFolder());
});
afterEach(() => remove());

async function sourceOf(file: string, choice: Partial<MediaChoice> = {}) {
  return { path: file, probe: await probeMedia(await testTools(), file), choice: { ...wholeFile, ...choice } };
}
async function decode(name: MediaName, choice: Partial<MediaChoice> = {}) {
  return allPcm(await testTools(), await sourceOf(await makeMedia(name), choice));
}
/** Share of a tone in the samples: amplitude of its sine, 0..1. */
function tone(samples: Int16Array, hz: number): number {
  let [re, im] = [0, 0];
  samples.forEach((value, i) => {
    re += (value / 32_768) * Math.cos((2 * Math.PI * hz * i) / 16_000);
    im += (value / 32_768) * Math.sin((2 * Math.PI * hz * i) / 16_000);
  });
  return (2 * Math.hypot(re, im)) / samples.length;
}

describe('flash and click', () => {
  // Container's time of each pair: where both streams begin together they must meet; where one was shifted, by so much.
  test.each<[name: MediaName, firstFlash: number, clickMinusFlash: number]>([
    ['flash-click.mp4', 1, 0],
    ['fragmented.mp4', 1, 0],
    ['audio-300ms-late.mp4', 1, 0.3],
    ['audio-300ms-late.mkv', 1, 0.3],
    ['video-300ms-late.mp4', 1.3, -0.3],
    ['edit-list.mp4', 0.48, 0.02],
    ['starts-at-500ms.mp4', 1.5, 0],
    ['starts-at-500ms.mkv', 1.5, 0],
    ['negative-audio.mkv', 1.222, -0.2],
    ['flash-click.webm', 1.007, 0],
    ['flash-click.mpg', 1.01, 0],
    ['flash-click.ts', 1.021, 0],
    ['flash-click.flv', 1.021, 0],
    ['flash-click.avi', 1, 0],
    ['audio-gap.mkv', 1, 0],
  ])('%s: within 20 ms of each other at the frame table’s times', async (name, firstFlash, clickMinusFlash) => {
    const tools = await testTools();
    const source = await sourceOf(await makeMedia(name));
    const seen = await flashes(tools, source.path, source.probe);
    const { samples } = await allPcm(tools, source);
    const heard = onsets(samples);
    expect(seen).toHaveLength(3);
    expect(heard).toHaveLength(3);
    expect(Math.abs(seen[0]! - firstFlash)).toBeLessThan(0.02);
    heard.forEach((sec, index) => expect(Math.abs(sec - seen[index]! - clickMinusFlash)).toBeLessThan(0.02));
  });

  test.each<MediaName>(['click.wav', 'click.mp3', 'click.opus', 'click.ogg', 'click.flac', 'click.m4a'])(
    '%s: clicks at 1, 2 and 3 s, encoder delay not counted',
    async (name) => {
      const { samples } = await decode(name);
      onsets(samples).forEach((sec, index) => expect(Math.abs(sec - index - 1)).toBeLessThan(0.002));
    },
  );
});

describe('channels and streams', () => {
  test('the mix is the mean of two; one channel can be chosen', async () => {
    const [mix, left, right] = await Promise.all([
      decode('left-right.wav'),
      decode('left-right.wav', { channel: 0 }),
      decode('left-right.wav', { channel: 1 }),
    ]);
    expect(tone(mix.samples, 440)).toBeCloseTo(0.25, 2);
    expect(tone(mix.samples, 880)).toBeCloseTo(0.125, 2);
    expect(tone(left.samples, 440)).toBeCloseTo(0.5, 2);
    expect(tone(left.samples, 880)).toBeCloseTo(0, 2);
    expect(tone(right.samples, 880)).toBeCloseTo(0.25, 2);
    expect(tone(right.samples, 440)).toBeCloseTo(0, 2);
  });

  test('surround keeps the centre, where films put speech, and leaves the subwoofer out', async () => {
    const { samples } = await decode('surround.m4a');
    expect(tone(samples, 440)).toBeGreaterThan(0.12);
    expect(tone(samples, 50)).toBeLessThan(0.002);
  });

  test('eight microphones are averaged, not taken for a cinema', async () => {
    expect(tone((await decode('eight-microphones.wav')).samples, 440)).toBeCloseTo(0.1, 2);
  });

  test('another stream by its number; one that is not there is named', async () => {
    const second = await decode('two-audio.mkv', { audioStream: 2 });
    expect(tone(second.samples, 880)).toBeGreaterThan(0.1);
    expect(tone(second.samples, 440)).toBeLessThan(0.01);
    const source = await sourceOf(await makeMedia('two-audio.mkv'), { audioStream: 7 });
    expect(() => chosenAudio(source)).toThrow('no audio stream number 7');
    await expect(decode('left-right.wav', { channel: 2 })).rejects.toMatchObject({ data: { code: 'bad-input' } });
  });

  test('8 kHz comes out at 16 kHz', async () => {
    const { samples } = await decode('tone-8khz.wav');
    expect(samples).toHaveLength(48_000);
    expect(tone(samples, 440)).toBeGreaterThan(0.1);
  });
});

describe('parts', () => {
  test.each<MediaName>([
    'click.wav',
    'click.mp3',
    'flash-click.mp4',
    'flash-click.webm',
    'flash-click.ts',
    'flash-click.mpg',
  ])('%s: a range is that part of the whole, in the file’s own time', async (name) => {
    const whole = await decode(name);
    const part = await decode(name, { range: { startSec: 1.5, endSec: 3.25 } });
    expect(part.startSample).toBe(24_000);
    expect(part.samples).toHaveLength(28_000);
    const expected = onsets(whole.samples).filter((sec) => sec >= 1.5 && sec < 3.25);
    expect(expected).toHaveLength(2);
    onsets(part.samples, part.startSample).forEach((sec, i) =>
      expect(Math.abs(sec - expected[i]!)).toBeLessThan(0.002),
    );
    expect(part.result.expectedSec).toBeCloseTo(1.75, 3);
    expect(part.result.decodedSec).toBeCloseTo(1.75, 2);
    expect(part.result.warnings).toEqual([]);
  });

  test('a range beyond the end gives what there is; one without length is refused', async () => {
    const { samples, result } = await decode('click.wav', { range: { startSec: 3, endSec: 90 } });
    expect(samples).toHaveLength(16_000);
    expect(result.expectedSec).toBeCloseTo(1);
    await expect(decode('click.wav', { range: { startSec: 2, endSec: 2 } })).rejects.toMatchObject({
      data: { code: 'bad-input' },
    });
  });
});

describe('damage', () => {
  test('a sound file gives all it promises, without a warning', async () => {
    for (const name of ['picture.mp4', 'cover.mp3', 'click.flac', 'hevc.mkv', 'mpeg4.avi', 'silence.wav'] as const) {
      const { result } = await decode(name);
      expect(result.warnings, name).toEqual([]);
      expect(undecodedShare(result.decodedSec, result.expectedSec), name).toBe(0);
    }
  });

  test('a pause in the recording becomes silence and is told', async () => {
    const { result, samples } = await decode('audio-gap.mkv');
    expect(result.gapSec).toBeCloseTo(0.5, 1);
    expect(result.warnings).toEqual([expect.stringMatching(/pauses for 0\.5 s/)]);
    expect(samples.length / 16_000).toBeCloseTo(4, 1);
    expect(undecodedShare(result.decodedSec, result.expectedSec)).toBe(0);
  });

  test('a file cut in half decodes to its half and says how much is missing', async () => {
    const file = await truncatedCopy('picture.mp4', 0.55, path.join(folder, 'half.mp4'));
    const { result } = await allPcm(await testTools(), await sourceOf(file));
    expect(result.decodedSec).toBeGreaterThan(0.5);
    expect(result.decodedSec).toBeLessThan(2.2);
    expect(result.warnings[0]).toMatch(/^\d+ % of the audio could not be decoded/);
  });

  test.each<MediaName>(['click.wav', 'flash-click.webm', 'click.mp3', 'audio-300ms-late.mkv'])(
    '%s cut in half: the share that is missing is told',
    async (name) => {
      const file = await truncatedCopy(name, 0.5, path.join(folder, `cut${path.extname(name)}`));
      const { result } = await allPcm(await testTools(), await sourceOf(file));
      expect(undecodedShare(result.decodedSec, result.expectedSec)).toBeCloseTo(0.5, 0);
      expect(result.warnings[0]).toMatch(/^\d\d % of the audio could not be decoded/);
    },
  );

  test('flipped bits: the rest stays at its time', async () => {
    const file = await bitFlippedCopy('click.mp3', 1500, path.join(folder, 'flipped.mp3'), 3000);
    const { samples, result } = await allPcm(await testTools(), await sourceOf(file));
    expect(samples.length / 16_000).toBeCloseTo(4, 1);
    expect(result.expectedSec).toBeCloseTo(4, 1);
  });

  test('nothing decodable is an error with file and way out', async () => {
    const file = await bitFlippedCopy('click.flac', 3, path.join(folder, 'dead.flac'), 3000);
    const source = await sourceOf(file);
    const outcome = await allPcm(await testTools(), source).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject({ data: { code: 'bad-input', file, fix: expect.any(String) as string } });
    } else {
      expect((outcome as { result: { warnings: string[] } }).result.warnings).not.toEqual([]);
    }
  });

  test('a killed ffmpeg is a crash, never a short file', async () => {
    const real = await testTools();
    const ffmpegPath = path.join(folder, 'ffmpeg');
    const script = `#!/bin/sh\ncase "$*" in *-codecs*) exec '${real.ffmpegPath}' "$@";; esac\n'${real.ffmpegPath}' "$@" | head -c 50000\nkill -9 $$\n`;
    await writeFile(ffmpegPath, script);
    await chmod(ffmpegPath, 0o755);
    const source = await sourceOf(await makeMedia('click.wav'));
    await expect(allPcm({ ...real, ffmpegPath }, source)).rejects.toMatchObject({
      data: { code: 'crashed', file: source.path },
    });
  });

  test('a picture without sound says so', async () => {
    await expect(decode('silent.mp4')).rejects.toMatchObject({
      data: { code: 'bad-input', message: 'The file has no audio stream.' },
    });
  });

  test('a file that went away is not found', async () => {
    const file = await copyAs('tone.wav', path.join(folder, 'a.wav'));
    const source = await sourceOf(file);
    await rm(file);
    await expect(allPcm(await testTools(), source)).rejects.toMatchObject({ data: { code: 'not-found', file } });
  });
});

describe('the stream', () => {
  test('comes in chunks of a second, held back by a slow reader, with progress up to 1', async () => {
    const source = await sourceOf(await makeMedia('click.wav'));
    const sizes: number[] = [];
    const shares: number[] = [];
    let busy = 0;
    await streamPcm(await testTools(), source, {
      onChunk: async (samples) => {
        expect(++busy).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        busy--;
        sizes.push(samples.length);
      },
      onProgress: (share) => shares.push(share),
    });
    expect(sizes).toEqual([16_000, 16_000, 16_000, 16_000]);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  test('stops on cancel', async () => {
    const abort = new AbortController();
    const run = streamPcm(await testTools(), await sourceOf(await makeMedia('click.wav')), {
      signal: abort.signal,
      onChunk: () => abort.abort(),
    });
    await expect(run).rejects.toMatchObject({ data: { code: 'cancelled' } });
  });

  test('is the same every time', async () => {
    const [first, second] = await Promise.all([decode('flash-click.mp4'), decode('flash-click.mp4')]);
    expect(first).toEqual(second);
  });

  test('silence is no error', async () => {
    const { samples } = await decode('silence.wav');
    expect(samples).toHaveLength(32_000);
    expect(samples.every((value) => value === 0)).toBe(true);
  });
});

test('a missing quarter second, or one in two thousand, is a container’s rounding', () => {
  expect(undecodedShare(99.8, 100)).toBe(0);
  expect(undecodedShare(101, 100)).toBe(0);
  expect(undecodedShare(0, 0)).toBe(0);
  expect(undecodedShare(90, 100)).toBeCloseTo(0.1);
  expect(undecodedShare(0, 10)).toBe(1);
});
