import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameSize } from '#media/frames.ts';
import type { Detection } from './detection.ts';
import { facesBetween, LookPlan, type Look } from './look-plan.ts';
import { changeBetween, thumbnailOf } from './picture-change.ts';
import { scanRegions } from './scan-plan.ts';

const size = frameSize({ widthPx: 1280, heightPx: 720, rotationDeg: 0 }, 640, 640);
/** Grey, with squares of another brightness: x, y, side, brightness. */
function picture(...squares: readonly [number, number, number, number][]): Uint8Array {
  const data = new Uint8Array((size.widthPx * size.heightPx * 3) / 2).fill(128);
  for (const [left, top, side, luma] of squares) {
    for (let y = top; y < top + side; y++) data.fill(luma, y * size.widthPx + left, y * size.widthPx + left + side);
  }
  return data;
}
const face = (x1: number, y1: number, side: number): Detection => ({
  ...{ x1, y1, x2: x1 + side, y2: y1 + side, score: 0.9 },
  points: [x1, y1, x1, y1, x1, y1, x1, y1, x1, y1],
});

/** The plan of looks 5 frames apart that find `faces`, at pictures of each look. */
function looks(
  pictures: readonly Uint8Array[],
  faces: (look: number) => readonly Detection[],
  strideFrames = 5,
): (Look['kind'] | number)[] {
  const plan = new LookPlan(size, strideFrames);
  return pictures.map((data, at) => {
    const look = plan.plan(data, at * strideFrames, at === 0, at === pictures.length - 1);
    if (look.kind !== 'look') return look.kind;
    plan.found(faces(at), at === 0);
    return look.regions.length;
  });
}
const flicker = (count: number, ...more: readonly [number, number, number, number][]): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => picture([300, 150, 60, at % 2 === 0 ? 90 : 110], ...more));

describe('looks', () => {
  it('at a picture that stays the same are one', () => {
    expect(
      looks(
        Array.from({ length: 6 }, () => picture([9, 9, 50, 20])),
        () => [],
      ),
    ).toEqual([...[9, 'same', 'same', 'same', 'same', 'same']]);
  });

  it('at a slow fade are not taken for one', () => {
    const fade = Array.from({ length: 8 }, (_, at) => picture([0, 0, 300, 60 + at]));
    expect(looks(fade, () => []).filter((look) => look !== 'same').length).toBeGreaterThan(2);
  });

  it('at a large face that is still go to the whole picture, every other one', () => {
    const still = (): Detection[] => [face(280, 120, 100)];
    expect(looks(flicker(7), still)).toEqual([9, 1, 'skip', 1, 'skip', 1, 1]);
    // Who wants each frame gets it.
    expect(looks(flicker(4), still, 1)).toEqual([9, 1, 1, 1]);
  });

  it('at a face that moves leave none out', () => {
    expect(looks(flicker(5), (look) => [face(150 + 40 * look, 120, 100)])).toEqual([9, 1, 1, 1, 1]);
  });

  it('at a small face add a tile about it, also for a while after it was lost', () => {
    const seen = looks(flicker(12), (look) => (look < 2 ? [face(400, 200, 12)] : []), 1);
    expect(seen).toEqual([9, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1]);
  });

  it('scan a tile again after 2 s in which something changed that is no face', () => {
    const scenes = flicker(14).map((data, at) =>
      at < 4 ? data : picture([300, 150, 60, 90], [600, 320, 14, 20 + at]),
    );
    const seen = looks(scenes, () => [face(280, 120, 100)], 5);
    // The lower right tile alone.
    expect(seen.slice(0, 10).filter((look) => typeof look === 'number' && look > 1)).toEqual([9]);
    expect(seen.slice(10)).toContain(2);
    expect(seen.slice(1).every((look) => typeof look === 'string' || look <= 3)).toBe(true);
  });

  it('never cost more than two scans', () => {
    const anyLook = fc.record({
      faces: fc.array(fc.tuple(fc.nat(600), fc.nat(320), fc.integer({ min: 6, max: 200 })), { maxLength: 25 }),
      seed: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(anyLook, { minLength: 1, maxLength: 14 }), (group) => {
        const plan = new LookPlan(size, 5);
        group.forEach(({ faces, seed }, at) => {
          const look = plan.plan(
            picture([50 * seed, 20 * seed, 40, 40 * seed]),
            5 * at,
            at === 0,
            at === group.length - 1,
          );
          if (at === group.length - 1) expect(look.kind).not.toBe('skip');
          if (look.kind !== 'look') return;
          expect(look.regions.length).toBeLessThanOrEqual(2 * scanRegions(size).length);
          plan.found(
            faces.map(([x, y, side]) => face(x, y, side)),
            at === 0,
          );
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('a change', () => {
  it('is that of the cell which changed most, outside of the boxes that do not count', () => {
    const before = thumbnailOf(picture(), size);
    const after = thumbnailOf(picture([160, 160, 16, 28], [480, 16, 16, 68]), size);
    expect(changeBetween(before, after, null)).toBe(100);
    expect(changeBetween(before, after, { x: 320, y: 0, width: 320, height: 360 })).toBe(60);
    expect(changeBetween(before, after, null, [face(150, 150, 60)])).toBe(60);
    expect(changeBetween(before, before, null)).toBe(0);
  });
});

describe('faces between two looks', () => {
  it('are those that both have, at the middle', () => {
    const [between, ...others] = facesBetween([face(100, 100, 50), face(300, 10, 50)], [face(104, 102, 50)]);
    expect(others).toEqual([]);
    expect(between).toMatchObject({ x1: 102, y1: 101, x2: 152, y2: 151, score: 0.9 });
    expect(between!.points[0]).toBe(102);
  });
});
