import { RealFft } from '../real-fft.ts';
import { cosineTransform, transformInto } from './cosine-transform.ts';
import { applyFilters, binMelFilters } from './mel-filters.ts';

const FRAME = 400;
const HOP = 160;
const FFT = 512;
const BANDS = 26;
const CEPSTRA = 13;
const LIFTER = 22;
const PRE_EMPHASIS = 0.97;
/** Stands for an energy of zero. */
const EPSILON = 2 ** -52;

/** Frames of `samples` samples; the last one is zero-padded, and there is always one. */
export const speechFrameCount = (samples: number): number =>
  samples <= FRAME ? 1 : 1 + Math.ceil((samples - FRAME) / HOP);

const filters = binMelFilters(BANDS, FFT);
const cosines = cosineTransform(BANDS, CEPSTRA);
const lift = Float64Array.from({ length: CEPSTRA }, (_, k) => 1 + (LIFTER / 2) * Math.sin((Math.PI * k) / LIFTER));

/**
 * MFCC and filter banks of python_speech_features with its defaults (https://github.com/jameslyons/python_speech_features),
 * the sound input of SyncNet and of the active-speaker nets: samples on the int16 scale, pre-emphasis 0.97 over the whole
 * signal, rectangular 25 ms frames every 10 ms, FFT 512, 26 mels from 0 to 8 kHz. Keep one per thread.
 */
export class PythonSpeechFeatures {
  readonly #fft = new RealFft(FFT);
  readonly #power = new Float64Array(FFT / 2 + 1);
  readonly #energies = new Float64Array(BANDS);
  readonly #frame = new Float64Array(FRAME);

  /**
   * 13 cepstral coefficients a frame, liftered by 22, the first one replaced by the logarithm of the frame's energy.
   * @param samples 16 kHz, int16 scale
   * @returns frames × 13
   */
  mfcc(samples: ArrayLike<number>): Float32Array {
    const count = speechFrameCount(samples.length);
    const out = new Float32Array(count * CEPSTRA);
    for (let t = 0; t < count; t++) {
      const energy = this.#spectrum(samples, t);
      for (let j = 0; j < BANDS; j++) this.#energies[j] = Math.log(this.#energies[j]! || EPSILON);
      transformInto(cosines, this.#energies, out, t * CEPSTRA);
      for (let k = 0; k < CEPSTRA; k++) out[t * CEPSTRA + k]! *= lift[k]!;
      out[t * CEPSTRA] = Math.log(energy || EPSILON);
    }
    return out;
  }

  /** Natural logarithm of the 26 filter energies. @returns frames × 26 */
  logFbank(samples: ArrayLike<number>): Float32Array {
    const count = speechFrameCount(samples.length);
    const out = new Float32Array(count * BANDS);
    for (let t = 0; t < count; t++) {
      this.#spectrum(samples, t);
      for (let j = 0; j < BANDS; j++) out[t * BANDS + j] = Math.log(this.#energies[j]! || EPSILON);
    }
    return out;
  }

  /** Filter energies of a frame; returns the energy of its whole spectrum. */
  #spectrum(samples: ArrayLike<number>, t: number): number {
    const start = t * HOP;
    const length = Math.max(0, Math.min(FRAME, samples.length - start));
    for (let n = 0; n < length; n++) {
      const at = start + n;
      this.#frame[n] = samples[at]! - (at > 0 ? PRE_EMPHASIS * samples[at - 1]! : 0);
    }
    this.#fft.power(this.#frame, 0, length, this.#power);
    let energy = 0;
    for (let k = 0; k <= FFT / 2; k++) {
      this.#power[k]! /= FFT;
      energy += this.#power[k]!;
    }
    applyFilters(filters, this.#power, this.#energies);
    return energy;
  }
}
