import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MediaProbe } from '#shared/domain/media.ts';
import { mediaProbeSchema } from '#shared/domain/media.ts';
import { probeMedia } from './probe.ts';
import { runTool } from './run-tool.ts';
import {
  bitFlippedCopy,
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

async function probe(name: MediaName): Promise<MediaProbe> {
  return mediaProbeSchema.strict().parse(await probeMedia(await testTools(), await makeMedia(name)));
}
async function ffmpeg(...args: string[]): Promise<void> {
  const outcome = await runTool((await testTools()).ffmpegPath, ['-nostdin', '-v', 'error', '-y', ...args]);
  expect(outcome.exitCode, outcome.stderrTail).toBe(0);
}
const badInput = (file: string, message: RegExp): object => ({
  data: {
    code: 'bad-input',
    file,
    message: expect.stringMatching(message) as string,
    fix: expect.any(String) as string,
  },
});

describe('what a file holds', () => {
  test('picture and sound', async () => {
    const found = await probe('picture.mp4');
    expect(found.container).toContain('mp4');
    expect(found.durationSec).toBeCloseTo(3, 1);
    expect(found.audio).toEqual([
      { index: 1, codec: 'aac', sampleRateHz: 48_000, channels: 1, startSec: 0, durationSec: 3, language: null },
    ]);
    expect(found.video).toEqual([
      {
        ...{ index: 0, codec: 'h264', profile: 'High', pixelFormat: 'yuv420p', widthPx: 320, heightPx: 240 },
        ...{ rotationDeg: 0, frameRate: 25, variableFrameRate: false, startSec: 0, durationSec: 3 },
      },
    ]);
    expect(found.attachedPictures).toBe(0);
  });

  test('a cover picture is not video', async () => {
    expect(await probe('cover.mp3')).toMatchObject({ video: [], attachedPictures: 1, audio: [{ codec: 'mp3' }] });
  });

  test('rotation is clockwise', async () => {
    expect((await probe('rotated.mp4')).video[0]!.rotationDeg).toBe(90);
  });

  test('variable frame rate is seen, a steady one not mistaken for it', async () => {
    expect((await probe('variable-rate.mp4')).video[0]!.variableFrameRate).toBe(true);
    for (const name of [
      'flash-click.webm',
      'mpeg4.avi',
      'flash-click.mpg',
      'flash-click.ts',
      'edit-list.mp4',
    ] as const) {
      expect((await probe(name)).video[0]!.variableFrameRate, name).toBe(false);
    }
  });

  test('several audio streams, with languages and each its own length', async () => {
    expect((await probe('two-audio.mkv')).audio).toMatchObject([
      { index: 1, language: null, durationSec: expect.closeTo(3, 1) as number },
      { index: 2, language: 'fra', durationSec: expect.closeTo(3, 1) as number },
    ]);
  });

  test('sound alone, picture alone, surround', async () => {
    expect(await probe('silent.mp4')).toMatchObject({ audio: [], video: [{ codec: 'h264' }] });
    expect(await probe('tone-8khz.wav')).toMatchObject({ video: [], audio: [{ sampleRateHz: 8000 }] });
    expect((await probe('surround.m4a')).audio[0]!.channels).toBe(6);
    expect((await probe('hevc.mkv')).video[0]!.codec).toBe('hevc');
    expect((await probe('av1.mkv')).video[0]!.codec).toBe('av1');
  });

  test('MPEG-TS, whose channel name makes a static ffprobe load character sets', async () => {
    expect(await probe('flash-click.ts')).toMatchObject({ container: 'mpegts', video: [{ codec: 'h264' }] });
  });

  test('a length that the container only guesses is measured', async () => {
    expect((await probe('click.aac')).durationSec).toBeCloseTo(4.03, 1);
    const open = path.join(folder, 'open.webm');
    const { ffmpegPath } = await testTools();
    // As browsers' recorders write it: to a pipe, without going back to fill in the length.
    await writeFile(
      open,
      execFileSync(ffmpegPath, [
        '-v',
        'error',
        '-i',
        await makeMedia('flash-click.webm'),
        '-c',
        'copy',
        '-f',
        'webm',
        'pipe:1',
      ]),
    );
    expect((await probeMedia(await testTools(), open)).durationSec).toBeCloseTo(4, 1);
  });
});

describe('time zero is where Chromium has it (docs/adr/0020)', () => {
  test.each<[MediaName, number]>([
    ['flash-click.mp4', 0],
    ['audio-300ms-late.mp4', 0],
    ['audio-300ms-late.mkv', 0],
    ['video-300ms-late.mp4', 0],
    ['edit-list.mp4', 0],
    ['starts-at-500ms.mp4', 0],
    ['starts-at-500ms.mkv', 0],
    ['flash-click.webm', 0],
    ['click.opus', 0],
    ['click.wav', 0],
    ['click.mp3', 0.023],
    ['click-no-header.mp3', 0],
    ['negative-audio.mkv', -0.222],
    ['flash-click.mpg', 0.53],
    ['flash-click.ts', 1.459],
  ])('%s: %d', async (name, sec) => {
    expect((await probe(name)).timeZeroSec).toBeCloseTo(sec, 2);
  });

  test('the length counts from it', async () => {
    expect((await probe('starts-at-500ms.mp4')).durationSec).toBeCloseTo(4.5, 1);
    expect((await probe('starts-at-500ms.mkv')).durationSec).toBeCloseTo(4.5, 1);
    expect((await probe('flash-click.ts')).durationSec).toBeCloseTo(4, 1);
  });
});

describe('what is refused, with file, cause and way out', () => {
  const refused = async (file: string, message: RegExp): Promise<void> => {
    await expect(probeMedia(await testTools(), file)).rejects.toMatchObject(badInput(file, message));
  };

  test('an empty file, text, a folder, a pipe, a device', async () => {
    const empty = path.join(folder, 'empty.mp4');
    await writeFile(empty, '');
    await refused(empty, /empty \(0 bytes\)/);
    const text = path.join(folder, 'text.mp4');
    await writeFile(text, 'once upon a time');
    await refused(text, /not a media file/);
    const noise = path.join(folder, 'noise.mp4');
    await writeFile(noise, Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)));
    await refused(noise, /not a media file/);
    await refused(folder, /a folder/);
    execFileSync('mkfifo', [path.join(folder, 'pipe.mp4')]);
    await refused(path.join(folder, 'pipe.mp4'), /a pipe/);
    await refused('/dev/null', /a device/);
    await expect(probeMedia(await testTools(), path.join(folder, 'gone.mp4'))).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
  });

  test('an MP4 cut off before its index says so', async () => {
    await refused(await truncatedCopy('flash-click.mp4', 0.3, path.join(folder, 'cut.mp4')), /cut off: its index/);
    await refused(await truncatedCopy('click.flac', 0.3, path.join(folder, 'cut.flac')), /cut off before/);
  });

  test('pictures and subtitles without sound or movement', async () => {
    const subtitles = path.join(folder, 'subtitles.mkv');
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'color=red:s=16x16:d=0.04',
      '-frames:v',
      '1',
      '-f',
      'image2',
      path.join(folder, 'a.png'),
    );
    await refused(path.join(folder, 'a.png'), /not a media file/);
    await writeFile(path.join(folder, 'a.srt'), '1\n00:00:00,000 --> 00:00:01,000\nhello\n');
    await refused(path.join(folder, 'a.srt'), /not a media file/);
    await ffmpeg('-i', path.join(folder, 'a.srt'), '-c:s', 'srt', subtitles);
    await refused(subtitles, /neither sound nor moving pictures/);
  });

  test('more than 32 streams, more than 8192 pixels', async () => {
    const many = path.join(folder, 'many.mkv');
    const tone = await makeMedia('tone-300ms.wav');
    await ffmpeg('-i', tone, ...Array.from({ length: 33 }, () => ['-map', '0']).flat(), '-c', 'copy', many);
    await refused(many, /32 streams/);
    const wide = path.join(folder, 'wide.mkv');
    await ffmpeg('-f', 'lavfi', '-i', 'color=red:s=8200x16:d=0.04', '-c:v', 'ffv1', wide);
    await refused(wide, /8192 pixels/);
  });
});

test('damaged bytes end in a probe or in an AppError', async () => {
  const tools = await testTools();
  for (const [index, name] of (
    ['picture.mp4', 'flash-click.webm', 'cover.mp3', 'flash-click.ts', 'click.flac'] as const
  ).entries()) {
    for (const every of [97, 997]) {
      const file = await bitFlippedCopy(name, every, path.join(folder, `${index}-${every}-${name}`), 0);
      const outcome = await probeMedia(tools, file).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toHaveProperty('data.file', file);
      else expect(mediaProbeSchema.safeParse(outcome).success).toBe(true);
    }
  }
});
