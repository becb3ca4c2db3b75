import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MediaItem } from '#shared/domain/media.ts';
import { findTools } from '#media/ffmpeg.ts';
import type { Host } from './host.ts';
import type { TestPlace } from './testing/test-host.ts';
import { testHost, testPlace } from './testing/test-host.ts';

let place: TestPlace;
let host: Host;
let file: string;
beforeEach(async () => {
  place = await testPlace();
  // MPEG-4 part 2 in AVI: nothing that Chromium plays.
  file = path.join(place.folder, 'old.avi');
  const { ffmpegPath } = await findTools();
  const input = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10:duration=1', '-i', place.wav, '-shortest'];
  const made = spawnSync(ffmpegPath, ['-y', ...input, '-c:v', 'mpeg4', '-c:a', 'pcm_s16le', file]);
  expect(made.status, String(made.stderr)).toBe(0);
  host = await testHost(place, { media: [file] });
});
afterEach(async () => {
  await host.close();
  await place.remove();
});

const value = async <T>(method: string, input: unknown): Promise<T> => {
  const result = await host.dispatch(method, input);
  if (!result.ok) throw new Error(result.error.message);
  return result.value as T;
};

describe('review copy of a file that Chromium cannot play', () => {
  it('is made in the background, told of, and then played in its place', async () => {
    const told: string[] = [];
    host.events.on((event) => event.type === 'media.changed' && told.push(String(event.mediaId)));
    const [item] = await value<MediaItem[]>('media.list', {});
    const sources = () =>
      value<{ playUrl: string | null; playsProxy: boolean; playNote: string | null }>('media.sources', {
        mediaId: item!.id,
      });
    const first = await sources();
    expect(first).toMatchObject({
      playUrl: null,
      playsProxy: true,
      playNote: expect.stringMatching(/review copy, \d+ %/) as string,
    });
    await expect.poll(async () => (await sources()).playUrl, { timeout: 20_000 }).toMatch(`/proxy/${item!.id}`);
    expect(told).toContain(item!.id);

    const { playUrl, playNote } = await sources();
    expect(playNote).toBeNull();
    const route = playUrl!.split('?', 1)[0]!;
    const answer = await host.respond({ method: 'HEAD', path: route, range: 'bytes=0-9' });
    expect([answer.status, answer.headers['Content-Type']]).toEqual([206, 'video/mp4']);
    // The copy serves on when the file itself is gone for a while.
    await rm(file);
    expect((await sources()).playUrl).toBe(playUrl);
  });
});
