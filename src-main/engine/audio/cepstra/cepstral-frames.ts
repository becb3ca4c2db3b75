import { cosineTransform, transformInto } from '../front-ends/cosine-transform.ts';
import { applyFilters } from '../front-ends/mel-filters.ts';
import type { MelFilter } from '../front-ends/mel-filters.ts';
import { FFT_BINS, FFT_SIZE, RealFft } from '../real-fft.ts';

/** 10 ms at 16 kHz. */
export const CEPSTRAL_HOP_SAMPLES = 160;
export const CEPSTRAL_HOP_SEC = 0.01;

/** A front end of the systems that work on cepstra and Gaussians. */
export interface CepstralKind {
  frameSamples: number;
  preEmphasis: number;
  /** Corners of the triangular filters, Hz; two more than there are filters. */
  cornersHz: readonly number[];
  /** Cepstra kept, from which one on. */
  first: number;
  cepstra: number;
  /** The logarithm of the frame's energy as a further value. */
  energy: boolean;
}

const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const hertz = (value: number): number => 700 * (10 ** (value / 2595) - 1);
const evenly = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => low + ((high - low) * k) / (count - 1));

export const cepstralKinds = {
  /** 13 MFCC as Sphinx makes them for LIUM: 25.6 ms, 40 mel bands from 133 to 6856 Hz; the first one is the energy. */
  sphinx: {
    frameSamples: 410,
    preEmphasis: 0.97,
    cornersHz: evenly(mel(133.3334), mel(6855.4976), 42).map(hertz),
    first: 0,
    cepstra: 13,
    energy: false,
  },
  /** 20 cepstra of 24 linear bands and the energy, as ALIZÉ's LIA_SpkSeg takes them from SPro. */
  lfcc: {
    frameSamples: 320,
    preEmphasis: 0.95,
    cornersHz: evenly(0, 8000, 26),
    first: 1,
    cepstra: 20,
    energy: true,
  },
} as const satisfies Record<string, CepstralKind>;

export type CepstralName = keyof typeof cepstralKinds;

export const cepstralSize = (kind: CepstralKind): number => kind.cepstra + (kind.energy ? 1 : 0);

/** Whole frames of `samples` samples. */
export const cepstralFrameCount = (kind: CepstralKind, samples: number): number =>
  samples < kind.frameSamples ? 0 : 1 + Math.floor((samples - kind.frameSamples) / CEPSTRAL_HOP_SAMPLES);

/** Stands for a power of zero. */
const MIN_POWER = 1e-10;
const SAMPLE_RATE_HZ = 16_000;

/** Cepstra of Hamming-windowed frames every 10 ms. Keep one per thread. */
export class CepstralFrames {
  readonly kind: CepstralKind;
  readonly size: number;
  readonly #filters: MelFilter[];
  readonly #cosines: Float64Array;
  readonly #window: Float64Array;
  readonly #fft = new RealFft(FFT_SIZE);
  readonly #frame = new Float64Array(FFT_SIZE);
  readonly #power = new Float64Array(FFT_BINS);
  readonly #bands: Float64Array;

  constructor(kind: CepstralKind) {
    this.kind = kind;
    this.size = cepstralSize(kind);
    const bands = kind.cornersHz.length - 2;
    this.#filters = triangles(kind.cornersHz);
    this.#cosines = cosineTransform(bands, kind.first + kind.cepstra).subarray(kind.first * bands);
    this.#window = Float64Array.from(
      { length: kind.frameSamples },
      (_, n) => 0.54 - 0.46 * Math.cos((2 * Math.PI * n) / (kind.frameSamples - 1)),
    );
    this.#bands = new Float64Array(bands);
  }

  /**
   * @param samples 16 kHz in [−1, 1]
   * @returns frames × size
   */
  compute(samples: Float32Array): Float32Array {
    const { frameSamples, preEmphasis, cepstra, energy } = this.kind;
    const count = cepstralFrameCount(this.kind, samples.length);
    const out = new Float32Array(count * this.size);
    for (let t = 0; t < count; t++) {
      const start = t * CEPSTRAL_HOP_SAMPLES;
      let square = 0;
      for (let n = 0; n < frameSamples; n++) {
        const at = start + n;
        const value = samples[at]!;
        square += value * value;
        this.#frame[n] = (value - (at > start ? preEmphasis * samples[at - 1]! : 0)) * this.#window[n]!;
      }
      this.#fft.power(this.#frame, 0, frameSamples, this.#power);
      applyFilters(this.#filters, this.#power, this.#bands);
      for (let j = 0; j < this.#bands.length; j++) this.#bands[j] = Math.log(Math.max(this.#bands[j]!, MIN_POWER));
      transformInto(this.#cosines, this.#bands, out, t * this.size);
      if (energy) out[t * this.size + cepstra] = Math.log(Math.max(square, MIN_POWER));
    }
    return out;
  }
}

function triangles(cornersHz: readonly number[]): MelFilter[] {
  const binHz = SAMPLE_RATE_HZ / FFT_SIZE;
  return Array.from({ length: cornersHz.length - 2 }, (_, j) => {
    const [left, centre, right] = [cornersHz[j]!, cornersHz[j + 1]!, cornersHz[j + 2]!];
    const firstBin = Math.max(0, Math.ceil(left / binHz));
    const endBin = Math.min(FFT_BINS, Math.floor(right / binHz) + 1);
    const weights = Float64Array.from({ length: Math.max(0, endBin - firstBin) }, (_unused, i) => {
      const hz = (firstBin + i) * binHz;
      return Math.max(0, Math.min((hz - left) / (centre - left), (right - hz) / (right - centre)));
    });
    return { firstBin, weights };
  });
}
