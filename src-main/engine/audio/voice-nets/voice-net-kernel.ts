import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { AppError } from '#shared/api/errors.ts';
import type { Kernel } from '../../kernel.ts';
import { PcmReader } from '../pcm-reader.ts';
import { voiceFeatures, type VoiceFeatures } from './voice-features.ts';
import type { VoiceFrontEnd } from './voice-net.ts';

/** Samples of the shortest sound a window is stretched to: 25 frames, what every known net can take. */
const MIN_SAMPLES = 4_240;
/** Inputs of one net run. */
const BATCH = 4;

export interface VoiceNetInput {
  modelPath: string;
  pcmPath: string;
  frontEnd: VoiceFrontEnd;
  /** First and end sample of each window, in pairs. */
  ranges: Int32Array;
  /** Values of a vector; null = whatever the net gives. */
  size: number | null;
}

/**
 * Unit-length embeddings of windows by a net that takes whole windows. Those shorter than the longest of all are repeated
 * to its length, as 3D-Speaker's recipe does (https://github.com/modelscope/3D-Speaker). Output: windows × size.
 * @throws AppError `bad-input` for a net that does not take this front end or gives another size
 */
export const voiceNetWindows: Kernel<VoiceNetInput, Float32Array> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const count = input.ranges.length / 2;
  const featuresOf = voiceFeatures(input.frontEnd);
  const pcm = new PcmReader(input.pcmPath);
  let size = input.size ?? 0;
  let out = new Float32Array(count * size);
  try {
    let longest = MIN_SAMPLES;
    for (let k = 0; k < count; k++) longest = Math.max(longest, input.ranges[2 * k + 1]! - input.ranges[2 * k]!);
    const waiting: { window: number; features: VoiceFeatures }[] = [];
    const flush = async (): Promise<void> => {
      context.checkCancelled();
      const batch = waiting.splice(0, BATCH);
      const values = await runNet(session, input.modelPath, batch);
      const found = values.length / batch.length;
      if (input.size === null && size === 0) {
        size = found;
        out = new Float32Array(count * size);
      }
      if (found !== size) throw wrongSize(input.modelPath, found, size);
      batch.forEach(({ window }, k) => addUnit(values.subarray(k * size, (k + 1) * size), out, window * size));
    };
    for (let k = 0; k < count; k++) {
      const start = input.ranges[2 * k]!;
      const sound = pcm.readFloat(start, Math.max(1, input.ranges[2 * k + 1]! - start));
      const whole = Float32Array.from({ length: longest }, (_, n) => sound[n % sound.length]!);
      for (const features of featuresOf(whole)) {
        waiting.push({ window: k, features });
        if (waiting.length === BATCH) await flush();
      }
    }
    if (waiting.length > 0) await flush();
    for (let k = 0; k < count; k++) toUnit(out.subarray(k * size, (k + 1) * size));
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};

async function runNet(
  session: InferenceSession,
  modelPath: string,
  batch: readonly { features: VoiceFeatures }[],
): Promise<Float32Array> {
  const { dims, data } = batch[0]!.features;
  const together = new Float32Array(batch.length * data.length);
  batch.forEach(({ features }, k) => together.set(features.data, k * data.length));
  const tensor = new Tensor('float32', together, [batch.length, ...dims]);
  try {
    const result = await session.run({ [session.inputNames[0]!]: tensor });
    const values = result[session.outputNames[0]!]!.data;
    if (values instanceof Float32Array && values.length % batch.length === 0) return values;
  } catch (error) {
    throw new AppError('bad-input', `The voice net does not take an input of ${['B', ...dims].join(' × ')}.`, {
      file: modelPath,
      detail: error instanceof Error ? error.message : String(error),
      fix: 'Name the front end it was trained with (--set embeddings.frontEnd=…, names in docs/models.md), or use another net.',
    });
  }
  throw new AppError('bad-input', 'The voice net gives something else than one vector of float32 a window.', {
    file: modelPath,
    fix: 'Export the net so that its first output is the embedding.',
  });
}

const wrongSize = (file: string, found: number, wanted: number): AppError =>
  new AppError('bad-input', `The net gives ${found} values a voice, not ${wanted}.`, {
    file,
    fix: 'Remove it (diarist models remove) and use the published one.',
  });

function addUnit(values: Float32Array, out: Float32Array, offset: number): void {
  const scale = inverseNorm(values);
  // What is no number says nothing.
  if (scale > 0) for (let d = 0; d < values.length; d++) out[offset + d]! += values[d]! * scale;
}

function toUnit(row: Float32Array): void {
  const scale = inverseNorm(row);
  for (let d = 0; d < row.length; d++) row[d]! *= scale;
}

function inverseNorm(values: Float32Array): number {
  let square = 0;
  for (const value of values) square += value * value;
  return square > 0 && Number.isFinite(square) ? 1 / Math.sqrt(square) : 0;
}
