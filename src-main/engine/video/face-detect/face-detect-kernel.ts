import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { FrameSize } from '#media/frames.ts';
import type { Kernel, KernelContext } from '../../kernel.ts';
import { fillPlanar, type Region } from '../yuv-picture.ts';
import { BLAZE_SIDE_PX, decodeBlaze } from './blaze-face.ts';
import { encodeDetections, type FrameDetections } from './detection-file.ts';
import type { Detection } from './detection.ts';
import { checkFaces } from './face-check.ts';
import { followRegions, isWholeIn, scanRegions } from './scan-plan.ts';
import { joinTiles } from './suppress.ts';
import { decodeYunet, YUNET_STRIDES } from './yunet.ts';

export type Detector = 'blazeface' | 'yunet';

export interface DetectFrame {
  readonly index: number;
  /** yuv420p; transferred, and given back with the result. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Look everywhere: the picture may show others than the frame before. */
  readonly scan: boolean;
}

export interface FaceDetectInput {
  readonly detector: Detector;
  readonly modelPath: string;
  /** The face mesh, which is asked about doubtful faces. */
  readonly meshPath: string;
  readonly size: FrameSize;
  readonly minScore: number;
  /** In order; the first one is always scanned, so that a group does not depend on those before it. */
  readonly frames: readonly DetectFrame[];
}

export interface FaceDetectOutput {
  /** Rows as in `detections.f32`. */
  readonly rows: Float32Array<ArrayBuffer>;
  readonly buffers: readonly Uint8Array<ArrayBuffer>[];
}

/** Inputs of one net run: about 50 ms of one core. */
const BATCH = 8;
/** Overlap (IoU) above which faces of different tiles are one. */
const JOIN_IOU = 0.3;

/** Faces in a group of frames. */
export const faceDetect: Kernel<FaceDetectInput, FaceDetectOutput> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const mesh = await context.session(input.meshPath);
  const found: FrameDetections[] = [];
  let known: readonly Detection[] | null = null;
  for (const frame of input.frames) {
    context.checkCancelled();
    const seen: Detection[] =
      input.detector === 'yunet'
        ? await runYunet(session, frame.data, input)
        : await runBlaze(context, session, frame.data, input, frame.scan ? null : known);
    const faces = await checkFaces(mesh, frame.data, input.size, seen, (!frame.scan && known) || []);
    // A face that was not seen once is looked for again where it was.
    known = frame.scan || !known ? faces : joinTiles([...faces, ...known.map(faded)], JOIN_IOU);
    found.push({ frame: frame.index, faces });
  }
  const rows = encodeDetections(found, input.size.pictureWidthPx, input.size.pictureHeightPx);
  const buffers = input.frames.map(({ data }) => data);
  return { output: { rows, buffers }, transfer: [rows.buffer, ...buffers.map(({ buffer }) => buffer)] };
};

const faded = (face: Detection): Detection => ({ ...face, score: 0 });

async function runBlaze(
  context: KernelContext,
  session: InferenceSession,
  data: Uint8Array,
  { size, minScore }: FaceDetectInput,
  known: readonly Detection[] | null,
): Promise<Detection[]> {
  const regions = (known && followRegions(size, known)) ?? scanRegions(size);
  const found: Detection[] = [];
  for (let first = 0; first < regions.length; first += BATCH) {
    context.checkCancelled();
    const batch = regions.slice(first, first + BATCH);
    const outputs = await session.run({ input: blazeInput(data, size, batch) });
    const part = (name: string, index: number): Float32Array => {
      const all = outputs[name]!.data as Float32Array;
      const each = all.length / batch.length;
      return all.subarray(index * each, (index + 1) * each);
    };
    batch.forEach((region, index) => {
      const faces = decodeBlaze(
        {
          fineScores: part('Identity', index),
          coarseScores: part('Identity_1', index),
          fineBoxes: part('Identity_2', index),
          coarseBoxes: part('Identity_3', index),
        },
        minScore,
      );
      for (const face of faces) {
        const moved = toFrame(face, region);
        if (isWholeIn(moved, region, size)) found.push(moved);
      }
    });
  }
  return joinTiles(found, JOIN_IOU);
}

/** BlazeFace takes RGB in −1..1. */
function blazeInput(data: Uint8Array, size: FrameSize, regions: readonly Region[]): Tensor {
  const each = 3 * BLAZE_SIDE_PX * BLAZE_SIDE_PX;
  const values = new Float32Array(regions.length * each);
  regions.forEach((region, index) => {
    fillPlanar(values.subarray(index * each, (index + 1) * each), data, size, region, {
      width: BLAZE_SIDE_PX,
      height: BLAZE_SIDE_PX,
      scale: 1 / 127.5,
      shift: -1,
      order: 'rgb',
    });
  });
  return new Tensor('float32', values, [regions.length, 3, BLAZE_SIDE_PX, BLAZE_SIDE_PX]);
}

function toFrame(face: Detection, region: Region): Detection {
  const factor = region.width / BLAZE_SIDE_PX;
  const x = (value: number): number => region.x + value * factor;
  const y = (value: number): number => region.y + value * factor;
  return {
    x1: x(face.x1),
    y1: y(face.y1),
    x2: x(face.x2),
    y2: y(face.y2),
    score: face.score,
    points: face.points.map((value, index) => (index % 2 === 0 ? x(value) : y(value))),
  };
}

/** YuNet takes the whole buffer: BGR 0–255, zeros beside and below the picture. */
async function runYunet(
  session: InferenceSession,
  data: Uint8Array,
  { size, minScore }: FaceDetectInput,
): Promise<Detection[]> {
  const { widthPx, heightPx } = size;
  const values = new Float32Array(3 * widthPx * heightPx);
  const whole = { x: 0, y: 0, width: widthPx, height: heightPx };
  fillPlanar(values, data, size, whole, { width: widthPx, height: heightPx, scale: 1, shift: 0, order: 'bgr' });
  const outputs = await session.run({ input: new Tensor('float32', values, [1, 3, heightPx, widthPx]) });
  const map = (name: string): Float32Array => outputs[name]!.data as Float32Array;
  const maps = YUNET_STRIDES.map((stride) => ({
    stride,
    cls: map(`cls_${stride}`),
    obj: map(`obj_${stride}`),
    bbox: map(`bbox_${stride}`),
    kps: map(`kps_${stride}`),
  }));
  return decodeYunet(maps, widthPx, minScore);
}
