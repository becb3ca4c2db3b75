import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BoxRows, FaceTracks } from '#shared/evidence/face-evidence.ts';
import { drawable, forDots, textWidth } from './bitmap-font.ts';
import { yuvOf } from './draw-yuv.ts';
import { frameSize, FrameStream } from './frames.ts';
import { probeMedia } from './probe.ts';
import { allPcm, flashes, onsets, wholeFile } from './testing/flash-click.ts';
import { makeMedia, testTools } from './testing/make-media.ts';
import { FindingsPainter, visualize } from './visualize.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'diarist-visual-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** One face for the first two seconds, in the middle third of the picture, that talks in the second one. */
function oneFace(): FaceTracks {
  const boxes = new BoxRows(50);
  for (let row = 0; row < 50; row++) boxes.set(row, 0.25, 0.25, 0.75, 0.75);
  const talking = Float32Array.from({ length: 50 }, (_, row) => (row < 25 ? 0 : 1));
  return new FaceTracks(
    { frameRateHz: 25, tracks: [{ id: 0, firstFrame: 0, frameCount: 50, firstRow: 0 }] },
    boxes,
    talking,
  );
}
const segments = [{ startSec: 1, endSec: 2, speaker: 'spk00', confidence: null }];
const findings = () => ({ segments, faces: oneFace(), speakerOfTrack: new Map([[0, 'spk00']]) });

describe('findings in a frame', () => {
  const size = frameSize({ widthPx: 320, heightPx: 240, rotationDeg: 0 }, 1280, 720);
  const painted = (frame: number): Uint8Array => {
    const data = new Uint8Array((size.widthPx * size.heightPx * 3) / 2).fill(128);
    new FindingsPainter(findings(), size).paint(data, frame);
    return data;
  };
  const lumaAt = (data: Uint8Array, x: number, y: number) => data[y * size.widthPx + x]!;

  it('lie on the edges of the box and leave the face alone', () => {
    const data = painted(10);
    const hue = yuvOf('#63aada', 240).y;
    for (const [x, y] of [
      [80, 120],
      [239, 120],
      [160, 179],
    ] as const) {
      expect(lumaAt(data, x, y)).toBe(hue);
    }
    expect(lumaAt(data, 160, 120)).toBe(128);
    expect(lumaAt(data, 20, 20)).toBe(128);
  });

  it('show a ring around who talks, and nothing of a face that is gone', () => {
    // Between the dark line and the ring's outer edge.
    expect(lumaAt(painted(10), 74, 120)).toBe(128);
    expect(lumaAt(painted(40), 74, 120)).not.toBe(128);
    expect(new Set(painted(60))).toEqual(new Set([128]));
  });

  it('never write outside of the picture, wherever boxes are', () => {
    const boxes = new BoxRows(1);
    boxes.set(0, -0.5, 0.4, 1.7, 1.9);
    const faces = new FaceTracks(
      { frameRateHz: 25, tracks: [{ id: 0, firstFrame: 0, frameCount: 1, firstRow: 0 }] },
      boxes,
    );
    const data = new Uint8Array((size.widthPx * size.heightPx * 3) / 2).fill(128);
    new FindingsPainter({ segments: [], faces, speakerOfTrack: new Map() }, size).paint(data, 0);
    for (let y = size.pictureHeightPx; y < size.heightPx; y++) expect(lumaAt(data, 3, y)).toBe(128);
  });
});

describe('small letters', () => {
  it('draw names as capitals without accents, and say ? for what they lack', () => {
    expect(drawable('Dr. Zoë 2')).toBe('DR. ZOE 2');
    expect(drawable('安娜')).toBe('??');
    let dots = 0;
    forDots('I', () => (dots += 1));
    expect(dots).toBe(15);
    expect(textWidth('AB')).toBe(11);
  });
});

describe('video of what was found', () => {
  it('plays, is as long as the file, has its sound, and the boxes where they belong', async () => {
    const tools = await testTools();
    const file = await makeMedia('flash-click.mp4');
    const probe = await probeMedia(tools, file);
    const source = { path: file, probe, choice: { range: null } };
    const outPath = path.join(dir, 'out.visual.mp4');
    const shares: number[] = [];
    await visualize(tools, { source, ...findings() }, outPath, { onProgress: (share) => shares.push(share) });
    const made = await probeMedia(tools, outPath);
    expect(made.durationSec).toBeCloseTo(probe.durationSec, 1);
    expect(made.audio).toHaveLength(1);
    expect(shares.at(-1)).toBe(1);
    expect(await readdir(dir)).toEqual(['out.visual.mp4']);

    const frames = new FrameStream(
      tools,
      { path: outPath, probe: made, choice: { range: null } },
      { maxWidthPx: 1280, maxHeightPx: 720 },
    );
    const { widthPx, pictureWidthPx: width, pictureHeightPx: height } = frames.size;
    const edge = (data: Uint8Array) => data[(height / 2) * widthPx + width / 4]!;
    const middle = (data: Uint8Array) => data[(height / 2) * widthPx + width / 2]!;
    for await (const { index, data } of frames) {
      // Black but for the flashes at 1, 2 and 3 s: the box is bright, then gone with its face.
      if (index === 10) {
        expect(edge(data)).toBeGreaterThan(110);
        expect(middle(data)).toBeLessThan(40);
      }
      if (index === 60) expect(edge(data)).toBeLessThan(40);
    }
  });

  it.each(['flash-click.ts', 'audio-300ms-late.mp4', 'starts-at-500ms.mkv', 'edit-list.mp4'] as const)(
    'keeps sound and picture together: %s',
    async (name) => {
      const tools = await testTools();
      const file = await makeMedia(name);
      const probe = await probeMedia(tools, file);
      const outPath = path.join(dir, `${name}.mp4`);
      const nothing = { segments: [], faces: null, speakerOfTrack: new Map() };
      await visualize(tools, { source: { path: file, probe, choice: { range: null } }, ...nothing }, outPath);
      const made = await probeMedia(tools, outPath);
      const clicks = async (of: string, its: typeof probe) =>
        onsets((await allPcm(tools, { path: of, probe: its, choice: wholeFile })).samples);
      const [heard, hears] = [await clicks(file, probe), await clicks(outPath, made)];
      expect(hears).toHaveLength(heard.length);
      heard.forEach((sec, i) => expect(Math.abs(hears[i]! - sec)).toBeLessThan(0.02));
      const [seen, sees] = [await flashes(tools, file, probe), await flashes(tools, outPath, made)];
      expect(sees).toHaveLength(seen.length);
      seen.forEach((sec, i) => expect(Math.abs(sees[i]! - sec)).toBeLessThan(0.041));
    },
  );

  it('can be cancelled, and then leaves nothing behind', async () => {
    const tools = await testTools();
    const file = await makeMedia('flash-click.mp4');
    const source = { path: file, probe: await probeMedia(tools, file), choice: { range: null } };
    const abort = new AbortController();
    const folder = await mkdtemp(path.join(dir, 'cancel-'));
    const work = visualize(tools, { source, ...findings() }, path.join(folder, 'x.mp4'), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(work).rejects.toMatchObject({ data: { code: 'cancelled' } });
    expect(await readdir(folder)).toEqual([]);
  });
});
