import { Tensor } from 'onnxruntime-node';
import { PcmReader } from '../audio/pcm-reader.ts';
import type { Kernel } from '../kernel.ts';

/** 9.01 s at 16 kHz: what the net listens to at once. */
export const DNSMOS_SAMPLES = 144_160;

export interface DnsmosInput {
  modelPath: string;
  pcmPath: string;
  /** First samples of the windows. */
  starts: readonly number[];
}

/** The published quadratics that turn the net's answers into opinions (DNS Challenge, Reddy et al.). */
const calibrations = {
  ovr: [-0.067_662_83, 1.115_464_68, 0.046_025_35],
  sig: [-0.083_972_78, 1.220_839_53, 0.005_243_9],
  bak: [-0.131_668_88, 1.609_155_14, -0.396_045_46],
} as const;

/** Mean opinion of a raw answer, about 1 to 5. */
export function dnsmosOpinion(kind: keyof typeof calibrations, raw: number): number {
  const [square, linear, constant] = calibrations[kind];
  return square * raw * raw + linear * raw + constant;
}

/** Opinions on speech, background and the whole of each window: three values a window. Short sound is repeated. */
export const dnsmos: Kernel<DnsmosInput, Float32Array> = async (context, { modelPath, pcmPath, starts }) => {
  const session = await context.session(modelPath);
  const pcm = new PcmReader(pcmPath);
  try {
    const output = new Float32Array(3 * starts.length);
    for (const [index, start] of starts.entries()) {
      context.checkCancelled();
      const samples = repeated(pcm, start);
      const input = new Tensor('float32', samples, [1, DNSMOS_SAMPLES]);
      const result = await session.run({ [session.inputNames[0]!]: input });
      const [sig, bak, ovr] = result[session.outputNames[0]!]!.data as Float32Array;
      output.set([dnsmosOpinion('sig', sig!), dnsmosOpinion('bak', bak!), dnsmosOpinion('ovr', ovr!)], 3 * index);
    }
    return { output, transfer: [output.buffer] };
  } finally {
    pcm.close();
  }
};

function repeated(pcm: PcmReader, start: number): Float32Array {
  const length = Math.min(DNSMOS_SAMPLES, pcm.totalSamples - start);
  const heard = pcm.readFloat(start, length);
  if (length === DNSMOS_SAMPLES) return heard;
  return Float32Array.from({ length: DNSMOS_SAMPLES }, (_, i) => heard[i % length]!);
}

/**
 * Where to listen: `perHour` windows an hour, at least one, spread evenly over the windows that hold speech; a file without
 * speech is heard all over.
 */
export function dnsmosStarts(
  speech: Float32Array,
  stepSamples: number,
  totalSamples: number,
  perHour: number,
): number[] {
  if (totalSamples <= 0) return [];
  const wanted = Math.max(1, Math.round((perHour * totalSamples) / 16_000 / 3600));
  const hop = 16_000;
  const all = Array.from(
    { length: Math.max(1, Math.floor((totalSamples - DNSMOS_SAMPLES) / hop) + 1) },
    (_, i) => i * hop,
  );
  const spoken = all.filter((start) => {
    const from = Math.floor(start / stepSamples);
    const to = Math.min(speech.length, Math.ceil((start + DNSMOS_SAMPLES) / stepSamples));
    let steps = 0;
    for (let step = from; step < to; step++) if (speech[step]! >= 0.5) steps += 1;
    return steps >= (to - from) / 3;
  });
  const places = spoken.length > 0 ? spoken : all;
  const count = Math.min(wanted, places.length);
  return Array.from({ length: count }, (_, i) => places[Math.floor(((i + 0.5) * places.length) / count)]!);
}
