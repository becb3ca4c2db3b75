import { int16, normShifts } from './fixed-point.ts';

export const BANDS = 6;
/** Least power of a frame that is looked at. */
export const MIN_POWER = 10;

/** 160·log₁₀2 in Q9. */
const LOG_CONST = 24_660;
/** 14 in Q10: the integer part of log₂ of a number of 15 bits. */
const LOG_INTEGER = 14_336;
/** Splitting filter, Q15: upper and lower all-pass branch. */
const UPPER = 20_972;
const LOWER = 5571;
/** Correction of each band for the halving of its splits, Q4. */
const OFFSETS = [368, 368, 272, 176, 176, 176] as const;
/** First halving of the sample rate, Q13. */
const HALVE_UPPER = 5243;
const HALVE_LOWER = 1392;
/** High pass of the lowest band at 80 Hz, Q14. */
const HIGH_ZEROS = [6631, -13_262, 6631] as const;
const HIGH_POLES = [-7756, 5620] as const;
const SPLITS = 5;
const MAX_FRAME = 240;

/** Sound of the lower half of the band at half the rate; keeps its state from frame to frame. */
export class Halver {
  #upper = 0;
  #lower = 0;

  /** @param out half as long as `input` */
  run(input: Int16Array, out: Int16Array): void {
    let upper = this.#upper;
    let lower = this.#lower;
    for (let n = 0; n < out.length; n++) {
      const a = input[2 * n]!;
      const first = int16((upper >> 1) + ((HALVE_UPPER * a) >> 14));
      upper = a - ((HALVE_UPPER * first) >> 12);
      const b = input[2 * n + 1]!;
      const second = int16((lower >> 1) + ((HALVE_LOWER * b) >> 14));
      lower = b - ((HALVE_LOWER * second) >> 12);
      out[n] = first + second;
    }
    this.#upper = upper;
    this.#lower = lower;
  }
}

/**
 * Energies of six bands of 8 kHz sound (80–250–500–1000–2000–3000–4000 Hz) by a tree of splitting filters, in the 16-bit
 * arithmetic of WebRTC's voice activity detection (https://webrtc.googlesource.com/src, common_audio/vad; BSD).
 */
export class BandEnergies {
  /** 10·log₁₀ of the energy in each band, Q4, of the latest frame. */
  readonly features = new Int16Array(BANDS);
  readonly #upper = new Int16Array(SPLITS);
  readonly #lower = new Int16Array(SPLITS);
  readonly #highPass = new Int16Array(4);
  readonly #a = new Int16Array(MAX_FRAME / 2);
  readonly #b = new Int16Array(MAX_FRAME / 2);
  readonly #c = new Int16Array(MAX_FRAME / 4);
  readonly #d = new Int16Array(MAX_FRAME / 4);
  #power = 0;

  /**
   * @param frame 80, 160 or 240 samples at 8 kHz
   * @returns power of the frame as far as it matters: more than MIN_POWER or not
   */
  run(frame: Int16Array): number {
    this.#power = 0;
    const [high, low, upper, lower] = [this.#a, this.#b, this.#c, this.#d];
    const half = frame.length >> 1;
    this.#split(0, frame, frame.length, high, low);
    this.#split(1, high, half, upper, lower);
    this.#energy(upper, half >> 1, 5);
    this.#energy(lower, half >> 1, 4);
    this.#split(2, low, half, upper, lower);
    this.#energy(upper, half >> 1, 3);
    this.#split(3, lower, half >> 1, high, low);
    this.#energy(high, half >> 2, 2);
    this.#split(4, low, half >> 2, upper, lower);
    this.#energy(upper, half >> 3, 1);
    this.#aboveHum(lower, half >> 3, high);
    this.#energy(high, half >> 3, 0);
    return this.#power;
  }

  #split(band: number, input: Int16Array, length: number, high: Int16Array, low: Int16Array): void {
    const half = length >> 1;
    this.#upper[band] = allPass(input, 0, half, UPPER, this.#upper[band]!, high);
    this.#lower[band] = allPass(input, 1, half, LOWER, this.#lower[band]!, low);
    for (let n = 0; n < half; n++) {
      const value = high[n]!;
      high[n] = value - low[n]!;
      low[n] = value + low[n]!;
    }
  }

  #aboveHum(input: Int16Array, length: number, out: Int16Array): void {
    const state = this.#highPass;
    for (let n = 0; n < length; n++) {
      let sum = HIGH_ZEROS[0] * input[n]! + HIGH_ZEROS[1] * state[0]! + HIGH_ZEROS[2] * state[1]!;
      state[1] = state[0]!;
      state[0] = input[n]!;
      sum -= HIGH_POLES[0] * state[2]! + HIGH_POLES[1] * state[3]!;
      state[3] = state[2]!;
      state[2] = sum >> 14;
      out[n] = state[2];
    }
  }

  #energy(samples: Int16Array, length: number, band: number): void {
    const offset = OFFSETS[band]!;
    const scaling = squareScaling(samples, length);
    let energy = 0;
    for (let n = 0; n < length; n++) energy = (energy + ((samples[n]! * samples[n]!) >> scaling)) | 0;
    energy >>>= 0;
    if (energy === 0) {
      this.features[band] = offset;
      return;
    }
    // To 15 bits: the leading one is worth 2¹⁴ and the rest is the fraction of the logarithm, taken as linear.
    const right = 17 - Math.clz32(energy);
    energy = right < 0 ? energy << -right : energy >>> right;
    const shifts = scaling + right;
    const log2 = LOG_INTEGER + ((energy & 0x3fff) >> 4);
    const decibels = int16(((LOG_CONST * log2) >> 19) + ((shifts * LOG_CONST) >> 9));
    this.features[band] = Math.max(0, decibels) + offset;
    if (this.#power > MIN_POWER) return;
    this.#power = int16(this.#power + (shifts >= 0 ? MIN_POWER + 1 : energy >> -shifts));
  }
}

/** First-order all-pass over every other sample from `first`. @returns its new state */
function allPass(
  input: Int16Array,
  first: number,
  length: number,
  coefficient: number,
  state: number,
  out: Int16Array,
): number {
  let memory = state << 16;
  for (let n = 0; n < length; n++) {
    const sample = input[first + 2 * n]!;
    const value = ((memory + coefficient * sample) | 0) >> 16;
    out[n] = value;
    memory = ((sample << 14) - coefficient * int16(value)) << 1;
  }
  return memory >> 16;
}

/** Right shifts that keep the sum of squares inside 32 bits. */
function squareScaling(samples: Int16Array, length: number): number {
  let most = -1;
  for (let n = 0; n < length; n++) {
    // Minus the lowest number is itself in 16 bits, as in the published code.
    const size = samples[n]! > 0 ? samples[n]! : int16(-samples[n]!);
    if (size > most) most = size;
  }
  if (most === 0) return 0;
  const bits = 32 - Math.clz32(length);
  const room = normShifts(most * most);
  return room > bits ? 0 : bits - room;
}
