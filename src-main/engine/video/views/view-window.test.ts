import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTools } from '#media/ffmpeg.ts';
import { FrameStream, type PictureWindow } from '#media/frames.ts';
import { probeMedia } from '#media/probe.ts';
import { meshRegion } from '../lips/lip-measures.ts';
import { syncCrop } from '../talking/face-places.ts';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import { cropBytes, sampleCrop, type CropFormat, type CropRegion } from './crop.ts';
import { inWindow, placeOf, viewWindow, wholePicture } from './view-window.ts';

const sample = path.resolve(import.meta.dirname, '../../../../resources/sample/sample.mp4');
const source = { widthPx: 1920, heightPx: 1080 };
const size = { pictureWidthPx: 1280, pictureHeightPx: 720 };

/** A track of level faces, boxes as shares of the picture. */
function trackOf(boxes: readonly (readonly [number, number, number])[]) {
  const rows = new Float32Array(boxes.length * TRACK_ROW_VALUES);
  boxes.forEach(([x, y, side], row) => {
    const [x2, y2] = [x + side / 1.6, y + side];
    const eyes = [x + 0.1 * side, y + 0.3 * side, x2 - 0.1 * side, y + 0.3 * side];
    rows.set([x, y, x2, y2, 1, ...eyes], row * TRACK_ROW_VALUES);
  });
  return { rows, tracks: [{ id: 0, firstRow: 0, firstFrame: 0, frameCount: boxes.length }] };
}
const anyBoxes = fc.array(
  fc.tuple(
    fc.double({ min: -0.2, max: 1, noNaN: true }),
    fc.double({ min: -0.2, max: 1, noNaN: true }),
    fc.double({ min: 0.01, max: 0.4, noNaN: true }),
  ),
  { minLength: 1, maxLength: 5 },
);

describe('the part of the picture that is decoded', () => {
  it('holds all of the picture that the mesh and the crops of talking nets see', () => {
    fc.assert(
      fc.property(anyBoxes, (boxes) => {
        const { rows, tracks } = trackOf(boxes);
        const looked = [[{ from: 0, to: boxes.length }]];
        const window = viewWindow({ from: 0, to: 1e6 }, { tracks, rows, looked }, size, source);
        if (!window) return;
        expect(Object.values(window).every((value) => value >= 0 && value % 2 === 0)).toBe(true);
        const place = placeOf(window, { ...frame(window), ...grid(window) }, size, source);
        for (let row = 0; row < boxes.length; row++) {
          const at = row * TRACK_ROW_VALUES;
          const [x1, x2] = [rows[at]! * 1280, rows[at + 2]! * 1280];
          const [y1, y2] = [rows[at + 1]! * 720, rows[at + 3]! * 720];
          const half = Math.max(x2 - x1, y2 - y1) / 2;
          const eyes = [0, 1, 2, 3].map((value) => rows[at + 5 + value]! * (value % 2 === 0 ? 1280 : 720));
          for (const region of [
            meshRegion({ x1, y1, x2, y2 }, eyes),
            syncCrop({ x: (x1 + x2) / 2, y: (y1 + y2) / 2, half }),
          ]) {
            const { centreX, centreY, width, height } = region;
            const inside = (value: number, most: number): number => Math.max(0, Math.min(most, value));
            const clipped = {
              left: inside(centreX - width / 2, 1280),
              right: inside(centreX + width / 2, 1280),
              top: inside(centreY - height / 2, 720),
              bottom: inside(centreY + height / 2, 720),
            };
            if (clipped.right - clipped.left <= 0 || clipped.bottom - clipped.top <= 0) continue;
            const seen = inWindow(
              { ...region, centreX: clipped.left, centreY: clipped.top, width: 1, height: 1 },
              place,
            );
            const end = inWindow({ ...region, centreX: clipped.right, centreY: clipped.bottom }, place);
            expect(Math.min(seen.centreX, seen.centreY)).toBeGreaterThan(-0.01);
            expect(end.centreX).toBeLessThan(frame(window).pictureWidthPx + 0.01);
            expect(end.centreY).toBeLessThan(frame(window).pictureHeightPx + 0.01);
          }
        }
      }),
    );
  });

  it('is all of it where faces are everywhere, and depends on the span alone', () => {
    const { rows, tracks } = trackOf([
      [0.02, 0.05, 0.3],
      [0.75, 0.6, 0.3],
      [0.4, 0.4, 0.1],
    ]);
    const window = (looked: { from: number; to: number }[], from = 0, to = 3): PictureWindow | undefined =>
      viewWindow({ from, to }, { tracks, rows, looked: [looked] }, size, source);
    expect(window([{ from: 0, to: 3 }])).toBeUndefined();
    const third = window([{ from: 2, to: 3 }]);
    expect(third!.widthPx * third!.heightPx).toBeLessThan(0.1 * 1920 * 1080);
    expect(window([{ from: 0, to: 3 }], 2)).toEqual(third);
    expect(window([])).toBeUndefined();
  });
});

/** Such a window at the size of the picture, two thirds of the file's. */
const frame = ({ widthPx, heightPx }: PictureWindow) => ({
  pictureWidthPx: (widthPx * 2) / 3,
  pictureHeightPx: (heightPx * 2) / 3,
});
const grid = (window: PictureWindow) => ({
  widthPx: frame(window).pictureWidthPx,
  heightPx: frame(window).pictureHeightPx,
});

it.each([640, 300])('crops from a part of the sample are those from all of it, %i pixels wide', async (maxWidthPx) => {
  const tools = await findTools();
  const probe = await probeMedia(tools, sample);
  const { widthPx, heightPx } = probe.video[0]!;
  const range = { startSec: 30.02, endSec: 30.1 };
  const read = async (window?: PictureWindow, factor = 1) => {
    const stream = new FrameStream(
      tools,
      { path: sample, probe, choice: { range } },
      {
        maxWidthPx: Math.ceil(maxWidthPx * factor),
        maxHeightPx: window ? Math.ceil((maxWidthPx * factor * window.heightPx) / window.widthPx) : 2000,
        window,
      },
    );
    for await (const { data } of stream) return { data: data.slice(), size: stream.size };
    throw new Error('no frame');
  };
  const whole = await read();
  const window = { xPx: 102, yPx: 60, widthPx: 246, heightPx: 190 };
  const part = await read(window, window.widthPx / Math.max(widthPx, 1));
  expect(part.data.length).toBeLessThan(whole.data.length / 3);
  const place = placeOf(window, part.size, whole.size, { widthPx, heightPx });
  const format: CropFormat = { widthPx: 96, heightPx: 96, colour: 'rgb', outside: 0 };
  const scale = whole.size.pictureWidthPx / widthPx;
  const region: CropRegion = {
    centreX: 220 * scale,
    centreY: 150 * scale,
    width: 90 * scale,
    height: 90 * scale,
    angleRad: 0.2,
  };
  const crop = ({ data, size: buffer }: typeof whole, at: CropRegion): Uint8Array => {
    const out = new Uint8Array(cropBytes(format));
    sampleCrop(out, data, buffer, at, format);
    return out;
  };
  const [one, other] = [crop(whole, inWindow(region, wholePicture)), crop(part, inWindow(region, place))];
  const mean = one.reduce((sum, value) => sum + value, 0) / one.length;
  const spread = one.reduce((sum, value) => sum + Math.abs(value - mean), 0) / one.length;
  const difference = one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
  expect(spread).toBeGreaterThan(10);
  expect(difference).toBeLessThan(maxWidthPx >= widthPx ? 0.01 : 0.06 * spread);
});
