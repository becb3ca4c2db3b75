import { Tensor } from 'onnxruntime-node';
import { PcmReader, SAMPLE_RATE_HZ } from '../audio/pcm-reader.ts';
import { FFT_BINS, FFT_SIZE, RealFft } from '../audio/real-fft.ts';
import type { Kernel } from '../kernel.ts';

/** Frames of a patch and bands of a frame: what the net of inaSpeechSegmenter sees at once (0.7 s). */
const PATCH_FRAMES = 68;
const BANDS = 21;
const FRAME_SAMPLES = 400;
const HOP_SAMPLES = 160;
const PRE_EMPHASIS = 0.97;
/** Quieter frames, relative to full scale, are silence: neither speech nor music nor noise. */
const SILENCE_POWER = 10 ** (-60 / 10);

export interface SoundContentInput {
  modelPath: string;
  pcmPath: string;
  /** One patch is heard each so many seconds. */
  stepSec: number;
}

/**
 * Triangles of SIDEKIT's filter bank as inaSpeechSegmenter uses it: 24 mel bands from 100 to 8000 Hz, of which the first 21.
 * Row by band, {@link FFT_BINS} values each.
 */
export function contentFilters(): Float64Array {
  const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
  const hertz = (value: number): number => 700 * (10 ** (value / 2595) - 1);
  const [low, high] = [mel(100), mel(8000)];
  const edges = Array.from({ length: 26 }, (_, i) => hertz(low + (i * (high - low)) / 25));
  const filters = new Float64Array(BANDS * FFT_BINS);
  const bin = (hz: number): number => Math.floor((hz * FFT_SIZE) / SAMPLE_RATE_HZ);
  for (let band = 0; band < BANDS; band++) {
    const [from, centre, to] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    const height = 2 / (to - from);
    const put = (k: number, value: number): void => void (filters[band * FFT_BINS + k] = value);
    const hz = (k: number): number => (k * SAMPLE_RATE_HZ) / FFT_SIZE;
    for (let k = bin(from) + 1; k <= bin(centre); k++) put(k, (height / (centre - from)) * (hz(k) - from));
    for (let k = bin(centre) + 1; k < Math.min(bin(to), FFT_BINS); k++) put(k, (height / (to - centre)) * (to - hz(k)));
  }
  return filters;
}

/** Speech, music and noise of a patch each `stepSec`: three probabilities, NaN where it is silent. */
export const soundContent: Kernel<SoundContentInput, Float32Array> = async (context, input) => {
  const session = await context.session(input.modelPath);
  const pcm = new PcmReader(input.pcmPath);
  try {
    const stepSamples = Math.round(input.stepSec * SAMPLE_RATE_HZ);
    const patches = Math.ceil(pcm.totalSamples / stepSamples);
    const output = new Float32Array(3 * patches).fill(NaN);
    const patch = new PatchMaker();
    const length = (PATCH_FRAMES - 1) * HOP_SAMPLES + FRAME_SAMPLES;
    for (let index = 0; index < patches; index++) {
      context.checkCancelled();
      const centre = Math.round((index + 0.5) * stepSamples);
      const start = Math.max(0, Math.min(pcm.totalSamples - length, centre - (length >> 1)));
      const logMel = patch.of(pcm.readFloat(start, length));
      if (!logMel) continue;
      const result = await session.run({ logmel_patch: new Tensor('float32', logMel, [1, PATCH_FRAMES, BANDS]) });
      output.set(result[session.outputNames[0]!]!.data as Float32Array, 3 * index);
    }
    return { output, transfer: [output.buffer] };
  } finally {
    pcm.close();
  }
};

/** Log mel bands of a patch; the net itself takes mean and spread away. */
class PatchMaker {
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly filters = contentFilters();
  private readonly window = Float64Array.from(
    { length: FRAME_SAMPLES },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (FRAME_SAMPLES - 1)),
  );
  private readonly frame = new Float64Array(FRAME_SAMPLES);
  private readonly power = new Float64Array(FFT_BINS);

  /** null for silence. */
  of(samples: Float32Array): Float32Array | null {
    let energy = 0;
    for (const sample of samples) energy += sample * sample;
    if (energy / samples.length < SILENCE_POWER) return null;
    const out = new Float32Array(PATCH_FRAMES * BANDS);
    for (let at = 0; at < PATCH_FRAMES; at++) {
      const from = at * HOP_SAMPLES;
      for (let i = 0; i < FRAME_SAMPLES; i++) {
        // As SIDEKIT does it: within the frame, its first sample against itself.
        const before = samples[from + Math.max(0, i - 1)]!;
        this.frame[i] = (samples[from + i]! - PRE_EMPHASIS * before) * this.window[i]!;
      }
      this.fft.power(this.frame, 0, FRAME_SAMPLES, this.power);
      for (let band = 0; band < BANDS; band++) {
        let sum = 0;
        for (let k = 0; k < FFT_BINS; k++) sum += this.filters[band * FFT_BINS + k]! * this.power[k]!;
        out[at * BANDS + band] = Math.log(Math.max(sum, 1e-20));
      }
    }
    return out;
  }
}
