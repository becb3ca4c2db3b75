/**
 * Power spectrum of a real signal of 512 samples: the even and odd samples form one complex signal of 256 = 4^4, which
 * four radix-4 passes transform (decimation in time, digit-reversed input); the halves are then separated.
 */
export const FFT_SIZE = 512;
export const FFT_BINS = FFT_SIZE / 2 + 1;
const HALF = FFT_SIZE / 2;

const cosine = new Float64Array(FFT_SIZE);
const sine = new Float64Array(FFT_SIZE);
for (let k = 0; k < FFT_SIZE; k++) {
  cosine[k] = Math.cos((2 * Math.PI * k) / FFT_SIZE);
  sine[k] = Math.sin((2 * Math.PI * k) / FFT_SIZE);
}
const reversed = new Uint16Array(HALF);
for (let i = 0; i < HALF; i++) {
  let value = i;
  let result = 0;
  for (let digit = 0; digit < 4; digit++) {
    result = (result << 2) | (value & 3);
    value >>= 2;
  }
  reversed[i] = result;
}

/** One instance per thread of use: it holds the work arrays. */
export class RealFft512 {
  readonly #re = new Float64Array(HALF);
  readonly #im = new Float64Array(HALF);

  /**
   * |FFT|² of `samples[offset … offset + length)` zero-padded to 512, bins 0…256 into `out`.
   * @param length at most 512
   */
  power(samples: Float32Array, offset: number, length: number, out: Float64Array): void {
    const re = this.#re;
    const im = this.#im;
    for (let i = 0; i < HALF; i++) {
      const even = 2 * reversed[i]!;
      re[i] = even < length ? samples[offset + even]! : 0;
      im[i] = even + 1 < length ? samples[offset + even + 1]! : 0;
    }
    for (let size = 4; size <= HALF; size *= 4) {
      const quarter = size / 4;
      const stride = FFT_SIZE / size;
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
