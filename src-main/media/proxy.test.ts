import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MediaChoice, MediaProbe } from '#shared/domain/media.ts';
import { isVariableRate } from '#shared/media/frame-table.ts';
import type { FfmpegTools } from './ffmpeg.ts';
import { readFrameTable } from './frame-table.ts';
import { probeMedia } from './probe.ts';
import { makeProxy, playability } from './proxy.ts';
import { allPcm, flashes, onsets, wholeFile } from './testing/flash-click.ts';
import { makeMedia, scratchFolder, testTools, truncatedCopy, type MediaName } from './testing/make-media.ts';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await scratchFolder());
});
afterEach(() => remove());

async function sourceOf(name: MediaName, choice: Partial<MediaChoice> = {}) {
  const file = await makeMedia(name);
  return { path: file, probe: await probeMedia(await testTools(), file), choice: { ...wholeFile, ...choice } };
}
async function proxyOf(name: MediaName, tools?: FfmpegTools) {
  const source = await sourceOf(name);
  const outPath = path.join(folder, 'proxy');
  const shares: number[] = [];
  const { mimeType } = await makeProxy(tools ?? (await testTools()), source, outPath, {
    onProgress: (s) => shares.push(s),
  });
  const probe = await probeMedia(await testTools(), outPath);
  return { source, outPath, mimeType, probe, shares };
}

describe('what plays as it is', () => {
  test.each<MediaName>([
    ...(['flash-click.mp4', 'fragmented.mp4', 'flash-click.webm', 'audio-300ms-late.mkv', 'rotated.mp4'] as const),
    ...([
      'silent.mp4',
      'click.wav',
      'click.mp3',
      'click.opus',
      'click.ogg',
      'click.flac',
      'click.m4a',
      'cover.mp3',
    ] as const),
    ...(['click.aac', 'av1.mkv', 'surround.m4a', 'variable-rate.mp4'] as const),
  ])('%s', async (name) => {
    expect(playability((await sourceOf(name)).probe)).toEqual({ plays: true, reason: null });
  });

  test.each<[MediaName, RegExp]>([
    ['flash-click.avi', /container avi/],
    ['flash-click.mpg', /container mpeg/],
    ['flash-click.ts', /container mpegts/],
    ['flash-click.flv', /container flv/],
    ['hevc.mkv', /video codec hevc/],
    ['negative-audio.mkv', /before zero/],
  ])('%s does not, and says why', async (name, reason) => {
    const found = playability((await sourceOf(name)).probe);
    expect(found.plays).toBe(false);
    expect(found.reason).toMatch(reason);
  });

  test('it depends on sound, pixel format, gaps and the stream chosen', async () => {
    const { probe } = await sourceOf('picture.mp4');
    const sound = (codec: string): MediaProbe => ({ ...probe, audio: [{ ...probe.audio[0]!, codec }] });
    expect(playability(sound('ac3')).reason).toMatch(/ac3/);
    expect(playability(sound('pcm_s16le')).plays).toBe(true);
    const ten: MediaProbe = { ...probe, video: [{ ...probe.video[0]!, pixelFormat: 'yuv422p10le' }] };
    expect(playability(ten).reason).toMatch(/yuv422p10le/);
    expect(playability(probe, { gapSec: 0.5 }).reason).toMatch(/gaps/);
    expect(playability({ ...probe, video: [] }, { gapSec: 0.5 }).plays).toBe(true);
    const choice: MediaChoice = { ...wholeFile, audioStream: 2 };
    expect(playability((await sourceOf('two-audio.mkv')).probe, { choice }).reason).toMatch(/stream chosen/);
  });
});

describe('the review copy', () => {
  test.each<[name: MediaName, clickMinusFlash: number]>([
    ['flash-click.mpg', 0],
    ['flash-click.ts', 0],
    ['flash-click.flv', 0],
    ['flash-click.avi', 0],
    ['audio-gap.mkv', 0],
    ['audio-300ms-late.mkv', 0.3],
    ['video-300ms-late.mp4', -0.3],
    ['starts-at-500ms.mkv', 0],
    ['negative-audio.mkv', -0.2],
    ['edit-list.mp4', 0.02],
  ])('%s: flash and click stay where the source has them, within 20 ms', async (name, clickMinusFlash) => {
    const tools = await testTools();
    const { source, outPath, mimeType, probe } = await proxyOf(name);
    expect(mimeType).toBe('video/mp4');
    expect(playability(probe)).toEqual({ plays: true, reason: null });
    expect(probe.timeZeroSec).toBe(0);
    const copySource = { path: outPath, probe, choice: wholeFile };
    const before = await flashes(tools, source.path, source.probe);
    const after = await flashes(tools, outPath, probe);
    const heard = await allPcm(tools, copySource);
    expect(heard.result.gapSec).toBeLessThan(0.03);
    const clicks = onsets(heard.samples);
    expect(after).toHaveLength(3);
    expect(clicks).toHaveLength(3);
    after.forEach((sec, index) => {
      expect(Math.abs(sec - before[index]!)).toBeLessThan(0.02);
      expect(Math.abs(clicks[index]! - sec - clickMinusFlash)).toBeLessThan(0.02);
    });
  });

  test('uneven frame times are kept', async () => {
    const tools = await testTools();
    const { source, outPath, probe } = await proxyOf('variable-rate.mp4');
    const before = await readFrameTable(tools, source.path, source.probe);
    const after = await readFrameTable(tools, outPath, probe);
    expect(isVariableRate(after)).toBe(true);
    // FFmpeg 4.1 gives the last picture no duration, so that an edit list may cut it off.
    expect(before.length - after.length).toBeLessThanOrEqual(1);
    after.forEach((time, index) => expect(Math.abs(time - before[index]!)).toBeLessThan(0.002));
  });

  test('HEVC becomes H.264; upright video stays upright; progress ends at 1', async () => {
    const { probe, shares } = await proxyOf('hevc.mkv');
    expect(probe).toMatchObject({ video: [{ codec: 'h264', pixelFormat: 'yuv420p' }], audio: [{ codec: 'aac' }] });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const turned = await proxyOf('rotated.mp4');
    expect(turned.probe.video[0]).toMatchObject({ widthPx: 240, heightPx: 320, rotationDeg: 0 });
  });

  test('sound alone becomes AAC, from the first sample on', async () => {
    const { probe, mimeType, outPath } = await proxyOf('click.flac');
    expect(mimeType).toBe('audio/mp4');
    expect(probe).toMatchObject({ video: [], audio: [{ codec: 'aac' }] });
    const { samples } = await allPcm(await testTools(), { path: outPath, probe, choice: wholeFile });
    onsets(samples).forEach((sec, index) => expect(Math.abs(sec - index - 1)).toBeLessThan(0.005));
  });

  test('without an H.264 encoder it is VP8 and Opus', async () => {
    const real = await testTools();
    const wrapper = path.join(folder, 'ffmpeg');
    const hide = `sed 's/(encoders: libx264[^)]*)/(encoders: h264_vaapi )/'`;
    const script = `#!/bin/sh\ncase "$*" in *-codecs*) '${real.ffmpegPath}' "$@" | ${hide};; *) exec '${real.ffmpegPath}' "$@";; esac\n`;
    await writeFile(wrapper, script);
    await chmod(wrapper, 0o755);
    const { probe, mimeType } = await proxyOf('flash-click.avi', { ...real, ffmpegPath: wrapper });
    expect(mimeType).toBe('video/webm');
    expect(probe).toMatchObject({ video: [{ codec: 'vp8' }], audio: [{ codec: 'opus' }] });
    expect(playability(probe).plays).toBe(true);
  });
});

describe('nothing half-made', () => {
  test('after a cancel nothing is left', async () => {
    const abort = new AbortController();
    const run = makeProxy(await testTools(), await sourceOf('mpeg4.avi'), path.join(folder, 'out', 'p.mp4'), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    setTimeout(() => abort.abort(), 150);
    await expect(run).rejects.toMatchObject({ data: { code: 'cancelled' } });
    expect(await readdir(path.join(folder, 'out'))).toEqual([]);
  });

  test('after a failure the old copy is still there', async () => {
    const source = await sourceOf('mpeg4.avi');
    const outPath = path.join(folder, 'p.mp4');
    await writeFile(outPath, 'old');
    const cut = await truncatedCopy('mpeg4.avi', 0.002, path.join(folder, 'cut.avi'));
    await expect(makeProxy(await testTools(), { ...source, path: cut }, outPath)).rejects.toMatchObject({
      data: { code: 'bad-input', file: cut },
    });
    expect((await readdir(folder)).sort()).toEqual(['cut.avi', 'p.mp4']);
  });

  test('ffmpeg ends when the process that started it is killed', async () => {
    const source = await sourceOf('mpeg4.avi');
    await mkdir(path.join(folder, 'out'));
    // An endless source: without the tie ffmpeg would go on for ever.
    const script = `
      import { runTool, transcodeArgs } from ${JSON.stringify(path.resolve(import.meta.dirname, 'ffmpeg.ts'))};
      import { describeProxy } from ${JSON.stringify(path.resolve(import.meta.dirname, 'proxy.ts'))};
      const source = ${JSON.stringify(source)};
      const args = transcodeArgs(source.path, ${JSON.stringify(path.join(folder, 'out', 'x'))}, (command) =>
        describeProxy(command, source, source.probe.video[0], null, { mimeType: 'video/mp4', format: 'mp4', video: ['-c:v', 'libx264'], audio: [] }),
        ['-re', '-stream_loop', '-1']);
      const run = runTool(${JSON.stringify((await testTools()).ffmpegPath)}, args, { onStdout: () => console.log('going') });
      await run;`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const { execFileSync } = await import('node:child_process');
    const running = (): string =>
      execFileSync('ps', ['-eo', 'pid,stat,args'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(path.join(folder, 'out')) && !/ Z/.test(line) && line.includes('-stream_loop'))
        .join('\n');
    expect(running()).not.toBe('');
    child.kill('SIGKILL');
    for (let wait = 0; wait < 100 && running() !== ''; wait++) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(running()).toBe('');
  });
});
