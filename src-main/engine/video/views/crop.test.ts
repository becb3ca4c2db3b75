import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameSize, type FrameSize } from '#media/frames.ts';
import { seededRandom } from '../../audio/testing/synthetic-pcm.ts';
import { fillPlanar } from '../yuv-picture.ts';
import { cropBytes, sampleCrop, type CropFormat, type CropRegion } from './crop.ts';
import { alignedRegion, ARCFACE_TEMPLATE } from './similarity.ts';

function noise(size: FrameSize, seed: number): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: (size.widthPx * size.heightPx * 3) / 2 }, () => 16 + 220 * random());
}

const anySize = fc
  .tuple(fc.integer({ min: 2, max: 90 }), fc.integer({ min: 2, max: 90 }))
  .map(([widthPx, heightPx]) => frameSize({ widthPx, heightPx, rotationDeg: 0 }, 90, 90));
const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const anyRegion: fc.Arbitrary<CropRegion> = fc.record({
  centreX: number(-40, 130),
  centreY: number(-40, 130),
  width: number(0.5, 150),
  height: number(0.5, 150),
  angleRad: fc.oneof(fc.constant(0), number(-3.2, 3.2)),
});
const anyFormat: fc.Arbitrary<CropFormat> = fc.record({
  widthPx: fc.integer({ min: 1, max: 12 }),
  heightPx: fc.integer({ min: 1, max: 12 }),
  colour: fc.constantFrom('grey' as const, 'rgb' as const, 'bgr' as const),
  outside: fc.constantFrom(0, 110),
});

/** Pixel by pixel, from the definition. */
function plainCrop(data: Uint8Array, size: FrameSize, region: CropRegion, format: CropFormat): number[][] {
  const { pictureWidthPx: width, pictureHeightPx: height, widthPx: stride } = size;
  const luma = (x: number, y: number): number => data[y * stride + x]!;
  const chroma = (plane: number, x: number, y: number): number =>
    data[stride * size.heightPx * (1 + plane / 4) + Math.floor(y / 2) * (stride / 2) + Math.floor(x / 2)]!;
  const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  const planes: number[][] = format.colour === 'grey' ? [[]] : [[], [], []];
  for (let row = 0; row < format.heightPx; row++) {
    for (let column = 0; column < format.widthPx; column++) {
      const u = ((column + 0.5) / format.widthPx - 0.5) * region.width;
      const v = ((row + 0.5) / format.heightPx - 0.5) * region.height;
      const x = region.centreX + u * Math.cos(region.angleRad) - v * Math.sin(region.angleRad) - 0.5;
      const y = region.centreY + u * Math.sin(region.angleRad) + v * Math.cos(region.angleRad) - 0.5;
      if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) {
        for (const plane of planes) plane.push(format.outside);
        continue;
      }
      const [xc, yc] = [clamp(x, width - 1), clamp(y, height - 1)];
      const [x0, y0] = [Math.floor(xc), Math.floor(yc)];
      const [x1, y1] = [clamp(x0 + 1, width - 1), clamp(y0 + 1, height - 1)];
      const [fx, fy] = [xc - x0, yc - y0];
      const y8 =
        luma(x0, y0) * (1 - fx) * (1 - fy) +
        luma(x1, y0) * fx * (1 - fy) +
        luma(x0, y1) * (1 - fx) * fy +
        luma(x1, y1) * fx * fy;
      const grey = (y8 - 16) * 1.164;
      const [cu, cv] = [0, 1].map((plane) => chroma(plane, Math.floor(xc + 0.5), Math.floor(yc + 0.5)) - 128) as [
        number,
        number,
      ];
      const rgb = [grey + 1.596 * cv, grey - 0.392 * cu - 0.813 * cv, grey + 2.017 * cu];
      const values = format.colour === 'grey' ? [grey] : format.colour === 'rgb' ? rgb : rgb.toReversed();
      values.forEach((value, plane) => planes[plane]!.push(clamp(value, 255)));
    }
  }
  return planes;
}

describe('a crop', () => {
  it('is what the definition says, turned or not, in the picture or beyond', () => {
    fc.assert(
      fc.property(anySize, anyRegion, anyFormat, fc.nat(1000), (size, region, format, seed) => {
        const data = noise(size, seed);
        const out = new Uint8Array(cropBytes(format));
        sampleCrop(out, data, size, region, format);
        // At a distance of exactly half a pixel rounding decides on which side of the edge a sample lies.
        fc.pre(isClearOfEdges(region, format, size));
        const plain = plainCrop(data, size, region, format).flat();
        plain.forEach((value, at) => expect(Math.abs(out[at]! - value)).toBeLessThanOrEqual(2.5));
      }),
      { numRuns: 300 },
    );
  });

  it('that is not turned is what the detectors see', () => {
    const size = frameSize({ widthPx: 64, heightPx: 48, rotationDeg: 0 }, 64, 64);
    const data = noise(size, 1);
    const out = new Float32Array(3 * 20 * 10);
    const region = { centreX: 30, centreY: 21, width: 80, height: 31, angleRad: 0 };
    sampleCrop(out, data, size, region, { widthPx: 20, heightPx: 10, colour: 'rgb', outside: 0 });
    const other = new Float32Array(out.length);
    const format = { width: 20, height: 10, scale: 1, shift: 0, order: 'rgb' as const };
    fillPlanar(other, data, size, { x: -10, y: 5.5, width: 80, height: 31 }, format);
    other.forEach((value, at) => expect(Math.abs(out[at]! - value)).toBeLessThan(0.51));
  });

  it('may be empty of picture', () => {
    const size = frameSize({ widthPx: 8, heightPx: 8, rotationDeg: 0 }, 8, 8);
    const out = new Uint8Array(9);
    const region = { centreX: NaN, centreY: 0, width: 1, height: 1, angleRad: 0 };
    sampleCrop(out, noise(size, 1), size, region, { widthPx: 3, heightPx: 3, colour: 'grey', outside: 110 });
    expect([...out]).toEqual(Array(9).fill(110));
  });
});

function isClearOfEdges(region: CropRegion, format: CropFormat, size: FrameSize): boolean {
  for (let row = 0; row < format.heightPx; row++) {
    for (let column = 0; column < format.widthPx; column++) {
      const u = ((column + 0.5) / format.widthPx - 0.5) * region.width;
      const v = ((row + 0.5) / format.heightPx - 0.5) * region.height;
      const x = region.centreX + u * Math.cos(region.angleRad) - v * Math.sin(region.angleRad);
      const y = region.centreY + u * Math.sin(region.angleRad) + v * Math.cos(region.angleRad);
      for (const [value, end] of [
        [x, size.pictureWidthPx],
        [y, size.pictureHeightPx],
      ] as const) {
        if (Math.abs(value) < 1e-6 || Math.abs(value - end) < 1e-6) return false;
        // Between two samples of chroma.
        if (Math.abs(value - Math.round(value)) < 1e-6) return false;
      }
    }
  }
  return true;
}

describe('alignment by five points', () => {
  const format = { widthPx: 112, heightPx: 112 };
  /** A point of the crop in the picture. */
  const inPicture = (region: CropRegion, x: number, y: number): [number, number] => {
    const u = (x / format.widthPx - 0.5) * region.width;
    const v = (y / format.heightPx - 0.5) * region.height;
    const [cos, sin] = [Math.cos(region.angleRad), Math.sin(region.angleRad)];
    return [region.centreX + u * cos - v * sin, region.centreY + u * sin + v * cos];
  };

  it('finds the place of a face again, however it is shifted, turned and scaled', () => {
    fc.assert(
      fc.property(number(-500, 500), number(-500, 500), number(1, 800), number(-3, 3), (x, y, side, angleRad) => {
        const region = { centreX: x, centreY: y, width: side, height: side, angleRad };
        const points = Array.from({ length: 5 }, (_, at) =>
          inPicture(region, ARCFACE_TEMPLATE[2 * at]!, ARCFACE_TEMPLATE[2 * at + 1]!),
        ).flat();
        const found = alignedRegion(points, ARCFACE_TEMPLATE, format);
        expect(found.centreX).toBeCloseTo(x, 6);
        expect(found.centreY).toBeCloseTo(y, 6);
        expect(found.width).toBeCloseTo(side, 6);
        expect(found.height).toBeCloseTo(side, 6);
        expect(Math.cos(found.angleRad - angleRad)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('does not move a point farther than the best similarity by small steps', () => {
    fc.assert(
      fc.property(fc.array(number(0, 300), { minLength: 10, maxLength: 10 }), (points) => {
        fc.pre(Math.hypot(points[0]! - points[6]!, points[1]! - points[7]!) > 1);
        const error = (region: CropRegion): number => {
          let sum = 0;
          for (let at = 0; at < 5; at++) {
            const [x, y] = inPicture(region, ARCFACE_TEMPLATE[2 * at]!, ARCFACE_TEMPLATE[2 * at + 1]!);
            sum += (x - points[2 * at]!) ** 2 + (y - points[2 * at + 1]!) ** 2;
          }
          return sum;
        };
        const found = alignedRegion(points, ARCFACE_TEMPLATE, format);
        fc.pre(found.width > 1);
        const best = error(found) + 1e-6;
        for (const step of [-0.5, 0.5]) {
          expect(error({ ...found, centreX: found.centreX + step })).toBeGreaterThan(best - 1e-5);
          expect(error({ ...found, centreY: found.centreY + step })).toBeGreaterThan(best - 1e-5);
          expect(error({ ...found, angleRad: found.angleRad + step / 10 })).toBeGreaterThan(best - 1e-5);
          const side = found.width + step;
          expect(error({ ...found, width: side, height: side })).toBeGreaterThan(best - 1e-5);
        }
      }),
    );
  });

  it('of five equal points is a region that can be sampled', () => {
    const region = alignedRegion(Array(10).fill(5), ARCFACE_TEMPLATE, format);
    expect(Object.values(region).every(Number.isFinite)).toBe(true);
  });
});
