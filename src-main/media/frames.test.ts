import { describe, expect, test } from 'vitest';
import type { MediaChoice } from '#shared/domain/media.ts';
import { FrameStream, frameBytes, frameSize, type FrameOptions } from './frames.ts';
import { probeMedia } from './probe.ts';
import { makeMedia, scratchFolder, testTools, truncatedCopy, type MediaName } from './testing/make-media.ts';

const small = { maxWidthPx: 160, maxHeightPx: 128 };

async function open(
  name: string,
  range: MediaChoice['range'] = null,
  options: FrameOptions = small,
): Promise<FrameStream> {
  const tools = await testTools();
  const file = name.startsWith('/') ? name : await makeMedia(name as MediaName);
  return new FrameStream(tools, { path: file, probe: await probeMedia(tools, file), choice: { range } }, options);
}

/** Mean luma of the picture of each frame by its index. */
async function brightness(stream: FrameStream): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  const { widthPx, pictureWidthPx, pictureHeightPx } = stream.size;
  for await (const frame of stream) {
    expect(frame.data.length).toBe(frameBytes(stream.size));
    let sum = 0;
    for (let y = 0; y < pictureHeightPx; y++) {
      for (let x = 0; x < pictureWidthPx; x++) sum += frame.data[y * widthPx + x]!;
    }
    found.set(frame.index, sum / pictureWidthPx / pictureHeightPx);
  }
  return found;
}
const white = (frames: Map<number, number>): number[] =>
  [...frames].filter(([, value]) => value > 128).map(([index]) => index);

describe('frame 0 is t = 0', () => {
  test.each([
    // The flash of a frame is at 1, 2 and 3 s of the picture's own time.
    ['flash-click.mp4', [25, 50, 75]],
    ['flash-click.mpg', [25, 50, 75]],
    ['flash-click.ts', [25, 50, 75]],
    ['flash-click.avi', [25, 50, 75]],
    ['flash-click.webm', [25, 50, 75]],
    ['fragmented.mp4', [25, 50, 75]],
    ['starts-at-500ms.mkv', [37.5, 62.5, 87.5]],
    ['video-300ms-late.mp4', [32.5, 57.5, 82.5]],
    ['edit-list.mp4', [12.5, 37.5, 62.5]],
  ] as const)('%s', async (name, wanted) => {
    const found = white(await brightness(await open(name)));
    expect(found).toHaveLength(wanted.length);
    found.forEach((index, at) => expect(Math.abs(index - wanted[at]!)).toBeLessThanOrEqual(0.5));
  });

  test('a picture that starts late is held before its start', async () => {
    const frames = await brightness(await open('video-300ms-late.mp4'));
    expect([...frames.keys()].slice(0, 3)).toEqual([0, 1, 2]);
  });
});

describe('25 frames a second', () => {
  test('without gaps, also of variable rate', async () => {
    const stream = await open('variable-rate.mp4');
    const frames = [...(await brightness(stream)).keys()];
    expect(frames).toEqual(frames.map((_, index) => index));
    expect(Math.abs(frames.length - stream.expectedFrames)).toBeLessThanOrEqual(5);
    expect(stream.warnings).toEqual([]);
  });

  test('a part has the frames of the whole', async () => {
    const whole = await brightness(await open('flash-click.mp4'));
    const part = await brightness(await open('flash-click.mp4', { startSec: 1.5, endSec: 3.2 }));
    expect([...part.keys()]).toEqual(Array.from({ length: 43 }, (_, index) => 37 + index));
    for (const [index, value] of part) expect(value).toBeCloseTo(whole.get(index)!, 5);
    expect(white(part)).toEqual([50, 75]);
  });
});

describe('the picture in the buffer', () => {
  test('fits, keeps its shape and is not enlarged', () => {
    const size = (widthPx: number, heightPx: number, rotationDeg = 0) =>
      frameSize({ widthPx, heightPx, rotationDeg }, 640, 384);
    expect(size(1280, 720)).toEqual({ widthPx: 640, heightPx: 384, pictureWidthPx: 640, pictureHeightPx: 360 });
    expect(size(1280, 720, 90)).toEqual({ widthPx: 224, heightPx: 384, pictureWidthPx: 216, pictureHeightPx: 384 });
    expect(size(161, 121)).toEqual({ widthPx: 160, heightPx: 128, pictureWidthPx: 160, pictureHeightPx: 120 });
    expect(size(1, 5000)).toMatchObject({ pictureWidthPx: 2, pictureHeightPx: 384 });
  });

  test('lies at the top left, black around it', async () => {
    const stream = await open('flash-click.mp4');
    const { widthPx } = stream.size;
    expect(stream.size).toMatchObject({ widthPx: 160, heightPx: 128, pictureHeightPx: 120 });
    for await (const frame of stream) {
      if (frame.index !== 25) continue;
      expect(frame.data[119 * widthPx + 80]).toBeGreaterThan(200);
      expect(frame.data[121 * widthPx + 80]).toBe(16);
    }
  });

  test('is upright', async () => {
    const stream = await open('rotated.mp4', null, { maxWidthPx: 320, maxHeightPx: 320 });
    expect(stream.size).toMatchObject({ pictureWidthPx: 240, pictureHeightPx: 320 });
    const plain = await open('picture.mp4', null, { maxWidthPx: 320, maxHeightPx: 320 });
    const first = async (from: FrameStream): Promise<Uint8Array> => {
      for await (const frame of from) return frame.data.slice();
      throw new Error('no frame');
    };
    const [turned, lying] = [await first(stream), await first(plain)];
    // Turned clockwise by 90 degrees: the lying picture's left edge is the top.
    let difference = 0;
    for (let y = 0; y < 320; y += 7) {
      for (let x = 0; x < 240; x += 7) {
        difference += Math.abs(turned[y * stream.size.widthPx + x]! - lying[(239 - x) * plain.size.widthPx + y]!);
      }
    }
    expect(difference / (46 * 35)).toBeLessThan(3);
  });
});

describe('parts of the picture', () => {
  const first = async (from: FrameStream): Promise<Uint8Array> => {
    for await (const frame of from) return frame.data.slice();
    throw new Error('no frame');
  };
  const large = { maxWidthPx: 2000, maxHeightPx: 2000 };
  const window = { xPx: 60, yPx: 42, widthPx: 126, heightPx: 90 };
  const narrow = { xPx: 8, yPx: 20, widthPx: 40, heightPx: 34 };

  test.each(['picture.mp4', 'rotated.mp4'])('of %s are cut out of the upright whole', async (name) => {
    const whole = await open(name, null, large);
    const part = await open(name, null, { ...large, windows: [window] });
    expect(part.size).toEqual({ widthPx: 126, heightPx: 90, pictureWidthPx: 126, pictureHeightPx: 90 });
    expect(part.parts).toEqual([{ topPx: 0, widthPx: 126, heightPx: 90 }]);
    const both = await open(name, null, { ...large, windows: [narrow, window] });
    expect(both.size).toMatchObject({ widthPx: 126, heightPx: 124 });
    expect(both.parts).toEqual([
      { topPx: 0, widthPx: 40, heightPx: 34 },
      { topPx: 34, widthPx: 126, heightPx: 90 },
    ]);
    const [all, cut, stacked] = [await first(whole), await first(part), await first(both)];
    const isAs = (seen: Uint8Array, seenAt: number, from: number, length: number): void =>
      expect([...seen.subarray(seenAt, seenAt + length)]).toEqual([...all.subarray(from, from + length)]);
    const stride = whole.size.widthPx;
    for (let y = 0; y < 90; y++) {
      isAs(cut, 126 * y, (42 + y) * stride + 60, 126);
      isAs(stacked, 126 * (34 + y), (42 + y) * stride + 60, 126);
    }
    for (let y = 0; y < 34; y++) isAs(stacked, 126 * y, (20 + y) * stride + 8, 40);
    // Colour too, a quarter as much of it.
    const [u, uOfBoth] = [stride * whole.size.heightPx, 126 * 124];
    for (let y = 0; y < 45; y++) isAs(stacked, uOfBoth + 63 * (17 + y), u + ((21 + y) * stride) / 2 + 30, 63);
    for (let y = 0; y < 17; y++) isAs(stacked, uOfBoth + 63 * y, u + ((10 + y) * stride) / 2 + 4, 20);
  });

  test('are made smaller as the whole would be', async () => {
    const { pictureWidthPx } = (await open('picture.mp4', null, large)).size;
    const smaller = { maxWidthPx: pictureWidthPx / 2, maxHeightPx: 2000 };
    const { parts, size } = await open('picture.mp4', null, { ...smaller, windows: [window, narrow] });
    expect(parts).toEqual([
      { topPx: 0, widthPx: 62, heightPx: 44 },
      { topPx: 44, widthPx: 20, heightPx: 16 },
    ]);
    expect(size).toMatchObject({ widthPx: 62, heightPx: 60 });
  });
});

describe('buffers', () => {
  test('are reused unless they are kept', async () => {
    const stream = await open('flash-click.mp4');
    const seen = new Set<ArrayBuffer>();
    const kept: { index: number; data: Uint8Array; copy: Uint8Array }[] = [];
    for await (const frame of stream) {
      if (frame.index % 40 === 25) {
        const data = frame.keep();
        kept.push({ index: frame.index, data, copy: data.slice() });
      } else seen.add(frame.data.buffer);
      // A kept buffer never comes back.
      if (kept.some(({ index, data }) => index < frame.index && data === frame.data)) throw new Error('reused');
    }
    expect(seen.size).toBeLessThanOrEqual(4 + kept.length);
    expect(kept.map(({ index }) => index)).toEqual([25, 65]);
    for (const { data, copy } of kept) {
      expect(data).toEqual(copy);
    }
  });
});

describe('the end', () => {
  test('leaving the loop ends the decoder', async () => {
    const stream = await open('picture.mp4');
    for await (const frame of stream) if (frame.index === 3) break;
  });

  test('an abort rejects', async () => {
    const abort = new AbortController();
    const stream = await open('picture.mp4', null, { ...small, signal: abort.signal });
    const read = async (): Promise<void> => {
      for await (const frame of stream) if (frame.index === 2) abort.abort();
    };
    await expect(read()).rejects.toMatchObject({ data: { code: 'cancelled' } });
  });

  test('what is cut off is said', async () => {
    const { folder, remove } = await scratchFolder();
    const file = await truncatedCopy('picture.mp4', 0.5, `${folder}/cut.mp4`);
    const stream = await open(file);
    const frames = await brightness(stream);
    expect(frames.size).toBeGreaterThan(0);
    expect(stream.warnings.join()).toMatch(/% of the picture could not be decoded/);
    await remove();
  });

  test('of a picture whose length nobody promised is no damage', async () => {
    const tools = await testTools();
    const file = await makeMedia('flash-click.mp4');
    const probe = await probeMedia(tools, file);
    const video = [{ ...probe.video[0]!, durationSec: null }];
    const source = { path: file, probe: { ...probe, durationSec: probe.durationSec + 9, video } };
    const stream = new FrameStream(tools, { ...source, choice: { range: null } }, small);
    await brightness(stream);
    expect(stream.warnings).toEqual(['The picture ends 9.0 s before the file does.']);
  });

  test('a file without a picture is refused', async () => {
    await expect(open('click.wav')).rejects.toMatchObject({ data: { code: 'bad-input' } });
  });
});
