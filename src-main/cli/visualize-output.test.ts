import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DiarizedFile } from '#jobs/diarize-files.ts';
import { identifyFile } from '#media/identity.ts';
import { FrameStream } from '#media/frames.ts';
import { probeMedia } from '#media/probe.ts';
import { makeMedia, testTools, type MediaName } from '#media/testing/make-media.ts';
import { writeVideo } from './visualize-output.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'diarist-video-out-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const idle = { progress: { update: () => undefined, clear: () => undefined }, signal: new AbortController().signal };

async function diarized(name: MediaName, artifacts: Record<string, string | Uint8Array>) {
  const tools = await testTools();
  const mediaPath = await makeMedia(name);
  const refs = [];
  for (const [artifact, content] of Object.entries(artifacts)) {
    const where = path.join(dir, artifact);
    await writeFile(where, content);
    refs.push({ name: artifact, key: 'k', path: where, sizeBytes: content.length });
  }
  const file = {
    probe: await probeMedia(tools, mediaPath),
    identity: await identifyFile(mediaPath),
    result: { segments: [{ startSec: 0, endSec: 4, speaker: 'spk00', confidence: null }], artifacts: refs },
  } as unknown as DiarizedFile;
  const videoPath = path.join(dir, `${name}.visual.mp4`);
  const planned = { mediaPath, fileId: 'x', rttmPath: '', viaPath: '', videoPath, framesPath: null };
  return { tools, file, planned, videoPath };
}

it('draws what the stages of a job left in the cache', async () => {
  const rows = new Float32Array(15 * 100);
  for (let row = 0; row < 100; row++) rows.set([0.25, 0.25, 0.75, 0.75, 1], 15 * row);
  const { tools, file, planned, videoPath } = await diarized('flash-click.mp4', {
    faceTracks: new Uint8Array(rows.buffer),
    faceTrackIndex: JSON.stringify({
      frameRateHz: 25,
      tracks: [{ id: 0, firstFrame: 0, frameCount: 100, firstRow: 0 }],
    }),
    talking: new Uint8Array(new Float32Array(100).fill(0.9).buffer),
    avEvidence: JSON.stringify({ tracks: [{ id: 0, identity: null, speaker: 'spk00' }], segments: [] }),
  });
  expect(await writeVideo(planned, file, tools, idle)).toEqual({ path: videoPath, warnings: [] });
  const probe = await probeMedia(tools, videoPath);
  const frames = new FrameStream(
    tools,
    { path: videoPath, probe, choice: { range: null } },
    { maxWidthPx: 1280, maxHeightPx: 720 },
  );
  const { widthPx, pictureWidthPx, pictureHeightPx } = frames.size;
  for await (const { index, data } of frames) {
    // The first frames are black but for what is drawn: the box's left edge is light, its middle is not.
    if (index !== 10) continue;
    expect(data[(pictureHeightPx / 2) * widthPx + pictureWidthPx / 4]).toBeGreaterThan(110);
    expect(data[(pictureHeightPx / 2) * widthPx + pictureWidthPx / 2]).toBeLessThan(40);
    break;
  }
});

it('says so where there are no faces or no picture, and writes nothing without being asked', async () => {
  const heard = await diarized('flash-click.mp4', {});
  expect(await writeVideo(heard.planned, heard.file, heard.tools, idle)).toEqual({
    path: heard.videoPath,
    warnings: [expect.stringContaining('does not look at faces')],
  });
  const file = { ...heard.file, probe: { ...heard.file.probe, video: [] } };
  const before = await readdir(dir);
  expect(
    await writeVideo({ ...heard.planned, videoPath: path.join(dir, 'none.mp4') }, file, heard.tools, idle),
  ).toEqual({ path: null, warnings: [expect.stringContaining('no picture')] });
  expect(await writeVideo({ ...heard.planned, videoPath: null }, heard.file, heard.tools, idle)).toEqual({
    path: null,
    warnings: [],
  });
  expect(await readdir(dir)).toEqual(before);
});
