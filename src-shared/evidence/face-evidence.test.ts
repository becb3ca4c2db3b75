import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BoxRows, FaceTracks, RowReader, rowCountOf, type PictureBox } from './face-evidence.ts';
import type { TrackIndexData } from './face-schemas.ts';

const tracksArb = fc
  .array(fc.record({ firstFrame: fc.nat(400), frameCount: fc.integer({ min: 1, max: 120 }) }), { maxLength: 40 })
  .map((spans): TrackIndexData => {
    let firstRow = 0;
    const tracks = spans.map(({ firstFrame, frameCount }, id) => {
      const track = { id, firstFrame, frameCount, firstRow };
      firstRow += frameCount;
      return track;
    });
    return { frameRateHz: 25, tracks };
  });

it('finds in every frame exactly the tracks that have a row there', () => {
  fc.assert(
    fc.property(tracksArb, fc.nat(600), (index, frame) => {
      const faces = new FaceTracks(index, new BoxRows(rowCountOf(index)));
      const plain = index.tracks.filter((t) => t.firstFrame <= frame && frame < t.firstFrame + t.frameCount);
      expect(
        faces
          .visible(frame)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(plain.map(({ id }) => id).sort());
    }),
  );
});

it('keeps boxes to a fraction of a pixel, also outside of the picture', () => {
  const share = fc.double({ min: -1.9, max: 1.9, noNaN: true });
  fc.assert(
    fc.property(share, share, (x1, y1) => {
      const rows = new BoxRows(1);
      rows.set(0, x1, y1, x1 + 0.05, y1 + 0.05);
      const box: PictureBox = { x1: 0, y1: 0, x2: 0, y2: 0 };
      expect(rows.read(0, box)).toBe(true);
      expect(Math.abs(box.x1 - x1) * 1280).toBeLessThan(0.05);
      expect(Math.abs(box.y2 - y1 - 0.05) * 1280).toBeLessThan(0.05);
    }),
  );
});

it('has no box where none was measured, nor beyond the rows', () => {
  const rows = new BoxRows(2);
  rows.set(0, NaN, NaN, NaN, NaN);
  rows.set(1, 0.1, 0.2, 0.3, 0.4);
  const index: TrackIndexData = { frameRateHz: 25, tracks: [{ id: 7, firstFrame: 10, frameCount: 2, firstRow: 0 }] };
  const faces = new FaceTracks(index, rows, Float32Array.of(NaN, 0.8));
  const track = faces.track(7)!;
  const box: PictureBox = { x1: 0, y1: 0, x2: 0, y2: 0 };
  expect([9, 10, 11, 12].map((frame) => faces.boxIn(track, frame, box))).toEqual([false, false, true, false]);
  expect([9, 10, 11, 12].map((frame) => faces.talkingIn(track, frame))).toEqual([
    null,
    null,
    expect.closeTo(0.8, 5),
    null,
  ]);
});

it('refuses scores of another run, which would belong to other faces', () => {
  const index: TrackIndexData = { frameRateHz: 25, tracks: [{ id: 0, firstFrame: 0, frameCount: 3, firstRow: 0 }] };
  expect(new FaceTracks(index, new BoxRows(3), new Float32Array(4)).talking).toBeNull();
  expect(new FaceTracks(index, new BoxRows(3), new Float32Array(3)).talking).not.toBeNull();
});

it('takes the frame that is nearest to the presented one', () => {
  const faces = new FaceTracks({ frameRateHz: 25, tracks: [] }, new BoxRows(0));
  expect([0, 0.0399, 0.04, 0.041, 1 / 30, 100.02].map((sec) => faces.frameAt(sec))).toEqual([0, 1, 1, 1, 1, 2501]);
});

it('reads rows whatever the pieces are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true }), { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 13 })),
      (floats, cuts) => {
        const bytes = new Uint8Array(Float32Array.from(floats).buffer);
        const rows: number[][] = [];
        const reader = new RowReader(3, (_row, values) => rows.push([...values]));
        let at = 0;
        for (const cut of cuts) {
          reader.push(bytes.subarray(at, at + cut));
          at = Math.min(bytes.length, at + cut);
        }
        reader.push(bytes.subarray(at));
        const whole = Math.floor(floats.length / 3);
        expect(rows).toEqual(
          Array.from({ length: whole }, (_, i) => [...Float32Array.from(floats.slice(3 * i, 3 * i + 3))]),
        );
      },
    ),
  );
});
