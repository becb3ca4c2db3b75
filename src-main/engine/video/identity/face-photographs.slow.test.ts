import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { findTools } from '#media/ffmpeg.ts';
import { frameSize, type FrameSize } from '#media/frames.ts';
import { resolveModel } from '#models/registry.ts';
import { localKernelContext, modelsDir } from '../../audio/testing/local-kernels.ts';
import { decodeDetections } from '../face-detect/detection-file.ts';
import { faceDetect } from '../face-detect/face-detect-kernel.ts';
import { FACE_VALUES, faceViews } from '../views/face-views-kernel.ts';
import { faceEmbed } from './face-embed-kernel.ts';
import { embeddedLookNet as net } from './look-nets.ts';
import { cosine } from './track-groups.ts';
import type { WindowPlace } from '../views/view-window.ts';

/**
 * Photographs in a picture of the npm package that brings the embedded net: in the first row 18 of one man, from the third
 * row on of others (docs/adr/0083).
 */
const picture = path.resolve(
  import.meta.dirname,
  '../../../../node_modules/@vladmandic/human/assets/screenshot-facematch.jpg',
);
const uncut: WindowPlace = { xPx: 0, yPx: 0, scaleX: 1, scaleY: 1 };
const [WIDTH, HEIGHT, COLUMNS, TOP, ROW_STEP, SIDE] = [1920, 954, 18, 283, 112.2, 106];

interface Photograph {
  readonly size: FrameSize;
  readonly data: Uint8Array<ArrayBuffer>;
}

async function wholePicture(): Promise<Buffer> {
  const { ffmpegPath } = await findTools();
  const args = [
    '-v',
    'error',
    '-i',
    picture,
    '-vf',
    'scale=out_range=tv',
    '-pix_fmt',
    'yuv420p',
    '-f',
    'rawvideo',
    '-',
  ];
  const options = { encoding: 'buffer' as const, maxBuffer: 2 * WIDTH * HEIGHT };
  return (await promisify(execFile)(ffmpegPath, args, options)).stdout;
}

function photograph(whole: Buffer, row: number, column: number): Photograph {
  const size = frameSize({ widthPx: SIDE, heightPx: SIDE, rotationDeg: 0 }, SIDE, SIDE);
  const data = new Uint8Array((size.widthPx * size.heightPx * 3) / 2);
  const left = 2 * Math.round((column * WIDTH) / COLUMNS / 2);
  const top = 2 * Math.round((TOP + row * ROW_STEP) / 2);
  let [from, to] = [0, 0];
  for (const half of [1, 2, 2]) {
    const [stride, outStride] = [WIDTH / half, size.widthPx / half];
    for (let y = 0; y < SIDE / half; y++) {
      const start = from + (top / half + y) * stride + left / half;
      data.set(whole.subarray(start, start + SIDE / half), to + y * outStride);
    }
    from += (WIDTH * HEIGHT) / half ** 2;
    to += (size.widthPx * size.heightPx) / half ** 2;
  }
  return { size, data };
}

it('the embedded net joins photographs of one man and keeps him from others', async () => {
  const context = localKernelContext();
  const model = async (id: string): Promise<string> => (await resolveModel(id, [modelsDir])).path;
  const meshPath = await model('face-mesh');
  const modelPath = await model(net.id);
  const whole = await wholePicture();
  const look = async (row: number, column: number): Promise<Float32Array[]> => {
    const { size, data } = photograph(whole, row, column);
    const { output } = await faceDetect(context, {
      ...{ detector: 'blazeface', modelPath: await model('blazeface'), meshPath, appearancePath: null, size },
      ...{ strideFrames: 5, squarePx: 640, scale: 1 },
      ...{ minScore: 0.4, frames: [{ index: 0, data: data.slice(), scan: true }] },
    });
    const [face] = decodeDetections(output.rows)[0]?.faces.toSorted((a, b) => b.x2 - b.x1 - a.x2 + a.x1) ?? [];
    if (!face) return [];
    const faces = Float32Array.from([face.x1, face.y1, face.x2, face.y2, ...face.points], (value) => value * SIDE);
    expect(faces).toHaveLength(FACE_VALUES);
    const crops = [{ format: net.format, faces: [0], place: { template: net.template! } }];
    const seen = await faceViews(context, {
      ...{
        meshPath,
        size,
        picture: size,
        parts: [{ place: uncut, size }],
        partOf: [0],
        frames: [data],
        frameOf: [0],
        faces,
        crops,
      },
    });
    return [(await faceEmbed(context, { modelPath, net, crops: seen.output.crops[0]! })).output];
  };
  const rowOf = async (row: number): Promise<Float32Array[]> => {
    const found: Float32Array[] = [];
    for (let column = 0; column < COLUMNS; column++) found.push(...(await look(row, column)));
    return found;
  };
  const man = await rowOf(0);
  const others = [...(await rowOf(3)), ...(await rowOf(5))];
  expect(man).toHaveLength(18);
  expect(others.length).toBeGreaterThan(33);
  const joined = (pairs: readonly (readonly [Float32Array, Float32Array])[]): number =>
    pairs.filter(([a, b]) => 1 - cosine(a, b) <= net.maxDistance).length / pairs.length;
  expect(joined(man.flatMap((one, at) => man.slice(at + 1).map((other) => [one, other] as const)))).toBeGreaterThan(
    0.65,
  );
  expect(joined(man.flatMap((one) => others.map((other) => [one, other] as const)))).toBeLessThan(0.005);
}, 300_000);
