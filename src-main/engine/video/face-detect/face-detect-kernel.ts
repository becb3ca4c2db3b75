import type { FrameSize } from '#media/frames.ts';
import type { Kernel, KernelContext } from '../../kernel.ts';
import { APPEARANCE_DIMS, appearanceOf } from './appearance.ts';
import { searchRegions } from './blaze-search.ts';
import { encodeDetections, ROW_VALUES, type FrameDetections } from './detection-file.ts';
import type { Detection } from './detection.ts';
import { checkFaces } from './face-check.ts';
import { facesBetween, LookPlan } from './look-plan.ts';
import { wholeDetectors, type WholeDetector } from './whole-detectors.ts';

export type Detector = 'blazeface' | WholeDetector;

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
  /** The face mesh, which is asked about doubtful faces; null = every face that reaches the score is believed. */
  readonly meshPath: string | null;
  readonly size: FrameSize;
  readonly minScore: number;
  /** Frames between looks. */
  readonly strideFrames: number;
  /** `retinaface`: side of its input in pixels. `s3fd`: its input as a share of the frame. */
  readonly squarePx: number;
  readonly scale: number;
  /** The net of appearance; null = that of the faces is not asked for. */
  readonly appearancePath: string | null;
  /** In order; the first one is always scanned, so that a group does not depend on those before it. */
  readonly frames: readonly DetectFrame[];
}

export interface FaceDetectOutput {
  /** Rows as in `detections.f32`, each with the features of its face's appearance behind it when that was asked for. */
  readonly rows: Float32Array<ArrayBuffer>;
  readonly buffers: readonly Uint8Array<ArrayBuffer>[];
  /** Inputs that nets were run on. */
  readonly netInputs: number;
}

/** Faces in a group of frames. */
export const faceDetect: Kernel<FaceDetectInput, FaceDetectOutput> = async (context, input) => {
  const { found, netInputs } =
    input.detector === 'blazeface' ? await lookByPlan(context, input) : await lookAtAll(context, input, input.detector);
  const plain = encodeDetections(found, input.size.pictureWidthPx, input.size.pictureHeightPx);
  const rows = input.appearancePath === null ? plain : await withAppearance(context, input, found, plain);
  const buffers = input.frames.map(({ data }) => data);
  return { output: { rows, buffers, netInputs }, transfer: [rows.buffer, ...buffers.map(({ buffer }) => buffer)] };
};

interface Found {
  readonly found: FrameDetections[];
  readonly netInputs: number;
}

/** Detectors that see the whole picture look at each frame anew. */
async function lookAtAll(context: KernelContext, input: FaceDetectInput, detector: WholeDetector): Promise<Found> {
  const session = await context.session(input.modelPath);
  const mesh = input.meshPath === null ? null : await context.session(input.meshPath);
  const found: FrameDetections[] = [];
  let believed: readonly Detection[] = [];
  for (const frame of input.frames) {
    context.checkCancelled();
    const seen = await wholeDetectors[detector](session, { ...input, data: frame.data });
    const faces = mesh ? await checkFaces(mesh, frame.data, input.size, seen, frame.scan ? [] : believed) : seen;
    believed = faces;
    found.push({ frame: frame.index, faces });
  }
  return { found, netInputs: input.frames.length };
}

/** BlazeFace sees little at once: {@link LookPlan} says where it looks. */
async function lookByPlan(context: KernelContext, input: FaceDetectInput): Promise<Found> {
  const session = await context.session(input.modelPath);
  const mesh = input.meshPath === null ? null : await context.session(input.meshPath);
  const plan = new LookPlan(input.size, input.strideFrames);
  const found: { frame: number; faces: readonly Detection[] | null }[] = [];
  let netInputs = 0;
  for (const [at, { index, data, scan }] of input.frames.entries()) {
    context.checkCancelled();
    const next = input.frames[at + 1];
    const look = plan.plan(data, index, scan, !next || next.scan);
    if (look.kind === 'look') {
      netInputs += look.regions.length;
      const seen = await searchRegions(context, session, data, input.size, input.minScore, look.regions);
      const faces = mesh ? await checkFaces(mesh, data, input.size, seen, scan ? [] : plan.known) : seen;
      plan.found(faces, scan);
      found.push({ frame: index, faces });
    } else found.push({ frame: index, faces: look.kind === 'same' ? (found.at(-1)?.faces ?? []) : null });
  }
  return {
    found: found.map(({ frame, faces }, at) => ({
      frame,
      faces: faces ?? facesBetween(found[at - 1]?.faces ?? [], found[at + 1]?.faces ?? []),
    })),
    netInputs,
  };
}

async function withAppearance(
  context: KernelContext,
  { appearancePath, frames, size }: FaceDetectInput,
  found: readonly FrameDetections[],
  plain: Float32Array,
): Promise<Float32Array<ArrayBuffer>> {
  const session = await context.session(appearancePath!);
  const wide = ROW_VALUES + APPEARANCE_DIMS;
  const rows = new Float32Array((plain.length / ROW_VALUES) * wide);
  let row = 0;
  for (const [at, { faces }] of found.entries()) {
    context.checkCancelled();
    const features = await appearanceOf(session, frames[at]!.data, size, faces);
    faces.forEach((_, index) => {
      rows.set(plain.subarray(row * ROW_VALUES, (row + 1) * ROW_VALUES), row * wide);
      const from = index * APPEARANCE_DIMS;
      rows.set(features.subarray(from, from + APPEARANCE_DIMS), row * wide + ROW_VALUES);
      row++;
    });
  }
  return rows;
}
