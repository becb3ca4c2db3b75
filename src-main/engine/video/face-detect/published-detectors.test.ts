import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/api/errors.ts';
import { frameSize } from '#media/frames.ts';
import { resolveModel } from '#models/registry.ts';
import { itShared, sharedPath } from '../../../testing/shared-data.ts';
import { localKernelContext, modelsDir } from '../../audio/testing/local-kernels.ts';
import { firstFrame } from '../testing/pasted-faces.ts';
import { fillPlanar } from '../yuv-picture.ts';
import { decodeDetections } from './detection-file.ts';
import { iou, typicalPoints } from './detection.ts';
import { faceDetect, type Detector } from './face-detect-kernel.ts';
import { decodeRetina } from './retina-face.ts';
import { decodeRfb } from './rfb-320.ts';
import { decodeS3fd, s3fdCells } from './s3fd.ts';

describe('RetinaFace', () => {
  // 64×32: 8×4 cells of stride 8, 4×2 of 16, 2×1 of 32, two anchors each.
  const anchors = 2 * (32 + 8 + 2);
  const outputs = () => ({
    bbox: new Float32Array(4 * anchors),
    conf: new Float32Array(2 * anchors),
    landm: new Float32Array(10 * anchors),
  });
  it('reads boxes and points from their anchors', () => {
    const maps = outputs();
    // Second anchor (128 px) of the cell in row 1, column 2 of stride 16: centre (40, 24).
    const row = 2 * 32 + 2 * (1 * 4 + 2) + 1;
    maps.conf[2 * row + 1] = 0.9;
    maps.bbox.set([1, -0.5, 5 * Math.log(0.5), 0], 4 * row);
    maps.landm.set([0, 0, 1, 0, 0, 1, 0, 0, -1, -1], 10 * row);
    const [face, ...others] = decodeRetina(maps, 64, 32, 0.7);
    expect(others).toEqual([]);
    // Centre moved by a tenth of the anchor, width halved.
    expect([face!.x1, face!.y1, face!.x2, face!.y2].map((value) => Math.round(100 * value) / 100)).toEqual([
      20.8, -46.4, 84.8, 81.6,
    ]);
    expect(face!.points.map((value) => Math.round(100 * value) / 100)).toEqual([
      40, 24, 52.8, 24, 40, 36.8, 40, 24, 27.2, 11.2,
    ]);
    expect(decodeRetina(maps, 64, 32, 0.95)).toEqual([]);
  });
});

describe('RFB-320', () => {
  const rows = 4420;
  const outputs = () => ({ scores: new Float32Array(2 * rows), boxes: new Float32Array(4 * rows) });
  it('reads boxes from their anchors and stretches them over the picture', () => {
    const { scores, boxes } = outputs();
    // Second anchor (96 px) of the cell in row 2, column 3 of stride 32: centre (112, 80).
    const row = 3600 + 600 + 2 * (2 * 10 + 3) + 1;
    scores[2 * row + 1] = 0.95;
    boxes.set([1, 0, 5 * Math.log(0.5), 0], 4 * row);
    const [face, ...others] = decodeRfb(scores, boxes, 640, 360, 0.9);
    expect(others).toEqual([]);
    expect([face!.x1, face!.y1, face!.x2, face!.y2].map((value) => Math.round(100 * value) / 100)).toEqual([
      195.2, 48, 291.2, 192,
    ]);
    expect(face!.points).toEqual(typicalPoints(face!));
  });
  it('keeps the best ten', () => {
    const { scores, boxes } = outputs();
    // Anchors of 10 px, five cells apart.
    for (let face = 0; face < 14; face++) scores[2 * (3 * 5 * face) + 1] = 0.95 - 0.001 * face;
    const found = decodeRfb(scores, boxes, 640, 360, 0.9);
    expect(found.map(({ score }) => Math.round(1000 * score))).toEqual([
      950, 949, 948, 947, 946, 945, 944, 943, 942, 941,
    ]);
  });
});

describe('S3FD', () => {
  it('has maps of the sizes that its pools leave', () => {
    // 0.35 of 1280×720.
    expect(s3fdCells(448)).toEqual([112, 56, 28, 14, 7, 4]);
    expect(s3fdCells(252)).toEqual([63, 32, 16, 8, 4, 2]);
  });
  const cells = s3fdCells(448).reduce((sum, columns, map) => sum + columns * s3fdCells(252)[map]!, 0);
  it('reads boxes from one anchor a cell and suppresses twice', () => {
    const loc = new Float32Array(4 * cells);
    const conf = new Float32Array(2 * cells);
    // Row 3, column 5 of stride 8: centre (44, 28), anchor 32.
    const first = 112 * 63 + 3 * 56 + 5;
    conf[2 * first + 1] = 0.99;
    loc.set([0.5, 0, 0, 5 * Math.log(1.25)], 4 * first);
    // Two cells on, IoU a seventh: the second suppression takes it.
    conf[2 * (first + 3) + 1] = 0.95;
    // Far away, too weak.
    conf[2 * (first + 20) + 1] = 0.89;
    const [face, ...others] = decodeS3fd(loc, conf, 448, 252, 0.9);
    expect(others).toEqual([]);
    expect([face!.x1, face!.y1, face!.x2, face!.y2].map((value) => Math.round(100 * value) / 100)).toEqual([
      29.6, 8, 61.6, 48,
    ]);
    expect(decodeS3fd(loc, conf, 448, 252, 0.85)).toHaveLength(2);
  });
  it('refuses a net of other maps in words', () => {
    const decode = (): unknown => decodeS3fd(new Float32Array(40), new Float32Array(20), 448, 252, 0.9);
    expect(decode).toThrow(AppError);
    expect(decode).toThrow(/10 boxes where \d+ were expected/);
  });
});

describe('what nets are given', () => {
  it('is the picture less the means of its channels, in a frame of grey', () => {
    const size = frameSize({ widthPx: 64, heightPx: 32, rotationDeg: 0 }, 64, 64);
    // White.
    const data = new Uint8Array((64 * 32 * 3) / 2).fill(235, 0, 64 * 32).fill(128, 64 * 32);
    const out = new Float32Array(3 * 64 * 64);
    fillPlanar(
      out,
      data,
      size,
      { x: 0, y: -16, width: 64, height: 64 },
      {
        ...{ width: 64, height: 64, scale: 1, shift: 0, order: 'rgb', means: [104, 117, 123], beyond: 128 },
      },
    );
    const at = (plane: number, y: number): number => Math.round(out[plane * 4096 + y * 64 + 9]!);
    expect([0, 1, 2].map((plane) => [at(plane, 3), at(plane, 32), at(plane, 60)])).toEqual([
      [24, 151, 24],
      [11, 138, 11],
      [5, 132, 5],
    ]);
  });
});

describe('all detectors that can be had', () => {
  itShared(
    'see the one face of a clip at the same place',
    async () => {
      for (const clip of ['lbax4n', 'lwbsza']) {
        const picture = await firstFrame(sharedPath(`data/video/grid_10speakers/GRID/${clip}.mpg`));
        const find = async (detector: Detector, id: string, squarePx: number) => {
          const model = async (name: string): Promise<string> =>
            (await resolveModel(name, [modelsDir, sharedPath('models')])).path;
          const { output } = await faceDetect(localKernelContext(), {
            ...{
              detector,
              size: picture.size,
              minScore: 0.6,
              strideFrames: 5,
              squarePx,
              scale: 1,
              appearancePath: null,
            },
            modelPath: await model(id),
            meshPath: null,
            frames: [{ index: 0, data: picture.data.slice(), scan: true }],
          });
          return decodeDetections(output.rows).flatMap(({ faces }) => faces);
        };
        const [known, ...more] = await find('blazeface', 'blazeface', 0);
        expect(more).toEqual([]);
        for (const [detector, id, squarePx] of [
          ['yunet', 'yunet', 0],
          ['retinaface', 'retinaface-mnet025', 640],
          ['rfb-320', 'ultralight-rfb', 0],
        ] as const) {
          const [face, ...others] = await find(detector, id, squarePx);
          expect(others, detector).toEqual([]);
          expect(iou(face!, known!), detector).toBeGreaterThan(0.5);
          // Eyes and mouth where BlazeFace has them, within a sixth of the face.
          const width = known!.x2 - known!.x1;
          const isNear = (point: number): boolean =>
            Math.hypot(
              face!.points[point]! - known!.points[point]!,
              face!.points[point + 1]! - known!.points[point + 1]!,
            ) <
            width / 4;
          expect([isNear(0), isNear(2)], detector).toEqual([true, true]);
        }
      }
    },
    120_000,
  );
});
