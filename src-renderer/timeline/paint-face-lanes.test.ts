import { expect, it } from 'vitest';
import { BoxRows, FaceTracks } from '#shared/evidence/face-evidence.ts';
import { shownFaces } from '../faces/shown-faces.ts';
import { faceLanes } from './face-lanes.ts';
import { paintFaceLane, paintTalkingRow } from './paint-face-lanes.ts';
import type { PaintKit } from './paint-context.ts';
import { RunBuffer } from './runs.ts';

interface Rect {
  x: number;
  width: number;
  height: number;
  alpha: number;
}

/** A canvas that remembers its rectangles and the points of its lines. */
function recorder() {
  const rects: Rect[] = [];
  const points: [number, number][] = [];
  const ctx = {
    globalAlpha: 1,
    fillRect: (x: number, _y: number, width: number, height: number) =>
      rects.push({ x, width, height, alpha: ctx.globalAlpha }),
    moveTo: (x: number, y: number) => points.push([x, y]),
    lineTo: (x: number, y: number) => points.push([x, y]),
    beginPath: () => undefined,
    stroke: () => undefined,
    strokeRect: () => undefined,
  };
  const palette = { tokens: { faint: '#888', 'lane-line': '#222', accent: '#00f' }, speakers: [] };
  return { kit: { ctx, palette, runs: new RunBuffer() } as unknown as PaintKit, rects, points };
}

/** Seen from 2 to 6 s, talks from 3 to 4 s. */
const faces = new FaceTracks(
  { frameRateHz: 25, tracks: [{ id: 0, firstFrame: 50, frameCount: 100, firstRow: 0 }] },
  new BoxRows(100),
  Float32Array.from({ length: 100 }, (_, row) => (row >= 25 && row < 50 ? 1 : 0)),
);
const shown = shownFaces({ faces, boxesKey: 'k', av: null, identities: null }, [], [], new Map());
const lanes = faceLanes(shown);
const view = { startSec: 0, pxPerSec: 10, widthPx: 100, durationSec: 10 };

it.each([0, 0.4])('bars and scores lie under the sound that belongs to the picture: offset %f s', (offsetSec) => {
  const { kit, rects } = recorder();
  paintFaceLane(kit, view, lanes[0]!, 0, { shown, selectedKey: null, offsetSec });
  const bar = rects.find(({ alpha }) => alpha === 0.24)!;
  expect(bar.x).toBe(20 + 10 * offsetSec);
  const talking = rects.filter(({ alpha, height }) => alpha === 0.9 && height > 6);
  expect(Math.min(...talking.map(({ x }) => x))).toBe(30 + 10 * offsetSec);
  expect(Math.max(...talking.map(({ x, width }) => x + width))).toBe(40 + 10 * offsetSec);
});

it('the line of who talks rises where the face talks', () => {
  const { kit, points } = recorder();
  paintTalkingRow(kit, view, 0, { shown, selectedKey: null, offsetSec: 0 }, lanes);
  const bottom = Math.max(...points.map(([, y]) => y));
  const high = points.filter(([, y]) => y < bottom - 20).map(([x]) => Math.floor(x));
  expect([Math.min(...high), Math.max(...high)]).toEqual([30, 39]);
  expect(points.every(([x]) => x >= 20 && x < 61)).toBe(true);
});

it('far away a face is still drawn as high as it ever talks', () => {
  const { kit, points } = recorder();
  const far = { startSec: 0, pxPerSec: 0.25, widthPx: 100, durationSec: 400 };
  paintTalkingRow(kit, far, 0, { shown, selectedKey: null, offsetSec: 0 }, lanes);
  expect(points.length).toBeGreaterThan(0);
  expect(Math.max(...points.map(([, y]) => y))).toBeLessThan(10);
});
