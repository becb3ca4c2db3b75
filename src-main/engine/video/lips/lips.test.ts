import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lipBoxAt } from '#shared/evidence/face-schemas.ts';
import { lipRowValues, meshProbabilityAt } from '#shared/formats/m3sd-lips.ts';
import type { CropRegion } from '../views/crop.ts';
import { fivePoints, M3SD_LIP_POINTS, MESH, MESH_VALUES } from './face-points.ts';
import { mouthTemplate } from './lip-crops-consumer.ts';
import { LIP, LIP_VALUES } from './lip-file.ts';
import {
  headYawDeg,
  lipBox,
  lipRow,
  lowerFaceBox,
  MESH_SIDE_PX,
  meshInPicture,
  meshRegion,
  mouthOpening,
  pictureMeasures,
} from './lip-measures.ts';

/** A mesh with points at given places, all others at (96, 96, 0). */
function meshWith(points: Readonly<Record<number, readonly [number, number, number?]>>): Float32Array {
  const mesh = new Float32Array(MESH_VALUES).map((_, at) => (at % 3 === 2 ? 0 : 96));
  for (const [point, [x, y, z = 0]] of Object.entries(points)) mesh.set([x, y, z], 3 * Number(point));
  return mesh;
}
const mouth = meshWith({
  [MESH.mouthLeft]: [70, 130],
  [MESH.mouthRight]: [120, 130],
  [MESH.innerUpperLip]: [95, 128],
  [MESH.innerLowerLip]: [95, 138],
  [MESH.outerUpperLip]: [95, 120],
  [MESH.outerLowerLip]: [95, 145],
});
const anyRegion: fc.Arbitrary<CropRegion> = fc
  .record({
    centreX: fc.double({ min: 0, max: 1000, noNaN: true }),
    centreY: fc.double({ min: 0, max: 1000, noNaN: true }),
    width: fc.double({ min: 10, max: 500, noNaN: true }),
    angleRad: fc.double({ min: -1, max: 1, noNaN: true }),
  })
  .map((region) => ({ ...region, height: region.width }));

describe('the mouth', () => {
  it('is as open as the distances of its lips over its width say', () => {
    const { aperture, outerOpening } = mouthOpening(mouth);
    expect(aperture).toBeCloseTo(0.2, 6);
    expect(outerOpening).toBeCloseTo(0.5, 6);
  });

  it('is as open wherever the face lies, however large and turned it is', () => {
    fc.assert(
      fc.property(anyRegion, (region) => {
        const { aperture, outerOpening } = mouthOpening(meshInPicture(mouth, region));
        expect(aperture).toBeCloseTo(0.2, 3);
        expect(outerOpening).toBeCloseTo(0.5, 3);
      }),
    );
  });
});

describe('the mesh in the picture', () => {
  it('lies where its region lies', () => {
    const region = { centreX: 300, centreY: 200, width: 96, height: 96, angleRad: 0 };
    const moved = meshInPicture(meshWith({ 0: [96, 96, 10], 1: [0, 192, 0] }), region);
    expect([...moved.subarray(0, 6)]).toEqual([300, 200, 5, 252, 248, 0]);
    const turned = meshInPicture(meshWith({ 0: [192, 96] }), { ...region, angleRad: Math.PI / 2 });
    expect(turned[0]).toBeCloseTo(300, 4);
    expect(turned[1]).toBeCloseTo(248, 4);
  });

  it('has five points for alignment, the eyes in the middle of their corners', () => {
    const mesh = meshWith({
      [MESH.eyeLeftOuter]: [60, 80],
      [MESH.eyeLeftInner]: [80, 82],
      [MESH.eyeRightInner]: [110, 81],
      [MESH.eyeRightOuter]: [130, 79],
      [MESH.noseTip]: [95, 105],
      [MESH.mouthLeft]: [75, 130],
      [MESH.mouthRight]: [115, 131],
    });
    expect(fivePoints(mesh)).toEqual([70, 81, 120, 80, 95, 105, 75, 130, 115, 131]);
  });
});

describe('the square for the mesh', () => {
  const box = { x1: 100, y1: 50, x2: 140, y2: 110 };
  it('is one and a half times the longer side, turned with the eyes', () => {
    const region = meshRegion(box, [110, 70, 130, 90]);
    expect(region).toMatchObject({ centreX: 120, centreY: 80, width: 90, height: 90 });
    expect(region.angleRad).toBeCloseTo(Math.PI / 4, 9);
  });
  it('stands upright where no eyes are known or they make no sense', () => {
    expect(meshRegion(box, [0, 0, 0, 0]).angleRad).toBe(0);
    expect(meshRegion(box, [130, 70, 110, 70]).angleRad).toBe(0);
    expect(meshRegion(box, [NaN, 0, 1, 1]).angleRad).toBe(0);
    expect(meshRegion({ x1: 5, y1: 5, x2: 5, y2: 5 }, [0, 0, 1, 0]).width).toBe(1);
  });
});

describe('the turn of the head', () => {
  const turned = (z: number): number =>
    headYawDeg(meshWith({ [MESH.eyeLeftOuter]: [60, 80, 0], [MESH.eyeRightOuter]: [120, 80, z] }));
  it('is 0 to the camera and positive to the picture’s right', () => {
    expect(turned(0)).toBe(0);
    expect(turned(60)).toBeCloseTo(45, 5);
    expect(turned(-60)).toBeCloseTo(-45, 5);
  });
});

describe('a row of lips', () => {
  const sight = { box: { x1: 100, y1: 100, x2: 200, y2: 200 }, meshProbability: 0.9, sharpness: 5, brightness: 0.4 };
  it('has the bounds of M3SD’s landmarks as shares of the picture', () => {
    const box = lipBox(mouth);
    for (const point of M3SD_LIP_POINTS) {
      expect(mouth[3 * point]).toBeGreaterThanOrEqual(box.x1);
      expect(mouth[3 * point + 1]).toBeLessThanOrEqual(box.y2);
    }
    const row = lipRow({ ...sight, mesh: mouth }, 400, 200);
    expect(row).toHaveLength(LIP_VALUES);
    expect(row[LIP.centreX]).toBeCloseTo((70 + 120) / 2 / 400, 6);
    expect(row[LIP.width]).toBeCloseTo(50 / 400, 6);
    expect(row[LIP.centreY]! - row[LIP.height]! / 2).toBeCloseTo(96 / 200, 6);
    expect(row[LIP.centreY]! + row[LIP.height]! / 2).toBeCloseTo(145 / 200, 6);
    expect(row[LIP.aperture]).toBeCloseTo(0.2, 6);
  });
  it('has the lower face, and no opening, where the mesh is unsure', () => {
    const row = lipRow({ ...sight, mesh: null, meshProbability: 0.1 }, 1000, 1000);
    const box = lowerFaceBox(sight.box);
    expect(row[LIP.centreX]).toBeCloseTo(0.15, 6);
    expect(row[LIP.centreY]).toBeCloseTo((box.y1 + box.y2) / 2000, 6);
    expect(row[LIP.aperture]).toBeNaN();
    expect(row[LIP.yawDeg]).toBeNaN();
    expect(row[LIP.meshProbability]).toBeCloseTo(0.1, 6);
    expect(box.y1).toBeGreaterThan(150);
  });
});

describe('other zones', () => {
  it('read rows of lips as they are written', () => {
    expect([lipRowValues, lipBoxAt, meshProbabilityAt]).toEqual([LIP_VALUES, LIP.centreX, LIP.meshProbability]);
  });
});

describe('the template of lip pictures', () => {
  it('has the mouth in the middle, half as wide as the picture, and the eyes above it', () => {
    const [leftEyeX, leftEyeY, , , , noseY, leftX, leftY, rightX, rightY] = mouthTemplate(96);
    expect((leftX! + rightX!) / 2).toBeCloseTo(48, 6);
    expect((leftY! + rightY!) / 2).toBeCloseTo(48, 6);
    expect(rightX! - leftX!).toBeCloseTo(48, 6);
    expect(noseY).toBeGreaterThan(0);
    expect(leftEyeY).toBeLessThan(0);
    expect(leftEyeX).toBeLessThan(leftX!);
  });
});

describe('sharpness and brightness', () => {
  const picture = (grey: (x: number, y: number) => number): Float32Array =>
    Float32Array.from({ length: 3 * MESH_SIDE_PX ** 2 }, (_, at) => {
      const place = at % MESH_SIDE_PX ** 2;
      return grey(place % MESH_SIDE_PX, Math.floor(place / MESH_SIDE_PX)) / 255;
    });
  it('of an even picture are none and its grey', () => {
    const { sharpness, brightness } = pictureMeasures(
      picture(() => 51),
      MESH_SIDE_PX,
    );
    expect(sharpness).toBeCloseTo(0, 3);
    expect(brightness).toBeCloseTo(0.2, 4);
  });
  it('are more the finer the picture is', () => {
    const waves = (period: number): number =>
      pictureMeasures(
        picture((x) => 128 + 60 * Math.sin((2 * Math.PI * x) / period)),
        MESH_SIDE_PX,
      ).sharpness;
    expect(waves(4)).toBeGreaterThan(2 * waves(8));
    expect(waves(8)).toBeGreaterThan(2 * waves(16));
  });
});
