import { closeSync, openSync, readSync } from 'node:fs';
import { Tensor } from 'onnxruntime-node';
import type { Kernel } from '../kernel.ts';
import { TRUNK_SIZE } from './voice-trunk-kernel.ts';

/** Values of one voice embedding. */
export const VOICE_SIZE = 192;
/** Windows of one net run. */
const BATCH = 64;

export interface VoiceWindowsInput {
  modelPath: string;
  /** `frames.f32` of the trunk stage. */
  framesPath: string;
  /** First and end trunk frame of each window, in pairs; every window has at least one frame. */
  ranges: Int32Array;
}

/** Unit-length voice embeddings of windows, by masked pooling of trunk frames. Output: windows × 192. */
export const voiceWindows: Kernel<VoiceWindowsInput, Float32Array> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const windowCount = input.ranges.length / 2;
  const out = new Float32Array(windowCount * VOICE_SIZE);
  const fd = openSync(input.framesPath, 'r');
  try {
    for (let first = 0; first < windowCount; first += BATCH) {
      context.checkCancelled();
      const count = Math.min(BATCH, windowCount - first);
      let longest = 1;
      for (let k = 0; k < count; k++) longest = Math.max(longest, lengthOf(input.ranges, first + k));
      const frames = new Float32Array(count * longest * TRUNK_SIZE);
      const mask = new Float32Array(count * longest);
      for (let k = 0; k < count; k++) {
        const length = lengthOf(input.ranges, first + k);
        readFrames(fd, input.ranges[2 * (first + k)]!, frames.subarray(k * longest * TRUNK_SIZE), length);
        mask.fill(1, k * longest, k * longest + length);
      }
      const result = await session.run({
        frames: new Tensor('float32', frames, [count, longest, TRUNK_SIZE]),
        mask: new Tensor('float32', mask, [count, longest]),
      });
      out.set(result['embedding']!.data as Float32Array, first * VOICE_SIZE);
    }
  } finally {
    closeSync(fd);
  }
  return { output: out, transfer: [out.buffer] };
};

const lengthOf = (ranges: Int32Array, index: number): number => ranges[2 * index + 1]! - ranges[2 * index]!;

function readFrames(fd: number, firstFrame: number, out: Float32Array, count: number): void {
  const bytes = new Uint8Array(out.buffer, out.byteOffset, count * TRUNK_SIZE * 4);
  let done = 0;
  while (done < bytes.length) {
    const read = readSync(fd, bytes, done, bytes.length - done, firstFrame * TRUNK_SIZE * 4 + done);
    if (read === 0) throw new Error(`the trunk file ends before frame ${firstFrame + count}`);
    done += read;
  }
}
