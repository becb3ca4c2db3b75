import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameSize } from '#media/frames.ts';
import { resolveModel } from '#models/registry.ts';
import { itShared, sharedPath } from '../../../testing/shared-data.ts';
import { localKernelContext, modelsDir } from '../../audio/testing/local-kernels.ts';
import { seededRandom } from '../../audio/testing/synthetic-pcm.ts';
import { firstFrame, greyFrame, pasteFace, type FacePicture } from '../testing/pasted-faces.ts';
import { fillPlanar } from '../yuv-picture.ts';
import { decodeBlaze } from './blaze-face.ts';
import { decodeDetections, encodeDetections } from './detection-file.ts';
import { iou, type Box, type Detection } from './detection.ts';
import { faceDetect, type Detector } from './face-detect-kernel.ts';
import { followRegions, isWholeIn, scanRegions, wholeRegion } from './scan-plan.ts';
import { blend, joinTiles, suppress } from './suppress.ts';
import { decodeYunet } from './yunet.ts';

const face = (x1: number, y1: number, x2: number, y2: number, score = 0.9): Detection => ({
  ...{ x1, y1, x2, y2, score },
  points: [x1, y1, x2, y1, x1, y2, x2, y2, x2, y2],
});

describe('BlazeFace', () => {
  const empty = () => ({
    fineScores: new Float32Array(512).fill(-100),
    coarseScores: new Float32Array(384).fill(-100),
    fineBoxes: new Float32Array(512 * 16),
    coarseBoxes: new Float32Array(384 * 16),
  });
  it('reads boxes and points from their anchors', () => {
    const outputs = empty();
    // Second anchor of cell (row 2, column 3) of the 16×16 grid: centre (56, 40).
    const fine = 2 * (2 * 16 + 3) + 1;
    outputs.fineScores[fine] = 2;
    outputs.fineBoxes.set([4, -8, 40, 20, 1, 2, 3, 4, 5, 6, 7, 8], fine * 16);
    // Last anchor of the last cell of the 8×8 grid: centre (240, 240).
    outputs.coarseScores[383] = 0.1;
    outputs.coarseBoxes.set([0, 0, 30, 30], 383 * 16);
    const [first, second, ...others] = decodeBlaze(outputs, 0.5);
    expect(others).toEqual([]);
    const { points, ...box } = first!;
    expect(box).toMatchObject({ x1: 40, y1: 22, x2: 80, y2: 42 });
    expect(points.map((value) => Math.round(1e6 * value) / 1e6)).toEqual([57, 42, 59, 44, 61, 46, 63, 48, 63, 48]);
    expect(first!.score).toBeCloseTo(0.8808, 4);
    expect(second).toMatchObject({ x1: 225, y1: 225, x2: 255, y2: 255 });
    expect(decodeBlaze(outputs, 0.6)).toHaveLength(1);
  });
});

describe('YuNet', () => {
  it('reads boxes and points relative to their cell', () => {
    // Input 64×32: 8×4 cells of stride 8.
    const maps = { stride: 8, cls: new Float32Array(32), obj: new Float32Array(32) };
    const bbox = new Float32Array(32 * 4);
    const kps = new Float32Array(32 * 10);
    const cell = 2 * 8 + 5;
    maps.cls[cell] = 1.2;
    maps.obj[cell] = 0.64;
    bbox.set([0.5, 0.25, Math.log(2), 0], cell * 4);
    kps.set([0, 0, 1, 1, 0.5, 0.5, 0, 1, 1, 0], cell * 10);
    const [found, ...others] = decodeYunet([{ ...maps, bbox, kps }], 64, 0.5);
    expect(others).toEqual([]);
    expect(found!.score).toBeCloseTo(0.8, 6);
    expect([found!.x1, found!.y1, found!.x2, found!.y2]).toEqual(
      [36, 14, 52, 22].map((value) => expect.closeTo(value, 4) as number),
    );
    expect(found!.points).toEqual([40, 16, 48, 24, 44, 20, 40, 24, 48, 16]);
  });
});

describe('suppression', () => {
  it('keeps the best of boxes that overlap above the limit', () => {
    const boxes = [face(0, 0, 10, 10, 0.6), face(1, 0, 11, 10, 0.9), face(20, 0, 30, 10, 0.5)];
    expect(suppress(boxes, 0.3).map(({ score }) => score)).toEqual([0.9, 0.5]);
    expect(suppress(boxes, 0.95)).toHaveLength(3);
  });
  it('blends by score', () => {
    const [one, ...others] = blend([face(0, 0, 10, 10, 0.75), face(4, 0, 14, 10, 0.25)], 0.3);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ x1: 1, x2: 11, score: 0.75 });
    expect(one!.points[0]).toBe(1);
  });
  it('joins a part of a face with the face', () => {
    expect(joinTiles([face(0, 0, 100, 100, 0.9), face(60, 60, 99, 99, 0.8)])).toHaveLength(1);
    expect(joinTiles([face(0, 0, 100, 100, 0.9), face(90, 0, 190, 100, 0.8)])).toHaveLength(2);
  });
});

const anySize = fc
  .tuple(fc.integer({ min: 2, max: 2000 }), fc.integer({ min: 2, max: 2000 }))
  .map(([widthPx, heightPx]) => frameSize({ widthPx, heightPx, rotationDeg: 0 }, 640, 640));

describe('the scan', () => {
  it('shows every small face whole in some tile, and the whole picture once', () => {
    fc.assert(
      fc.property(
        anySize,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (size, u, v) => {
          const regions = scanRegions(size);
          expect(regions[0]).toEqual(wholeRegion(size));
          expect(regions.length).toBeLessThanOrEqual(21);
          const { pictureWidthPx, pictureHeightPx } = size;
          expect(regions[0]!.width).toBeGreaterThanOrEqual(Math.max(pictureWidthPx, pictureHeightPx));
          if (regions.length === 1) return;
          const side = Math.min(0.055 * Math.max(pictureWidthPx, pictureHeightPx), pictureWidthPx, pictureHeightPx);
          const x1 = u * (pictureWidthPx - side);
          const y1 = v * (pictureHeightPx - side);
          const box = { x1, y1, x2: x1 + side, y2: y1 + side };
          expect(
            regions.slice(1).some((region) => isWholeIn(box, region, size) && iou(box, box) > 0 && holds(region, box)),
          ).toBe(true);
        },
      ),
    );
  });
  it('of 16:9 is nine looks', () => {
    expect(scanRegions(frameSize({ widthPx: 1280, heightPx: 720, rotationDeg: 0 }, 640, 640))).toHaveLength(9);
  });
  it('follows small faces in tiles of their own and large ones in the whole', () => {
    const size = frameSize({ widthPx: 1280, heightPx: 720, rotationDeg: 0 }, 640, 640);
    const small = { x1: 500, y1: 300, x2: 512, y2: 312 };
    const large = { x1: 100, y1: 100, x2: 220, y2: 220 };
    const regions = followRegions(size, [small, large]);
    expect(regions).toHaveLength(2);
    expect(holds(regions[1]!, small)).toBe(true);
    const scattered = Array.from({ length: 24 }, (_, at) =>
      face((at % 6) * 105, 80 * (at >> 2), (at % 6) * 105 + 9, 80 * (at >> 2) + 9),
    );
    expect(followRegions(size, scattered).length).toBeLessThanOrEqual(9);
  });
});

const holds = (region: { x: number; y: number; width: number; height: number }, box: Box): boolean =>
  box.x1 >= region.x - 0.01 * region.width &&
  box.y1 >= region.y - 0.01 * region.width &&
  box.x2 <= region.x + 1.01 * region.width &&
  box.y2 <= region.y + 1.01 * region.height;

describe('pixels', () => {
  it('are RGB or BGR of BT.601, zero beside the picture', () => {
    const size = frameSize({ widthPx: 60, heightPx: 32, rotationDeg: 0 }, 64, 64);
    const pixels = size.widthPx * size.heightPx;
    const data = new Uint8Array((pixels * 3) / 2).fill(81, 0, pixels);
    data.fill(90, pixels, pixels * 1.25).fill(240, pixels * 1.25);
    const read = (order: 'rgb' | 'bgr'): number[] => {
      const out = new Float32Array(3 * 64 * 32);
      fillPlanar(
        out,
        data,
        size,
        { x: 0, y: 0, width: 64, height: 32 },
        { width: 64, height: 32, scale: 1, shift: 0, order },
      );
      return [0, 1, 2].flatMap((plane) => [Math.round(out[plane * 64 * 32]!), out[plane * 64 * 32 + 62]!]);
    };
    expect(read('rgb')).toEqual([255, 0, 0, 0, 0, 0]);
    expect(read('bgr')).toEqual([0, 0, 0, 0, 255, 0]);
  });
});

describe('the file of detections', () => {
  it('gives back what went in, as shares of the picture', () => {
    const faces = [face(10, 20, 30, 40, 0.5), face(-5, 0, 15, 20, 0.75)];
    const rows = encodeDetections(
      [
        { frame: 5, faces },
        { frame: 10, faces: [] },
        { frame: 250_000, faces: [faces[0]!] },
      ],
      100,
      50,
    );
    const back = decodeDetections(rows);
    expect(back.map(({ frame, faces: found }) => [frame, found.length])).toEqual([
      [5, 2],
      [250_000, 1],
    ]);
    expect(back[0]!.faces[0]).toMatchObject({
      x1: expect.closeTo(0.1, 6) as number,
      y2: expect.closeTo(0.8, 6) as number,
      score: 0.5,
    });
    expect(back[0]!.faces[1]!.x1).toBeCloseTo(-0.05, 6);
    expect(back[0]!.faces[1]!.points[1]).toBe(0);
  });
});

describe('faces of 24 pixels in 1280×720', () => {
  const clips = ['bbaf2n', 'lbax4n', 'lbbc2a', 'lwbsza'].map((name) =>
    sharedPath(`data/video/grid_10speakers/GRID/${name}.mpg`),
  );
  async function find(detector: Detector, picture: Pick<FacePicture, 'size' | 'data'>): Promise<Detection[]> {
    const model = async (id: string): Promise<string> =>
      (await resolveModel(id, [modelsDir, sharedPath('models')])).path;
    const { output } = await faceDetect(localKernelContext(), {
      ...{
        detector,
        size: picture.size,
        minScore: 0.5,
        strideFrames: 5,
        squarePx: 640,
        scale: 1,
        appearancePath: null,
      },
      modelPath: await model(detector),
      meshPath: await model('face-mesh'),
      frames: [{ index: 0, data: picture.data.slice(), scan: true }],
    });
    const { pictureWidthPx: width, pictureHeightPx: height } = picture.size;
    return decodeDetections(output.rows).flatMap(({ faces }) =>
      faces.map((one) => ({
        ...one,
        x1: one.x1 * width,
        x2: one.x2 * width,
        y1: one.y1 * height,
        y2: one.y2 * height,
      })),
    );
  }
  itShared(
    'are found by the embedded default, and nothing else is',
    async () => {
      const random = seededRandom(3);
      const unit = (): number => Math.abs(random() % 1);
      let hits = 0;
      let others = 0;
      let pasted = 0;
      for (const clip of clips) {
        const picture = await firstFrame(clip);
        const [known, ...rest] = await find('blazeface', picture);
        expect(rest).toEqual([]);
        for (let place = 0; place < 5; place++) {
          // 12 pixels of the 640 that the pass looks at.
          const frame = greyFrame(640, unit);
          const truth = pasteFace(
            frame,
            { ...picture, face: known! },
            Math.floor(20 + 560 * unit()),
            Math.floor(20 + 280 * unit()),
            12,
          );
          const found = await find('blazeface', frame);
          pasted++;
          if (found.some((one) => iou(one, truth) > 0.3)) hits++;
          others += found.filter((one) => iou(one, truth) <= 0.3).length;
        }
      }
      expect(hits / pasted).toBeGreaterThanOrEqual(0.8);
      expect(others / pasted).toBeLessThanOrEqual(0.1);
    },
    120_000,
  );
});
