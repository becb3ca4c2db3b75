/** Size of the transform of 25 ms frames at 16 kHz. */
export const FFT_SIZE = 512;
export const FFT_BINS = FFT_SIZE / 2 + 1;

interface Tables {
  cosine: Float64Array;
  sine: Float64Array;
  /** Digit-reversed order of the half-size complex transform. */
  reversed: Uint16Array;
}

const known = new Map<number, Tables>();

function tablesFor(size: number): Tables {
  const before = known.get(size);
  if (before) return before;
  const half = size / 2;
  const digits = Math.log2(half) / 2;
  if (!Number.isInteger(digits)) throw new RangeError('half the size of the transform must be a power of 4');
  const cosine = Float64Array.from({ length: size }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sine = Float64Array.from({ length: size }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  const reversed = Uint16Array.from({ length: half }, (_, i) => {
    let result = 0;
    for (let digit = 0, value = i; digit < digits; digit++, value >>= 2) result = (result << 2) | (value & 3);
    return result;
  });
  const tables = { cosine, sine, reversed };
  known.set(size, tables);
  return tables;
}

/**
 * Power spectrum of a real signal of 512 or 2048 samples (half of it must be a power of 4): the even and odd samples form
 * one complex signal of half the size, which radix-4 passes transform (decimation in time, digit-reversed input); the
 * halves are then separated. One instance per thread of use: it holds the work arrays.
 */
export class RealFft {
  readonly size: number;
  readonly #tables: Tables;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#tables = tablesFor(size);
    this.#re = new Float64Array(size / 2);
    this.#im = new Float64Array(size / 2);
  }

  /**
   * |FFT|² of `samples[offset … offset + length)` zero-padded to the size, bins 0 … size/2 into `out`.
   * @param length at most the size
   */
  power(samples: Float32Array | Float64Array, offset: number, length: number, out: Float64Array): void {
    const re = this.#re;
    const im = this.#im;
    const { cosine, sine, reversed } = this.#tables;
    const SIZE = this.size;
    const HALF = SIZE / 2;
    for (let i = 0; i < HALF; i++) {
      const even = 2 * reversed[i]!;
      re[i] = even < length ? samples[offset + even]! : 0;
      im[i] = even + 1 < length ? samples[offset + even + 1]! : 0;
    }
    for (let size = 4; size <= HALF; size *= 4) {
      const quarter = size / 4;
      const stride = SIZE / size;
      for (let j = 0; j < quarter; j++) {
        const c1 = cosine[j * stride]!;
        const s1 = sine[j * stride]!;
        const c2 = cosine[2 * j * stride]!;
        const s2 = sine[2 * j * stride]!;
        const c3 = cosine[3 * j * stride]!;
        const s3 = sine[3 * j * stride]!;
        for (let a = j; a < HALF; a += size) {
          const b = a + quarter;
          const c = b + quarter;
          const d = c + quarter;
          const br = re[b]! * c1 + im[b]! * s1;
          const bi = im[b]! * c1 - re[b]! * s1;
          const cr = re[c]! * c2 + im[c]! * s2;
          const ci = im[c]! * c2 - re[c]! * s2;
          const dr = re[d]! * c3 + im[d]! * s3;
          const di = im[d]! * c3 - re[d]! * s3;
          const acr = re[a]! + cr;
          const aci = im[a]! + ci;
          const amr = re[a]! - cr;
          const ami = im[a]! - ci;
          const bdr = br + dr;
          const bdi = bi + di;
          const bmr = br - dr;
          const bmi = bi - di;
          re[a] = acr + bdr;
          im[a] = aci + bdi;
          re[b] = amr + bmi;
          im[b] = ami - bmr;
          re[c] = acr - bdr;
          im[c] = aci - bdi;
          re[d] = amr - bmi;
          im[d] = ami + bmr;
        }
      }
    }
    out[0] = (re[0]! + im[0]!) ** 2;
    out[HALF] = (re[0]! - im[0]!) ** 2;
    for (let k = 1; k <= HALF / 2; k++) {
      const m = HALF - k;
      const evenRe = (re[k]! + re[m]!) / 2;
      const evenIm = (im[k]! - im[m]!) / 2;
      const oddRe = (im[k]! + im[m]!) / 2;
      const oddIm = (re[m]! - re[k]!) / 2;
      const turnedRe = oddRe * cosine[k]! + oddIm * sine[k]!;
      const turnedIm = oddIm * cosine[k]! - oddRe * sine[k]!;
      out[k] = (evenRe + turnedRe) ** 2 + (evenIm + turnedIm) ** 2;
      out[m] = (evenRe - turnedRe) ** 2 + (turnedIm - evenIm) ** 2;
    }
  }
}
