import { Tensor } from 'onnxruntime-node';
import { AppError } from '#shared/api/errors.ts';
import type { Kernel } from '../kernel.ts';
import { KaldiFbank, subtractMean } from './front-ends/kaldi-fbank.ts';
import { PcmReader } from './pcm-reader.ts';

const BANDS = 80;
/** Samples of the shortest sound a window is stretched from: one frame. */
const MIN_SAMPLES = 400;
/** Windows of one net run. */
const BATCH = 4;

export interface FbankWindowsInput {
  modelPath: string;
  pcmPath: string;
  /** First and end sample of each window, in pairs. */
  ranges: Int32Array;
  /** Values the rest of the chain takes per window. */
  size: number;
}

/**
 * Unit-length embeddings of windows by a net of the 3D-Speaker family: 80-mel Kaldi fbank (Povey window, dither 0) of each
 * window minus its mean; windows shorter than the longest of all are repeated to its length, as its recipe does.
 * Output: windows × size.
 * @throws AppError `bad-input` when the net gives another size
 */
export const fbankWindows: Kernel<FbankWindowsInput, Float32Array> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const count = input.ranges.length / 2;
  const out = new Float32Array(count * input.size);
  const fbank = new KaldiFbank({ bands: BANDS, window: 'povey', scale: 1 });
  const pcm = new PcmReader(input.pcmPath);
  try {
    let longest = MIN_SAMPLES;
    for (let k = 0; k < count; k++) longest = Math.max(longest, input.ranges[2 * k + 1]! - input.ranges[2 * k]!);
    for (let first = 0; first < count; first += BATCH) {
      context.checkCancelled();
      const batch = Math.min(BATCH, count - first);
      const parts: Float32Array[] = [];
      for (let k = first; k < first + batch; k++) {
        const start = input.ranges[2 * k]!;
        const sound = pcm.readFloat(start, Math.max(1, input.ranges[2 * k + 1]! - start));
        const whole = Float32Array.from({ length: longest }, (_, n) => sound[n % sound.length]!);
        parts.push(subtractMean(fbank.compute(whole), BANDS));
      }
      const length = parts[0]!.length;
      const features = new Float32Array(batch * length);
      parts.forEach((part, k) => features.set(part, k * length));
      const result = await session.run({
        [session.inputNames[0]!]: new Tensor('float32', features, [batch, length / BANDS, BANDS]),
      });
      const values = result[session.outputNames[0]!]!;
      if (values.data.length !== batch * input.size) {
        throw new AppError(
          'bad-input',
          `The net gives ${values.data.length / batch} values a voice, not ${input.size}.`,
          {
            file: input.modelPath,
            fix: 'Remove it (diarist models remove) and use the published one.',
          },
        );
      }
      unitInto(values.data as Float32Array, input.size, out, first * input.size);
    }
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};

function unitInto(values: Float32Array, size: number, out: Float32Array, offset: number): void {
  for (let i = 0; i < values.length; i += size) {
    let square = 0;
    for (let d = i; d < i + size; d++) square += values[d]! ** 2;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let d = i; d < i + size; d++) out[offset + d] = values[d]! * scale;
  }
}
