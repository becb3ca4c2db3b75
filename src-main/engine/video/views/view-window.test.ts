import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTools } from '#media/ffmpeg.ts';
import { FrameStream, type PictureWindow } from '#media/frames.ts';
import { probeMedia } from '#media/probe.ts';
import { meshRegion } from '../lips/lip-measures.ts';
import { syncCrop } from '../talking/face-places.ts';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import { cropBytes, sampleCrop, type CropFormat } from './crop.ts';
import { inWindow, shownParts, viewWindows, type ShownParts, type ViewWindows } from './view-window.ts';

const sample = path.resolve(import.meta.dirname, '../../../../resources/sample/sample.mp4');
const source = { widthPx: 1920, heightPx: 1080 };
const size = { pictureWidthPx: 1280, pictureHeightPx: 720 };

/** Tracks of level faces, boxes as shares of the picture, one look a frame from frame 0 on. */
function tracksOf(boxes: readonly (readonly (readonly [number, number, number])[])[]) {
  const rows = new Float32Array(boxes.flat().length * TRACK_ROW_VALUES);
  boxes.flat().forEach(([x, y, side], row) => {
    const [x2, y2] = [x + side / 1.6, y + side];
    const eyes = [x + 0.1 * side, y + 0.3 * side, x2 - 0.1 * side, y + 0.3 * side];
    rows.set([x, y, x2, y2, 1, ...eyes], row * TRACK_ROW_VALUES);
  });
  let row = 0;
  const tracks = boxes.map((own, id) => {
    const firstRow = row;
    row += own.length;
    return { id, firstRow, firstFrame: 0, frameCount: own.length };
  });
  return { rows, tracks, looked: boxes.map((own) => [{ from: 0, to: own.length }]) };
}
const anyTracks = fc.array(
  fc.array(
    fc.tuple(
      fc.double({ min: -0.2, max: 1, noNaN: true }),
      fc.double({ min: -0.2, max: 1, noNaN: true }),
      fc.double({ min: 0.01, max: 0.25, noNaN: true }),
    ),
    { minLength: 1, maxLength: 3 },
  ),
  { minLength: 1, maxLength: 8 },
);
const everything = { from: 0, to: 1e6 };
const areaOf = (windows: readonly PictureWindow[]): number =>
  windows.reduce((sum, { widthPx, heightPx }) => sum + widthPx * heightPx, 0);

describe('the parts of the picture that are decoded', () => {
  it('hold all of the picture that the mesh and the crops of talking nets see of each face, in one part', () => {
    fc.assert(
      fc.property(anyTracks, (boxes) => {
        const input = tracksOf(boxes);
        const view = viewWindows(everything, input, size, source);
        if (!view) return;
        for (const value of view.windows.flatMap((window) => Object.values(window) as number[])) {
          expect(value >= 0 && value % 2 === 0).toBe(true);
        }
        const shown = shownParts(stack(view.windows), view, size, source);
        input.tracks.forEach(({ id, firstRow, frameCount }) => {
          const { place, size: part } = shown.parts[shown.partOf(id)]!;
          for (let row = firstRow; row < firstRow + frameCount; row++) {
            const at = row * TRACK_ROW_VALUES;
            const [x1, x2] = [input.rows[at]! * 1280, input.rows[at + 2]! * 1280];
            const [y1, y2] = [input.rows[at + 1]! * 720, input.rows[at + 3]! * 720];
            const half = Math.max(x2 - x1, y2 - y1) / 2;
            const eyes = [0, 1, 2, 3].map((value) => input.rows[at + 5 + value]! * (value % 2 === 0 ? 1280 : 720));
            for (const region of [
              meshRegion({ x1, y1, x2, y2 }, eyes),
              syncCrop({ x: (x1 + x2) / 2, y: (y1 + y2) / 2, half }),
            ]) {
              const { centreX, centreY, width, height } = region;
              const inside = (value: number, most: number): number => Math.max(0, Math.min(most, value));
              const [left, right] = [inside(centreX - width / 2, 1280), inside(centreX + width / 2, 1280)];
              const [top, bottom] = [inside(centreY - height / 2, 720), inside(centreY + height / 2, 720)];
              if (right - left <= 0 || bottom - top <= 0) continue;
              const start = inWindow({ ...region, centreX: left, centreY: top }, place);
              const end = inWindow({ ...region, centreX: right, centreY: bottom }, place);
              expect(Math.min(start.centreX, start.centreY)).toBeGreaterThan(-0.01);
              expect(end.centreX).toBeLessThan(part.pictureWidthPx + 0.01);
              expect(end.centreY).toBeLessThan(part.pictureHeightPx + 0.01);
            }
          }
        });
      }),
    );
  });

  it('are all of it where faces are everywhere, and depend on the span alone', () => {
    const { rows, tracks } = tracksOf([
      [
        [0.02, 0.05, 0.3],
        [0.75, 0.6, 0.3],
        [0.4, 0.4, 0.1],
      ],
    ]);
    const view = (looked: { from: number; to: number }[], from = 0, to = 3) =>
      viewWindows({ from, to }, { tracks, rows, looked: [looked] }, size, source);
    expect(view([{ from: 0, to: 3 }])).toBeNull();
    const third = view([{ from: 2, to: 3 }])!;
    expect(areaOf(third.windows)).toBeLessThan(0.1 * 1920 * 1080);
    expect(view([{ from: 0, to: 3 }], 2)).toEqual(third);
    expect(view([])).toBeNull();
  });

  it('are a part for each of some small faces far from each other, and one for faces close together', () => {
    const corners = tracksOf([[[0.05, 0.1, 0.1]], [[0.9, 0.1, 0.1]], [[0.5, 0.7, 0.1]]]);
    const apart = viewWindows(everything, corners, size, source)!;
    expect(apart.windows).toHaveLength(3);
    expect(new Set(apart.windowOf.values()).size).toBe(3);
    expect(areaOf(apart.windows)).toBeLessThan(0.09 * 1920 * 1080);
    const close = tracksOf([[[0.4, 0.4, 0.1]], [[0.48, 0.4, 0.1]]]);
    expect(viewWindows(everything, close, size, source)!.windows).toHaveLength(1);
    // Panels side by side: cutting them apart would save less than it costs.
    const panels = tracksOf([0.05, 0.38, 0.71].map((x) => [[x, 0.35, 0.24]]));
    expect(viewWindows(everything, panels, size, source)!.windows).toHaveLength(1);
    // However many there are, not more parts than an ffmpeg can handle at ease.
    const many = tracksOf(Array.from({ length: 40 }, (_, at) => [[(at % 8) / 8, Math.floor(at / 8) / 5, 0.02]]));
    expect(viewWindows(everything, many, size, source)?.windows.length ?? 0).toBeLessThanOrEqual(6);
  });
});

/** A stream of such windows at the size of the picture, two thirds of the file's. */
function stack(windows: readonly PictureWindow[]) {
  let topPx = 0;
  const parts = windows.map(({ widthPx, heightPx }) => {
    const part = { topPx, widthPx: (widthPx * 2) / 3, heightPx: (heightPx * 2) / 3 };
    topPx += part.heightPx;
    return part;
  });
  const widthPx = Math.max(...parts.map((part) => part.widthPx));
  return { parts, size: { widthPx, heightPx: topPx, pictureWidthPx: widthPx, pictureHeightPx: topPx } };
}

it.each([640, 300])('crops from parts of the sample are those from all of it, %i pixels wide', async (maxWidthPx) => {
  const tools = await findTools();
  const probe = await probeMedia(tools, sample);
  const { widthPx, heightPx } = probe.video[0]!;
  const range = { startSec: 30.02, endSec: 30.1 };
  const read = async (view: ViewWindows | null) => {
    const options = { maxWidthPx, maxHeightPx: 2000, windows: view?.windows };
    const stream = new FrameStream(tools, { path: sample, probe, choice: { range } }, options);
    for await (const { data } of stream) return { data: data.slice(), stream };
    throw new Error('no frame');
  };
  const whole = await read(null);
  const picture = whole.stream.size;
  const scale = picture.pictureWidthPx / widthPx;
  const view: ViewWindows = {
    windows: [
      { xPx: 790, yPx: 230, widthPx: 180, heightPx: 180 },
      { xPx: 290, yPx: 226, widthPx: 246, heightPx: 190 },
    ],
    windowOf: new Map([
      [0, 1],
      [1, 0],
    ]),
  };
  const parts = await read(view);
  expect(parts.data.length).toBeLessThan((whole.data.length * 2) / 3);
  const [all, some] = [
    shownParts(whole.stream, null, picture, { widthPx, heightPx }),
    shownParts(parts.stream, view, picture, { widthPx, heightPx }),
  ];
  const crop = (data: Uint8Array, shown: ShownParts, track: number, colour: CropFormat['colour']): Uint8Array => {
    const format: CropFormat = { widthPx: 96, heightPx: 96, colour, outside: 0 };
    const centreX = (track === 0 ? 410 : 880) * scale;
    const region = { centreX, centreY: 320 * scale, width: 90 * scale, height: 90 * scale, angleRad: 0.2 };
    const { place, size: from } = shown.parts[shown.partOf(track)]!;
    const out = new Uint8Array(cropBytes(format));
    sampleCrop(out, data, from, inWindow(region, place), format);
    return out;
  };
  for (const track of [0, 1]) {
    for (const colour of ['rgb', 'grey'] as const) {
      const [one, other] = [crop(whole.data, all, track, colour), crop(parts.data, some, track, colour)];
      const mean = one.reduce((sum, value) => sum + value, 0) / one.length;
      const spread = one.reduce((sum, value) => sum + Math.abs(value - mean), 0) / one.length;
      const difference = one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
      expect(spread).toBeGreaterThan(10);
      expect(difference).toBeLessThan(maxWidthPx >= widthPx ? 0.01 : 0.1 * spread);
    }
  }
});
