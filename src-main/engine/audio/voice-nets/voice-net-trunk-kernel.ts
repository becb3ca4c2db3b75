import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { Kernel, KernelContext } from '../../kernel.ts';
import { KaldiFbank, subtractMean } from '../front-ends/kaldi-fbank.ts';
import { PcmReader } from '../pcm-reader.ts';
import { PoolingSums, type PoolingStyle } from './statistics-pooling.ts';
import type { VoiceFrontEnd } from './voice-net.ts';

type KaldiFrontEnd = Extract<VoiceFrontEnd, { kind: 'kaldi-fbank' }>;

/** Samples a filter-bank frame begins after the one before. */
const SHIFT_SAMPLES = 160;
/** Windows of one run of the head. */
const BATCH = 32;
/** Frames of the sound on which the halves are compared with the whole; no multiple of any stride. */
const TRIAL_FRAMES = 203;
/** Largest difference from the whole net's vector, of its length. */
const TOLERANCE = 1e-3;

export interface SplitNet {
  trunkPath: string;
  headPath: string;
  headInput: string;
}

/**
 * Whether mean and deviation join the halves of a split net to the whole one, tried on noise; null where they do not.
 * https://github.com/wenet-e2e/wespeaker pools so (TSTP), with or without Bessel's correction by version.
 */
export const voiceNetSplitTrial: Kernel<SplitNet & { modelPath: string; bands: number }, PoolingStyle | null> = async (
  context,
  { modelPath, trunkPath, headPath, headInput, bands },
) => {
  const features = new Float32Array(TRIAL_FRAMES * bands);
  let state = 1;
  for (let k = 0; k < features.length; k++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    features[k] = 6 * (state / 2 ** 32) - 3;
  }
  const whole = await runFirst(await context.session(modelPath), feed(features, bands));
  try {
    const { values, frames } = await runTrunk(await context.session(trunkPath), features, bands);
    const sums = new PoolingSums(values, frames);
    const head = await context.session(headPath);
    for (const isUnbiased of [true, false]) {
      const statistics = new Float32Array(2 * sums.rows);
      sums.pool(0, frames, { isUnbiased }, statistics);
      const joined = await runFirst(head, new Tensor('float32', statistics, [1, statistics.length]), headInput);
      if (apart(whole, joined) < TOLERANCE) return { output: { isUnbiased } };
    }
  } catch {
    // The halves do not fit together by mean and deviation: the whole net is run window by window.
  }
  return { output: null };
};

export interface VoiceNetTrunkInput extends SplitNet {
  pcmPath: string;
  frontEnd: KaldiFrontEnd;
  style: PoolingStyle;
  /** Stretch of the recording the trunk runs over at once, samples; all windows lie in it. */
  firstSample: number;
  endSample: number;
  /** First and end sample of each window, in pairs. */
  ranges: Int32Array;
}

/** Unit-length embeddings of windows: the trunk once over their stretch, each window pooled from it. Output: windows × size. */
export const voiceNetTrunk: Kernel<VoiceNetTrunkInput, Float32Array> = async (context, input) => {
  const { firstSample, ranges } = input;
  const { values, frames, samplesPerFrame } = await trunkOfStretch(context, input);
  const sums = new PoolingSums(values, frames);
  const head = await context.session(input.headPath);
  const windows = ranges.length / 2;
  const frameOf = (sample: number): number => (sample - firstSample) / samplesPerFrame;
  let out = new Float32Array(0);
  for (let first = 0; first < windows; first += BATCH) {
    const count = Math.min(BATCH, windows - first);
    const statistics = new Float32Array(count * 2 * sums.rows);
    for (let k = 0; k < count; k++) {
      const from = Math.max(0, Math.min(frames - 1, Math.floor(frameOf(ranges[2 * (first + k)]!))));
      const to = Math.max(from + 1, Math.min(frames, Math.round(frameOf(ranges[2 * (first + k) + 1]!))));
      sums.pool(from, to, input.style, statistics.subarray(k * 2 * sums.rows, (k + 1) * 2 * sums.rows));
    }
    const vectors = await runFirst(head, new Tensor('float32', statistics, [count, 2 * sums.rows]), input.headInput);
    const size = vectors.length / count;
    if (first === 0) out = new Float32Array(windows * size);
    for (let k = 0; k < count; k++) {
      const vector = vectors.subarray(k * size, (k + 1) * size);
      const norm = Math.hypot(...vector);
      if (norm > 0 && Number.isFinite(norm))
        out.set(
          vector.map((value) => value / norm),
          (first + k) * size,
        );
    }
  }
  return { output: out, transfer: [out.buffer] };
};

interface StretchInput {
  trunkPath: string;
  pcmPath: string;
  frontEnd: KaldiFrontEnd;
  firstSample: number;
  endSample: number;
}

/** The trunk over a stretch of the recording: rows of time, a frame every so many samples. */
async function trunkOfStretch(
  context: KernelContext,
  { trunkPath, pcmPath, frontEnd, firstSample, endSample }: StretchInput,
): Promise<{ values: Float32Array; frames: number; samplesPerFrame: number }> {
  const pcm = new PcmReader(pcmPath);
  let sound: Float32Array;
  try {
    sound = pcm.readFloat(firstSample, endSample - firstSample);
  } finally {
    pcm.close();
  }
  const features = subtractMean(new KaldiFbank(frontEnd).compute(sound), frontEnd.bands);
  context.checkCancelled();
  const { values, frames } = await runTrunk(await context.session(trunkPath), features, frontEnd.bands);
  context.checkCancelled();
  return { values, frames, samplesPerFrame: (SHIFT_SAMPLES * features.length) / frontEnd.bands / frames };
}

export interface VoicePartsInput extends StretchInput {
  /** Only frames that begin in [from, to) samples count; those beside them are heard as context. */
  fromSample: number;
  toSample: number;
  /** First sample of each mask, and masks × maskFrames of 0 and 1. */
  maskStarts: Int32Array;
  masks: Uint8Array;
  maskFrames: number;
  samplesPerMaskFrame: number;
}

/**
 * What a stretch adds to the pooling of each mask. Output: masks × (2 × rows + 1): sums, sums of squares, number of frames.
 */
export const voiceNetParts: Kernel<VoicePartsInput, Float32Array> = async (context, input) => {
  const { values, frames, samplesPerFrame } = await trunkOfStretch(context, input);
  const rows = values.length / frames;
  const width = 2 * rows + 1;
  const count = input.maskStarts.length;
  const out = new Float32Array(count * width);
  for (let k = 0; k < count; k++) {
    const mask = input.masks.subarray(k * input.maskFrames, (k + 1) * input.maskFrames);
    const own: number[] = [];
    for (let frame = 0; frame < frames; frame++) {
      const start = input.firstSample + frame * samplesPerFrame;
      if (start < input.fromSample || start >= input.toSample) continue;
      const middle = start + samplesPerFrame / 2 - input.maskStarts[k]!;
      if (mask[Math.floor(middle / input.samplesPerMaskFrame)] === 1) own.push(frame);
    }
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      let square = 0;
      for (const frame of own) {
        const value = values[row * frames + frame]!;
        sum += value;
        square += value * value;
      }
      out[k * width + row] = sum;
      out[k * width + rows + row] = square;
    }
    out[k * width + 2 * rows] = own.length;
  }
  return { output: out, transfer: [out.buffer] };
};

export interface VoiceHeadInput {
  headPath: string;
  headInput: string;
  /** Items × 2 rows. */
  statistics: Float32Array;
  count: number;
}

/** Unit-length vectors of pooled statistics. */
export const voiceNetHead: Kernel<VoiceHeadInput, Float32Array> = async (
  context,
  { headPath, headInput, statistics, count },
) => {
  const head = await context.session(headPath);
  const tensor = new Tensor('float32', statistics, [count, statistics.length / count]);
  const vectors = Float32Array.from(await runFirst(head, tensor, headInput));
  for (let k = 0; k < count; k++)
    toUnit(vectors.subarray((k * vectors.length) / count, ((k + 1) * vectors.length) / count));
  return { output: vectors, transfer: [vectors.buffer] };
};

function toUnit(vector: Float32Array): void {
  const norm = Math.hypot(...vector);
  const scale = norm > 0 && Number.isFinite(norm) ? 1 / norm : 0;
  for (let k = 0; k < vector.length; k++) vector[k] = scale === 0 ? 0 : vector[k]! * scale;
}

const feed = (features: Float32Array, bands: number): Tensor =>
  new Tensor('float32', features, [1, features.length / bands, bands]);

/** What is pooled, as rows of time: the last dimension is time. */
async function runTrunk(
  session: InferenceSession,
  features: Float32Array,
  bands: number,
): Promise<{ values: Float32Array; frames: number }> {
  const result = await session.run({ [session.inputNames[0]!]: feed(features, bands) });
  const { data, dims } = result[session.outputNames[0]!]!;
  return { values: data as Float32Array, frames: dims.at(-1)! };
}

async function runFirst(session: InferenceSession, tensor: Tensor, name?: string): Promise<Float32Array> {
  const result = await session.run({ [name ?? session.inputNames[0]!]: tensor });
  return result[session.outputNames[0]!]!.data as Float32Array;
}

/** Largest difference as a share of the longer vector's length; infinite for other sizes. */
function apart(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  a.forEach((value, k) => (most = Math.max(most, Math.abs(value - b[k]!))));
  return most / Math.max(Math.hypot(...a), Math.hypot(...b), Number.MIN_VALUE);
}
