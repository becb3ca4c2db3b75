import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { frameIndexAt, isVariableRate } from '#shared/media/frame-table.ts';
import { readFrameTable } from './frame-table.ts';
import { probeMedia } from './probe.ts';
import { makeMedia, scratchFolder, testTools, type MediaName } from './testing/make-media.ts';

async function table(name: MediaName): Promise<Float64Array> {
  const tools = await testTools();
  const file = await makeMedia(name);
  return readFrameTable(tools, file, await probeMedia(tools, file));
}

test.each<[name: MediaName, frames: number, first: number]>([
  ['flash-click.mp4', 100, 0],
  ['video-300ms-late.mp4', 100, 0.3],
  ['starts-at-500ms.mkv', 100, 0.5],
  ['fragmented.mp4', 100, 0],
  ['flash-click.webm', 100, 0.007],
  // Containers that time only some packets, or only in decoding order.
  ['flash-click.mpg', 100, 0.01],
  ['flash-click.ts', 100, 0.021],
  ['flash-click.avi', 100, 0],
])('%s: %d frames from %d s on, 40 ms apart', async (name, frames, first) => {
  const times = await table(name);
  expect(times).toHaveLength(frames);
  expect(times[0]).toBeCloseTo(first, 2);
  times.forEach((time, index) => expect(Math.abs(time - (times[0]! + index / 25))).toBeLessThan(0.002));
  expect(isVariableRate(times)).toBe(false);
  expect(frameIndexAt(times, times[50]! + 0.02)).toBe(50);
});

test('frames before an edit list’s start are not shown and not listed', async () => {
  const times = await table('edit-list.mp4');
  expect(times[0]).toBe(0);
  expect(times).toHaveLength(87);
});

test('uneven frames keep their own times', async () => {
  const times = await table('variable-rate.mp4');
  expect(isVariableRate(times)).toBe(true);
  expect(times[59]).toBeCloseTo(59 / 30, 3);
  expect(times.at(-1)! - times.at(-2)!).toBeCloseTo(4 / 30, 3);
  times.forEach((time, index) => index > 0 && expect(time).toBeGreaterThan(times[index - 1]!));
});

test('sound alone has no frames, a cover picture neither', async () => {
  expect(await table('tone.wav')).toHaveLength(0);
  expect(await table('cover.mp3')).toHaveLength(0);
});

test('stops on cancel; a file that is no longer video is named', async () => {
  const tools = await testTools();
  const file = await makeMedia('picture.mp4');
  const probe = await probeMedia(tools, file);
  await expect(readFrameTable(tools, file, probe, AbortSignal.abort())).rejects.toMatchObject({
    data: { code: 'cancelled' },
  });
  const { folder, remove } = await scratchFolder();
  const replaced = path.join(folder, 'replaced.mp4');
  await copyFile(await makeMedia('tone.wav'), replaced);
  await expect(
    readFrameTable(tools, replaced, { ...probe, video: [{ ...probe.video[0]!, index: 3 }] }),
  ).rejects.toMatchObject({ data: { code: 'bad-input', file: replaced } });
  await remove();
});
