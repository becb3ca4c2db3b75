import { Tensor } from 'onnxruntime-node';
import type { Kernel } from '../kernel.ts';
import { LogMel, MEL_BANDS, melFrameCount } from './log-mel.ts';
import { SLIDING_HALF_FRAMES, slidingNormalise } from './mel-normalise.ts';
import { PcmReader } from './pcm-reader.ts';

/** Mel frames a trunk frame stands for; trunk frame i is centred on mel frame 4i. */
export const TRUNK_STRIDE = 4;
/** Trunk frames a second. */
export const TRUNK_RATE_HZ = 25;
/** Values per trunk frame. */
export const TRUNK_SIZE = 256;
/**
 * Mel frames beside a piece that can reach into it: 36 for this trunk (5×5 stride 2, then 3×3 layers: 2 + 4 at stride 1,
 * 2; 2 + 4 + 8 + 8 + 8 at strides 2, 4), rounded up to the stride.
 */
export const TRUNK_MARGIN = 40;
/** Most mel frames of one net run: 24 s, about 60 ms of one core, so that a cancel is heard. */
const MOST_RUN_FRAMES = 2400;

/** Trunk frames of a recording. */
export const trunkFrameCount = (melFrames: number): number => Math.ceil(Math.ceil(melFrames / 2) / 2);

export interface VoiceTrunkInput {
  modelPath: string;
  pcmPath: string;
  /** Level factor of the whole recording, see `voice-level`. */
  gain: number;
  /** Mel frames of the piece; both multiples of 4, or `end` the end of the recording. */
  firstMel: number;
  endMel: number;
}

/**
 * Trunk frames of one piece of a recording, equal to those of a run over the whole recording: every net run gets 40 mel
 * frames more on its inner sides than it answers for. Output: frames × 256.
 */
export const voiceTrunk: Kernel<VoiceTrunkInput, Float32Array> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const pcm = new PcmReader(input.pcmPath);
  try {
    const total = melFrameCount(pcm.totalSamples);
    const melFirst = Math.max(0, input.firstMel - TRUNK_MARGIN - SLIDING_HALF_FRAMES);
    const melEnd = Math.min(total, input.endMel + TRUNK_MARGIN + SLIDING_HALF_FRAMES);
    const mel = new LogMel().fromFile(pcm, input.gain, melFirst, melEnd - melFirst);
    const firstOut = input.firstMel / TRUNK_STRIDE;
    const endOut = input.endMel >= total ? trunkFrameCount(total) : input.endMel / TRUNK_STRIDE;
    const out = new Float32Array((endOut - firstOut) * TRUNK_SIZE);
    // Runs of equal length: a short one at the end would hear as much beside it as a long one.
    const length = input.endMel - input.firstMel;
    const runFrames = Math.ceil(length / Math.ceil(length / MOST_RUN_FRAMES) / TRUNK_STRIDE) * TRUNK_STRIDE;
    for (let first = input.firstMel; first < input.endMel; first += runFrames) {
      context.checkCancelled();
      const end = Math.min(input.endMel, first + runFrames);
      const from = Math.max(0, first - TRUNK_MARGIN);
      const to = Math.min(total, end + TRUNK_MARGIN);
      const piece = slidingNormalise(mel, from - melFirst, to - melFirst);
      const result = await session.run({ mel: new Tensor('float32', piece, [1, to - from, MEL_BANDS]) });
      const frames = result['frames']!.data as Float32Array;
      const skip = (first - from) / TRUNK_STRIDE;
      const count = Math.min(Math.ceil((end - first) / TRUNK_STRIDE), endOut - first / TRUNK_STRIDE);
      out.set(
        frames.subarray(skip * TRUNK_SIZE, (skip + count) * TRUNK_SIZE),
        (first / TRUNK_STRIDE - firstOut) * TRUNK_SIZE,
      );
    }
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};
