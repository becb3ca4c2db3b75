import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { iou, type Box, type Detection } from '../face-detect/detection.ts';
import type { FrameDetections } from '../face-detect/detection-file.ts';
import { BoxFilter } from './box-filter.ts';
import { deepSort, type DeepSortOptions } from './deep-sort.ts';
import { finishedTrack, piecesOf } from './iou-tracks.ts';
import { deepSortPreset } from './presets.ts';

const box = (x: number, y: number, width: number, height: number): Box => ({
  ...{ x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 },
});
const face = (x: number, y = 0.5, side = 0.1): Detection => ({
  ...box(x, y, side, side),
  score: 0.9,
  points: [x, y, x, y, x, y, x, y, x, y],
});
const options: DeepSortOptions = { ...deepSortPreset, maxAgeLooks: 1000 };
const looksOf = (count: number, faces: (look: number) => Detection[]): FrameDetections[] =>
  Array.from({ length: count }, (_, frame) => ({ frame, faces: faces(frame) }));
const framesOf = (tracks: ReturnType<typeof deepSort>): number[][] =>
  tracks.map((one) => one.map(({ frame }) => frame));

type Matrix = number[][];
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, column) => row.reduce((sum, value, at) => sum + value * b[at]![column]!, 0)));
const sum = (a: Matrix, b: Matrix): Matrix => a.map((row, at) => row.map((value, column) => value + b[at]![column]!));
const turned = (a: Matrix): Matrix => a[0]!.map((_, column) => a.map((row) => row[column]!));
const diagonal = (values: readonly number[]): Matrix =>
  values.map((value, at) => values.map((_, column) => (at === column ? value : 0)));

/** The eight-dimensional filter as published, with plain matrices. */
class PlainFilter {
  mean: Matrix;
  cov: Matrix;
  readonly #step = Array.from({ length: 8 }, (_, row) =>
    Array.from({ length: 8 }, (_unused, column) => (column === row || column === row + 4 ? 1 : 0)),
  );
  readonly #view = Array.from({ length: 4 }, (_, row) =>
    Array.from({ length: 8 }, (_unused, at) => (at === row ? 1 : 0)),
  );
  constructor([x, y, shape, height]: readonly [number, number, number, number]) {
    this.mean = [x, y, shape, height, 0, 0, 0, 0].map((value) => [value]);
    const [p, v] = [height / 20, height / 160];
    this.cov = diagonal([2 * p, 2 * p, 1e-2, 2 * p, 10 * v, 10 * v, 1e-5, 10 * v].map((std) => std ** 2));
  }
  predict(): void {
    const height = this.mean[3]![0]!;
    const [p, v] = [height / 20, height / 160];
    this.mean = product(this.#step, this.mean);
    const noise = diagonal([p, p, 1e-2, p, v, v, 1e-5, v].map((std) => std ** 2));
    this.cov = sum(product(product(this.#step, this.cov), turned(this.#step)), noise);
  }
  /** @returns the squared Mahalanobis distance of the measurement before it was taken in */
  update(measured: readonly number[]): number {
    const p = this.mean[3]![0]! / 20;
    const seen = sum(
      product(product(this.#view, this.cov), turned(this.#view)),
      diagonal([p, p, 1e-1, p].map((std) => std ** 2)),
    );
    // The four are not coupled: the inverse is that of the diagonal.
    const inverse = diagonal(seen.map((row, at) => 1 / row[at]!));
    const gain = product(product(this.cov, turned(this.#view)), inverse);
    const miss = measured.map((value, at) => [value - this.mean[at]![0]!]);
    const distance = product(product(turned(miss), inverse), miss)[0]![0]!;
    this.mean = sum(this.mean, product(gain, miss));
    const taken = product(product(gain, seen), turned(gain)).map((row) => row.map((value) => -value));
    this.cov = sum(this.cov, taken);
    return distance;
  }
}

describe('where a face is expected', () => {
  it('is what the filter of eight dimensions says', () => {
    const value = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
    const measured = fc.tuple(value(0, 1), value(0, 1), value(0.5, 1.5), value(0.05, 0.5));
    fc.assert(
      fc.property(fc.array(measured, { minLength: 1, maxLength: 12 }), fc.nat(3), (series, gap) => {
        const boxOf = ([x, y, shape, height]: (typeof series)[number]): Box => box(x, y, shape * height, height);
        const fast = new BoxFilter(boxOf(series[0]!));
        const plain = new PlainFilter(series[0]!);
        for (const next of series.slice(1)) {
          for (let step = 0; step <= gap; step++) {
            fast.predict();
            plain.predict();
          }
          // Heights near zero or below are no boxes.
          if (plain.mean[3]![0]! < 0.01) return;
          const distance = fast.distance(boxOf(next));
          fast.update(boxOf(next));
          expect(distance / plain.update(next)).toBeCloseTo(1, 6);
          const { x1, y1, x2, y2 } = fast.box;
          const [x, y, shape, height] = plain.mean.map(([mean]) => mean!) as [number, number, number, number];
          [(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / (y2 - y1), y2 - y1].forEach((found, at) => {
            expect(found).toBeCloseTo([x, y, shape, height][at]!, 6);
          });
        }
      }),
    );
  });
});

describe('DeepSORT', () => {
  it('follows a face that moves, also over looks that did not find it', () => {
    const tracks = deepSort(
      looksOf(30, (look) => (look > 9 && look < 14 ? [] : [face(0.1 + 0.004 * look)])),
      options,
    );
    expect(framesOf(tracks)).toEqual([
      [...Array(10).keys(), 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29],
    ]);
    const last = tracks[0]!.at(-1)!.face;
    expect((last.x1 + last.x2) / 2).toBeCloseTo(0.216, 2);
  });

  it('gives a face up after its age, and takes none that was seen once', () => {
    const gone = looksOf(30, (look) => (look > 4 && look < 20 ? [] : [face(0.4)]));
    expect(framesOf(deepSort(gone, { ...options, maxAgeLooks: 5 }))).toHaveLength(2);
    expect(framesOf(deepSort(gone, options))).toHaveLength(1);
    expect(
      deepSort(
        looksOf(9, (look) => (look === 4 ? [face(0.3)] : [])),
        options,
      ),
    ).toEqual([]);
  });

  it('tells two faces apart that cross, by their looks', () => {
    const looks = new Map<Detection, Float32Array>();
    const of = (x: number, look: readonly [number, number]): Detection => {
      const one = face(x);
      looks.set(one, Float32Array.from(look));
      return one;
    };
    const frames = looksOf(41, (look) => [of(0.3 + 0.01 * look, [1, 0]), of(0.7 - 0.01 * look, [0, 1])]);
    const tracks = deepSort(frames, { ...options, minDetectionIou: 0 }, (one) => looks.get(one) ?? null);
    expect(tracks).toHaveLength(2);
    const ends = tracks.map((one) => {
      const { x1, x2 } = one.at(-1)!.face;
      return Math.round(50 * (x1 + x2)) / 100;
    });
    expect(ends).toEqual([0.7, 0.3]);
  });

  it('knows a face again by its looks after it was away', () => {
    const looks = new Map<Detection, Float32Array>();
    const frames = looksOf(60, (look) => {
      if (look >= 10 && look < 40) return [];
      const one = face(0.5);
      const isOther = look >= 50;
      looks.set(one, Float32Array.from(isOther ? [0, 1] : [1, 0]));
      return [one];
    });
    const tracks = deepSort(frames, options, (one) => looks.get(one) ?? null);
    expect(framesOf(tracks)[0]!.slice(9, 12)).toEqual([9, 40, 41]);
    // One that takes its place from one look to the next is taken for it: overlap is asked last, but it is asked.
    expect(tracks).toHaveLength(1);
  });

  it('uses each box once and gives a face one box a look, whatever was found', () => {
    const anyFrames = fc.array(
      fc.array(fc.tuple(fc.nat(9), fc.nat(4), fc.integer({ min: 5, max: 20 })), { maxLength: 6 }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(anyFrames, fc.boolean(), (frames, hasLooks) => {
        const looks = frames.map((faces, frame) => ({
          frame,
          faces: faces.map(([x, y, side]) => face(x / 10, y / 5, side / 100)),
        }));
        const appearance = (one: Detection): Float32Array | null =>
          hasLooks ? Float32Array.from([Math.cos(20 * one.x1), Math.sin(20 * one.x1)]) : null;
        const tracks = deepSort(looks, { ...options, maxAgeLooks: 20 }, appearance);
        const counts = new Map<number, number>();
        for (const one of tracks) {
          const seen = one.map(({ frame }) => frame);
          expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
          for (const { frame, face: followed } of one) {
            counts.set(frame, (counts.get(frame) ?? 0) + 1);
            const found = looks[frame]!.faces;
            expect(Math.max(...found.map((other) => iou(other, followed)))).toBeGreaterThanOrEqual(0.8);
          }
        }
        for (const [frame, count] of counts) expect(count).toBeLessThanOrEqual(looks[frame]!.faces.length);
      }),
    );
  });
});

describe('pieces of a face', () => {
  it('have no gap above the limit and are tracks when they are long enough', () => {
    const found = [0, 5, 10, 60, 65, 70, 75, 200].map((frame) => ({ frame, face: face(0.5) }));
    const pieces = piecesOf(found, 25);
    expect(pieces.map((piece) => piece.map(({ frame }) => frame))).toEqual([[0, 5, 10], [60, 65, 70, 75], [200]]);
    const picture = { pictureWidthPx: 1000, pictureHeightPx: 500, strideFrames: 5 };
    const limits = { minTrackFrames: 15, minFacePx: 1 };
    expect(pieces.map((piece) => finishedTrack(piece, limits, picture)?.faces.length ?? null)).toEqual([
      null,
      16,
      null,
    ]);
  });
});
