import { Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { frameSize } from '#media/frames.ts';
import { APPEARANCE_DIMS, appearanceOf } from './appearance.ts';

const size = frameSize({ widthPx: 640, heightPx: 360, rotationDeg: 0 }, 640, 640);
/** Grey, white in the box. */
function picture(x1: number, y1: number, x2: number, y2: number): Uint8Array {
  const data = new Uint8Array((size.widthPx * size.heightPx * 3) / 2)
    .fill(128)
    .fill(16, 0, size.widthPx * size.heightPx);
  for (let y = y1; y < y2; y++) data.fill(235, y * size.widthPx + x1, y * size.widthPx + x2);
  return data;
}
/** A net that answers with the first pixels of its input. */
function net(dims: number) {
  const shapes: (readonly number[])[] = [];
  return {
    shapes,
    inputNames: ['image'],
    outputNames: ['feature'],
    run: (feeds: Record<string, Tensor>) => {
      const { dims: shape, data } = feeds['image']!;
      shapes.push(shape);
      const each = data.length / shape[0]!;
      const values = Float32Array.from({ length: shape[0]! * dims }, (_, at) => {
        return data[Math.floor(at / dims) * each + (at % dims)] as number;
      });
      return Promise.resolve({ feature: new Tensor('float32', values, [shape[0]!, dims]) });
    },
  };
}

it('faces go to the net as 256×128 of normalised RGB and come back with unit length, in their order', async () => {
  const session = net(APPEARANCE_DIMS);
  const boxes = [
    { x1: 100, y1: 100, x2: 164, y2: 228 },
    { x1: 300, y1: 10, x2: 340, y2: 50 },
    { x1: 400, y1: 10, x2: 440, y2: 50 },
  ];
  const features = await appearanceOf(session, picture(90, 90, 180, 240), size, boxes);
  expect(features).toHaveLength(3 * APPEARANCE_DIMS);
  expect(session.shapes).toEqual([
    [2, 3, 256, 128],
    [1, 3, 256, 128],
  ]);
  // White of red is (1 − .485) / .229, black −.485 / .229: both became 1/√512 of a vector of equal values.
  const each = 1 / Math.sqrt(APPEARANCE_DIMS);
  expect(features[0]).toBeCloseTo(each, 6);
  expect(features[APPEARANCE_DIMS]).toBeCloseTo(-each, 6);
  expect(Math.hypot(...features.subarray(2 * APPEARANCE_DIMS))).toBeCloseTo(1, 6);
});

it('another net is refused in words', async () => {
  const work = appearanceOf(net(128), picture(0, 0, 9, 9), size, [{ x1: 0, y1: 0, x2: 9, y2: 9 }]);
  await expect(work).rejects.toMatchObject({
    data: { code: 'bad-input', message: expect.stringContaining('128') as string },
  });
});
