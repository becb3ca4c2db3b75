import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Kernel, KernelContext } from '../../kernel.ts';
import { CEPSTRA, CEPSTRA_PER_FRAME, readCepstra, sampleAt } from '../talking/cepstra-input.ts';
import { SYNC_SHIFTS, syncDistance, type SyncMetric } from './syncnet-scores.ts';

/** Frames of one window. */
export const WINDOW_FRAMES = 5;
/** Side of the crops. */
export const SYNC_SIDE_PX = 224;
const CROP_VALUES = 3 * SYNC_SIDE_PX ** 2;
const WINDOW_CEPSTRA = WINDOW_FRAMES * CEPSTRA_PER_FRAME;
/** Windows of one net run. */
const PICTURE_BATCH = 2;
const SOUND_BATCH = 20;

export interface SyncNetInput {
  readonly visualPath: string;
  readonly audioPath: string;
  readonly metric: SyncMetric;
  readonly pcmPath: string;
  /** Where the sound starts on the picture's clock. */
  readonly startSec: number;
  /** Crops of consecutive frames, planes B, G, R. */
  readonly crops: Uint8Array<ArrayBuffer>;
  /** Frame of the first crop. */
  readonly firstFrame: number;
  /** Windows that start at these frames [from, to), counted from the first crop, are wanted. */
  readonly from: number;
  readonly to: number;
  /** First frame of the track, and one past the last one that starts a window: beyond, the sound's features are zeros. */
  readonly trackFrom: number;
  readonly trackTo: number;
}

/** `SYNC_SHIFTS` distances for each window; NaN for those that have fewer than five frames. */
export const syncNet: Kernel<SyncNetInput, Float32Array> = async (context, input) => {
  const count = input.crops.length / CROP_VALUES;
  const output = new Float32Array((input.to - input.from) * SYNC_SHIFTS).fill(NaN);
  const end = Math.min(input.to, count - WINDOW_FRAMES + 1);
  if (end <= input.from) return { output, transfer: [output.buffer] };
  const seen = await seenVectors(context, await context.session(input.visualPath), input, end);
  const reach = (SYNC_SHIFTS - 1) / 2;
  const firstHeard = input.firstFrame + input.from - reach;
  const heard = await heardVectors(
    context,
    await context.session(input.audioPath),
    input,
    firstHeard,
    end - input.from + 2 * reach,
  );
  seen.forEach((vector, at) => {
    for (let k = 0; k < SYNC_SHIFTS; k++) {
      output[at * SYNC_SHIFTS + k] = syncDistance(vector, heard[at + k]!, input.metric);
    }
  });
  return { output, transfer: [output.buffer] };
};

async function seenVectors(
  context: KernelContext,
  session: InferenceSession,
  input: SyncNetInput,
  end: number,
): Promise<Float32Array[]> {
  const plane = SYNC_SIDE_PX ** 2;
  const out: Float32Array[] = [];
  for (let first = input.from; first < end; first += PICTURE_BATCH) {
    context.checkCancelled();
    const batch = Math.min(PICTURE_BATCH, end - first);
    const values = new Float32Array(batch * WINDOW_FRAMES * CROP_VALUES);
    for (let b = 0; b < batch; b++) {
      for (let colour = 0; colour < 3; colour++) {
        for (let k = 0; k < WINDOW_FRAMES; k++) {
          const from = (first + b + k) * CROP_VALUES + colour * plane;
          values.set(input.crops.subarray(from, from + plane), ((b * 3 + colour) * WINDOW_FRAMES + k) * plane);
        }
      }
    }
    const shape = [batch, 3, WINDOW_FRAMES, SYNC_SIDE_PX, SYNC_SIDE_PX];
    out.push(...(await vectorsOf(session, new Tensor('float32', values, shape), batch)));
  }
  return out;
}

async function heardVectors(
  context: KernelContext,
  session: InferenceSession,
  input: SyncNetInput,
  firstFrame: number,
  count: number,
): Promise<Float32Array[]> {
  const frames = count + WINDOW_FRAMES;
  const cepstra = readCepstra(input.pcmPath, sampleAt(firstFrame, input.startSec), frames);
  const out: Float32Array[] = [];
  for (let first = 0; first < count; first += SOUND_BATCH) {
    context.checkCancelled();
    const batch = Math.min(SOUND_BATCH, count - first);
    const values = new Float32Array(batch * CEPSTRA * WINDOW_CEPSTRA);
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < WINDOW_CEPSTRA; t++) {
        const from = ((first + b) * CEPSTRA_PER_FRAME + t) * CEPSTRA;
        for (let c = 0; c < CEPSTRA; c++) values[(b * CEPSTRA + c) * WINDOW_CEPSTRA + t] = cepstra[from + c]!;
      }
    }
    const shape = [batch, 1, CEPSTRA, WINDOW_CEPSTRA];
    out.push(...(await vectorsOf(session, new Tensor('float32', values, shape), batch)));
  }
  return out.map((vector, at) => {
    const frame = firstFrame + at;
    return frame >= input.trackFrom && frame < input.trackTo ? vector : new Float32Array(vector.length);
  });
}

async function vectorsOf(session: InferenceSession, tensor: Tensor, count: number): Promise<Float32Array[]> {
  const outputs = await session.run({ [session.inputNames[0]!]: tensor });
  const all = outputs[session.outputNames[0]!]!.data as Float32Array;
  const dims = all.length / count;
  return Array.from({ length: count }, (_, at) => all.slice(at * dims, (at + 1) * dims));
}
