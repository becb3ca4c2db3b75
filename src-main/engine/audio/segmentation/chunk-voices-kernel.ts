import { closeSync, openSync, readSync } from 'node:fs';
import { Tensor } from 'onnxruntime-node';
import type { Kernel, KernelContext } from '../../kernel.ts';
import { PcmReader, SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { TRUNK_RATE_HZ, TRUNK_SIZE } from '../voice-trunk-kernel.ts';
import { voiceFeatures } from '../voice-nets/voice-features.ts';
import type { VoiceFrontEnd } from '../voice-nets/voice-net.ts';
import { VOICE_SIZE } from '../voice-windows-kernel.ts';
import { CHUNK_FRAMES, CHUNK_SAMPLES, FRAME_STEP_SAMPLES } from './chunk-grid.ts';

/** Windows of one run of the head. */
const BATCH = 16;
const CHUNK_TRUNK_FRAMES = (CHUNK_SAMPLES / SAMPLE_RATE_HZ) * TRUNK_RATE_HZ;
/** Shortest sound a net is fed; less is repeated. */
const MIN_SAMPLES = 4240;

export interface ChunkVoicesInput {
  /** Window of each local speaker, and which of its frames it speaks in: items × 589, 0 or 1. */
  chunks: Int32Array;
  masks: Uint8Array;
  /** From the start of a window to that of the next. */
  hopSamples: number;
  /** The voice embedding that comes with Diarist, on the frames of its trunk; or a pulled net, on the sound. */
  voice:
    | { kind: 'embedded'; headPath: string; framesPath: string }
    | { kind: 'net'; modelPath: string; pcmPath: string; frontEnd: VoiceFrontEnd };
}

/** Unit-length voice of each local speaker, from the frames of its mask alone; items × size. */
export const chunkVoices: Kernel<ChunkVoicesInput, Float32Array> = async (context, input) => {
  const output =
    input.voice.kind === 'embedded'
      ? await embedded(context, input, input.voice)
      : await pulled(context, input, input.voice);
  return { output, transfer: [output.buffer] };
};

async function embedded(
  context: KernelContext,
  { chunks, masks, hopSamples }: ChunkVoicesInput,
  voice: { headPath: string; framesPath: string },
): Promise<Float32Array<ArrayBuffer>> {
  const session = await context.session(voice.headPath);
  const out = new Float32Array(chunks.length * VOICE_SIZE);
  const fd = openSync(voice.framesPath, 'r');
  try {
    for (let first = 0; first < chunks.length; first += BATCH) {
      context.checkCancelled();
      const count = Math.min(BATCH, chunks.length - first);
      const frames = new Float32Array(count * CHUNK_TRUNK_FRAMES * TRUNK_SIZE);
      const mask = new Float32Array(count * CHUNK_TRUNK_FRAMES);
      for (let k = 0; k < count; k++) {
        const start = Math.floor((chunks[first + k]! * hopSamples * TRUNK_RATE_HZ) / SAMPLE_RATE_HZ);
        const size = CHUNK_TRUNK_FRAMES * TRUNK_SIZE;
        const bytes = new Uint8Array(frames.buffer, k * size * 4, size * 4);
        const read = readSync(fd, bytes, 0, bytes.length, start * TRUNK_SIZE * 4);
        const have = Math.floor(read / (TRUNK_SIZE * 4));
        const own = masks.subarray((first + k) * CHUNK_FRAMES, (first + k + 1) * CHUNK_FRAMES);
        const row = trunkMask(own, have);
        mask.set(row, k * CHUNK_TRUNK_FRAMES);
      }
      const result = await session.run({
        frames: new Tensor('float32', frames, [count, CHUNK_TRUNK_FRAMES, TRUNK_SIZE]),
        mask: new Tensor('float32', mask, [count, CHUNK_TRUNK_FRAMES]),
      });
      out.set(result['embedding']!.data as Float32Array, first * VOICE_SIZE);
    }
    return out;
  } finally {
    closeSync(fd);
  }
}

/** The mask on the frames of the trunk: the nearest frame of the segmentation; never empty. */
function trunkMask(mask: Uint8Array, have: number): Float32Array {
  const out = new Float32Array(CHUNK_TRUNK_FRAMES);
  let any = false;
  for (let f = 0; f < Math.min(have, out.length); f++) {
    const sample = ((f + 0.5) * SAMPLE_RATE_HZ) / TRUNK_RATE_HZ;
    const value = mask[Math.min(CHUNK_FRAMES - 1, Math.round(sample / FRAME_STEP_SAMPLES - 0.5))]!;
    out[f] = value;
    any ||= value > 0;
  }
  if (!any) {
    const only = Math.floor((mask.indexOf(1) * FRAME_STEP_SAMPLES * TRUNK_RATE_HZ) / SAMPLE_RATE_HZ);
    out[Math.max(0, Math.min(have - 1, only))] = 1;
  }
  return out;
}

async function pulled(
  context: KernelContext,
  { chunks, masks, hopSamples }: ChunkVoicesInput,
  voice: { modelPath: string; pcmPath: string; frontEnd: VoiceFrontEnd },
): Promise<Float32Array<ArrayBuffer>> {
  const session = await context.session(voice.modelPath);
  const featuresOf = voiceFeatures(voice.frontEnd);
  const rows: Float32Array[] = [];
  const pcm = new PcmReader(voice.pcmPath);
  try {
    for (let k = 0; k < chunks.length; k++) {
      context.checkCancelled();
      const sound = pcm.readFloat(chunks[k]! * hopSamples, CHUNK_SAMPLES);
      const own = maskedSound(sound, masks.subarray(k * CHUNK_FRAMES, (k + 1) * CHUNK_FRAMES));
      let sum: Float32Array | null = null;
      for (const { data, dims } of featuresOf(own)) {
        const result = await session.run({
          [session.inputNames[0]!]: new Tensor('float32', data, [1, ...dims]),
        });
        const values = result[session.outputNames[0]!]!.data as Float32Array;
        sum = sum ? sum.map((value, d) => value + values[d]!) : Float32Array.from(values);
      }
      rows.push(unit(sum ?? new Float32Array(0)));
    }
  } finally {
    pcm.close();
  }
  const size = rows[0]?.length ?? 0;
  const out = new Float32Array(rows.length * size);
  rows.forEach((row, k) => out.set(row, k * size));
  return out;
}

/** The sound of the frames of a mask, one after another; what is too short for a net is repeated. */
function maskedSound(sound: Float32Array, mask: Uint8Array): Float32Array {
  const kept: number[] = [];
  for (let f = 0; f < mask.length; f++) {
    if (!mask[f]) continue;
    const end = Math.min(sound.length, (f + 1) * FRAME_STEP_SAMPLES);
    for (let n = f * FRAME_STEP_SAMPLES; n < end; n++) kept.push(sound[n]!);
  }
  if (kept.length === 0) kept.push(0);
  return Float32Array.from({ length: Math.max(MIN_SAMPLES, kept.length) }, (_, n) => kept[n % kept.length]!);
}

function unit(row: Float32Array): Float32Array {
  let square = 0;
  for (const value of row) square += value * value;
  // A vector that is no number says nothing.
  const scale = square > 0 && Number.isFinite(square) ? 1 / Math.sqrt(square) : 0;
  return row.map((value) => (scale === 0 ? 0 : value * scale));
}
