import type { FrameStream } from '#media/frames.ts';
import type { KernelInput, KernelOutput } from '../../kernels.ts';
import { LIP_VALUES } from '../lips/lip-file.ts';
import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import type { CropBatch, FaceView, FaceViewBlock, FaceViewConsumer, FaceViewInput } from './consumer.ts';
import { FACE_VALUES, REGION_VALUES, type CropOrder } from './face-views-kernel.ts';
import type { FrameCursor } from './frame-cursor.ts';
import { GROUP_FRAMES, type BlockPlan } from './view-plan.ts';
import type { ShownParts } from './view-window.ts';

export interface ViewPassOptions {
  readonly input: Pick<FaceViewInput, 'size' | 'rows'>;
  readonly meshPath: string;
  readonly consumers: readonly FaceViewConsumer[];
  readonly cursor: FrameCursor;
  /** What of the picture the frames of a decoder hold. */
  shownBy(this: void, stream: FrameStream): ShownParts;
  /** Groups of frames in work at once. */
  readonly concurrency: number;
  /** Buffers of the frames are transferred and come back with the result. */
  look(this: void, input: KernelInput<'face-views'>): Promise<KernelOutput<'face-views'>>;
}

/** A group of frames with the faces in it. */
interface Group {
  readonly faces: FaceView[];
  readonly frames: Uint8Array<ArrayBuffer>[];
  readonly frameOf: number[];
  stream: FrameStream | null;
}

/** For each consumer its part of a group: which of the group's faces, and which of the kernel's orders. */
interface Share {
  readonly picked: readonly number[];
  readonly firstOrder: number;
}

/**
 * Decodes a block, has its faces looked at in groups of frames, a few at once, and gives what was seen to the consumers in
 * order. @returns what each of them keeps of it
 */
export async function viewBlock(plan: BlockPlan, options: ViewPassOptions): Promise<Float32Array[]> {
  const blocks = options.consumers.map((consumer) => consumer.beginBlock(wantedOf(consumer, plan)));
  const pending: Promise<() => Promise<void>>[] = [];
  const settle = async (most: number): Promise<void> => {
    while (pending.length > most) await (await pending.shift()!)();
  };
  const submit = async (group: Group): Promise<void> => {
    if (group.faces.length === 0) return;
    const looked = lookAt(group, blocks, options);
    // It is awaited in its turn; failing before must not count as unhandled.
    looked.catch(() => undefined);
    pending.push(looked);
    await settle(options.concurrency - 1);
  };
  try {
    let next = 0;
    let number = -1;
    let group = emptyGroup();
    for await (const { frame, stream } of options.cursor.read(plan.span)) {
      if (Math.floor(frame.index / GROUP_FRAMES) !== number) {
        await submit(group);
        number = Math.floor(frame.index / GROUP_FRAMES);
        group = emptyGroup();
      }
      // A frame that the decoder left out must not hold up those after it.
      while (next < plan.faces.length && plan.faces[next]!.frame < frame.index) next++;
      const first = next;
      while (plan.faces[next]?.frame === frame.index) next++;
      if (next === first) continue;
      group.stream = stream;
      for (const face of plan.faces.slice(first, next)) {
        group.faces.push(face);
        group.frameOf.push(group.frames.length);
      }
      group.frames.push(frame.keep());
    }
    await submit(group);
    await settle(0);
  } catch (error) {
    await Promise.allSettled(pending);
    throw error;
  }
  return Promise.all(blocks.map((block) => block.end()));
}

/** Faces of a block that a consumer wants. */
export const wantedOf = (consumer: FaceViewConsumer, { faces }: BlockPlan): readonly FaceView[] =>
  consumer.wants ? faces.filter((face) => consumer.wants!(face)) : faces;

const emptyGroup = (): Group => ({ faces: [], frames: [], frameOf: [], stream: null });

/** Starts the kernel. @returns what to do with its answer when it is this group's turn */
async function lookAt(
  group: Group,
  blocks: readonly FaceViewBlock[],
  { input, meshPath, consumers, shownBy, look }: ViewPassOptions,
): Promise<() => Promise<void>> {
  const { pictureWidthPx, pictureHeightPx } = input.size;
  const boxes = new Float32Array(group.faces.length * FACE_VALUES);
  group.faces.forEach(({ row }, face) => {
    for (let value = 0; value < FACE_VALUES; value++) {
      // Between the box and the points a row of a track has the score.
      const from = TRACK_ROW_VALUES * row + (value < 4 ? value : value + 1);
      boxes[face * FACE_VALUES + value] = input.rows[from]! * (value % 2 === 0 ? pictureWidthPx : pictureHeightPx);
    }
  });
  const crops: CropOrder[] = [];
  const shares = consumers.map((consumer): Share => {
    const picked = group.faces.flatMap((face, at) => (consumer.wants?.(face) === false ? [] : [at]));
    const firstOrder = crops.length;
    for (const wish of consumer.crops) {
      const { place, format } = wish;
      if (typeof place !== 'function') {
        crops.push({ format, faces: picked, place });
        continue;
      }
      const regions = new Float32Array(picked.length * REGION_VALUES);
      picked.forEach((face, at) => {
        const { centreX, centreY, width, height, angleRad } = place(group.faces[face]!);
        regions.set([centreX, centreY, width, height, angleRad], at * REGION_VALUES);
      });
      crops.push({ format, faces: picked, place: { regions } });
    }
    return { picked, firstOrder };
  });
  const { frames, frameOf, stream } = group;
  const { parts, partOf } = shownBy(stream!);
  const seen = await look({
    ...{ meshPath, picture: input.size, parts, partOf: group.faces.map(({ trackId }) => partOf(trackId)) },
    ...{ frames, frameOf, faces: boxes, crops },
  });
  for (const buffer of seen.buffers) stream?.recycle(buffer);
  return async () => {
    for (const [at, { picked, firstOrder }] of shares.entries()) {
      if (picked.length === 0) continue;
      const batch: CropBatch = {
        faces: picked.map((face) => group.faces[face]!),
        crops: seen.crops.slice(firstOrder, firstOrder + consumers[at]!.crops.length),
        lips: pickRows(seen.lips, picked, LIP_VALUES),
      };
      await blocks[at]!.push(batch);
    }
  };
}

function pickRows(values: Float32Array, rows: readonly number[], each: number): Float32Array {
  if (rows.length * each === values.length) return values.slice();
  const picked = new Float32Array(rows.length * each);
  rows.forEach((row, at) => picked.set(values.subarray(row * each, (row + 1) * each), at * each));
  return picked;
}
