import { Tensor } from 'onnxruntime-node';
import type { FrameSize } from '#media/frames.ts';
import type { Kernel, KernelContext } from '../../kernel.ts';
import { POINT_VALUES } from '../face-detect/detection.ts';
import { fivePoints, MESH_VALUES } from '../lips/face-points.ts';
import { LIP_VALUES, MIN_MESH_PROBABILITY } from '../lips/lip-file.ts';
import { lipRow, MESH_SIDE_PX, meshInPicture, meshRegion, pictureMeasures } from '../lips/lip-measures.ts';
import { cropBytes, sampleCrop, type CropFormat, type CropRegion } from './crop.ts';
import { alignedRegion } from './similarity.ts';
import { inWindow, type PicturePart } from './view-window.ts';

/** Box and five points of a face, in pixels of the picture. */
export const FACE_VALUES = 4 + POINT_VALUES;
/** centreX, centreY, width, height, angle. */
export const REGION_VALUES = 5;

export interface CropOrder {
  readonly format: CropFormat;
  /** Indices into the faces of the group. */
  readonly faces: readonly number[];
  /** {@link REGION_VALUES} for each of `faces`; or where five points of the face belong in the crop. */
  readonly place: { readonly regions: Float32Array } | { readonly template: readonly number[] };
}

export interface FaceViewsInput {
  readonly meshPath: string;
  /** The picture that the frames show, or show a part of: faces and regions are in its pixels. */
  readonly picture: Pick<FrameSize, 'pictureWidthPx' | 'pictureHeightPx'>;
  /** Where in the frames parts of that picture lie. */
  readonly parts: readonly PicturePart[];
  /** For each face the index of the part that it is in. */
  readonly partOf: readonly number[];
  /** yuv420p; transferred, and given back with the result. */
  readonly frames: readonly Uint8Array<ArrayBuffer>[];
  /** For each face the index of its frame. */
  readonly frameOf: readonly number[];
  /** {@link FACE_VALUES} for each face. */
  readonly faces: Float32Array;
  readonly crops: readonly CropOrder[];
}

export interface FaceViewsOutput {
  /** Rows as in `lips.f32`. */
  readonly lips: Float32Array<ArrayBuffer>;
  /** By order, crops one after another. */
  readonly crops: readonly Uint8Array<ArrayBuffer>[];
  readonly buffers: readonly Uint8Array<ArrayBuffer>[];
}

/** Inputs of one run of the mesh: about 15 ms of one core. */
const BATCH = 8;

/** Lips of the faces in a group of frames, and the crops that others want of them. */
export const faceViews: Kernel<FaceViewsInput, FaceViewsOutput> = async (context, input) => {
  const { frames } = input;
  const count = input.frameOf.length;
  const lips = new Float32Array(count * LIP_VALUES);
  const points: number[][] = [];
  for (let first = 0; first < count; first += BATCH) {
    context.checkCancelled();
    const end = Math.min(count, first + BATCH);
    for (const [at, { row, five }] of (await lookAtFaces(context, input, first, end)).entries()) {
      lips.set(row, (first + at) * LIP_VALUES);
      points.push(five);
    }
  }
  const crops = input.crops.map(({ format, faces, place }) => {
    context.checkCancelled();
    const each = cropBytes(format);
    const out = new Uint8Array(faces.length * each);
    faces.forEach((face, at) => {
      const region =
        'template' in place
          ? alignedRegion(points[face]!, place.template, format)
          : regionAt(place.regions, at * REGION_VALUES);
      const { size, place: window } = input.parts[input.partOf[face]!]!;
      const seen = inWindow(region, window);
      sampleCrop(out.subarray(at * each, (at + 1) * each), frames[input.frameOf[face]!]!, size, seen, format);
    });
    return out;
  });
  const transfer = [lips, ...crops, ...frames].map(({ buffer }) => buffer);
  return { output: { lips, crops, buffers: frames }, transfer };
};

function regionAt(values: Float32Array, at: number): CropRegion {
  const [centreX = 0, centreY = 0, width = 1, height = 1, angleRad = 0] = values.subarray(at, at + REGION_VALUES);
  return { centreX, centreY, width, height, angleRad };
}

/** Input of the mesh, kept from run to run: a new one of 3.5 MB each time would be much work for the garbage collector. */
let spareInput: Float32Array | null = null;

const meshFormat: CropFormat = { widthPx: MESH_SIDE_PX, heightPx: MESH_SIDE_PX, colour: 'rgb', outside: 0 };

/** Faces [first, end): the row of their lips, and their five points by the mesh or, where it is unsure, by the detector. */
async function lookAtFaces(
  context: KernelContext,
  { meshPath, picture, parts, partOf, frames, frameOf, faces }: FaceViewsInput,
  first: number,
  end: number,
): Promise<{ row: Float32Array; five: number[] }[]> {
  const session = await context.session(meshPath);
  const each = cropBytes(meshFormat);
  const input = spareInput ?? new Float32Array(BATCH * each);
  spareInput = null;
  const values = input.subarray(0, (end - first) * each);
  const seen = Array.from({ length: end - first }, (_, at) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, ...five] = faces.subarray(
      (first + at) * FACE_VALUES,
      (first + at + 1) * FACE_VALUES,
    );
    const box = { x1, y1, x2, y2 };
    const region = meshRegion(box, five);
    const crop = values.subarray(at * each, (at + 1) * each);
    const { size, place: window } = parts[partOf[first + at]!]!;
    sampleCrop(crop, frames[frameOf[first + at]!]!, size, inWindow(region, window), meshFormat, 1 / 255);
    return { box, five, region, ...pictureMeasures(crop, MESH_SIDE_PX) };
  });
  const outputs = await session.run(
    { input_1: new Tensor('float32', values, [end - first, 3, MESH_SIDE_PX, MESH_SIDE_PX]) },
    ['Identity_2', 'Identity_1'],
  );
  spareInput = input;
  const meshes = outputs['Identity_2']!.data as Float32Array;
  const answers = outputs['Identity_1']!.data as Float32Array;
  return seen.map(({ box, five, region, sharpness, brightness }, at) => {
    const meshProbability = answers[at]!;
    const isSure = meshProbability >= MIN_MESH_PROBABILITY;
    const mesh = isSure ? meshInPicture(meshes.subarray(at * MESH_VALUES, (at + 1) * MESH_VALUES), region) : null;
    return {
      row: lipRow(
        { box, mesh, meshProbability, sharpness, brightness },
        picture.pictureWidthPx,
        picture.pictureHeightPx,
      ),
      five: mesh ? fivePoints(mesh) : five,
    };
  });
}
