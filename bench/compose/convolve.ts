const circles = new Map<number, { cosine: Float64Array; sine: Float64Array }>();

function circle(size: number): { cosine: Float64Array; sine: Float64Array } {
  let known = circles.get(size);
  if (!known) {
    const angles = Float64Array.from({ length: size / 2 }, (_, k) => (2 * Math.PI * k) / size);
    circles.set(size, (known = { cosine: angles.map(Math.cos), sine: angles.map(Math.sin) }));
  }
  return known;
}

/** Fourier transform in place, size a power of two; `sign` −1 forward, +1 back (not scaled). */
function transform(re: Float64Array, im: Float64Array, sign: 1 | -1): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1;
    const { cosine, sine } = circle(size);
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const x = re[b]! * cosine[k]! - im[b]! * sign * sine[k]!;
        const y = re[b]! * sign * sine[k]! + im[b]! * cosine[k]!;
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a]! += x;
        im[a]! += y;
      }
    }
  }
}

const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(Math.max(2, least)));

/** Samples worked on at once, unless the response is longer. */
const BLOCK = 2 ** 15;

/** Samples filtered by an impulse response (overlap-add); as long as both together, less one. */
export function convolve(samples: Float32Array, response: Float32Array): Float32Array {
  const out = new Float32Array(samples.length + response.length - 1);
  const size = powerOfTwo(Math.max(BLOCK, 2 * response.length));
  const step = size - response.length + 1;
  for (let start = 0; start < samples.length; start += step) {
    const part = product(samples.subarray(start, start + step), response);
    part.forEach((value, i) => (out[start + i]! += value));
  }
  return out;
}

function product(samples: Float32Array, response: Float32Array): Float32Array {
  const length = samples.length + response.length - 1;
  const size = powerOfTwo(length);
  // One complex transform of both real signals: their product's spectrum follows from the even and odd parts.
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  re.set(samples);
  im.set(response);
  transform(re, im, -1);
  const outRe = new Float64Array(size);
  const outIm = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const m = (size - k) % size;
    const aRe = (re[k]! + re[m]!) / 2;
    const aIm = (im[k]! - im[m]!) / 2;
    const bRe = (im[k]! + im[m]!) / 2;
    const bIm = (re[m]! - re[k]!) / 2;
    outRe[k] = aRe * bRe - aIm * bIm;
    outIm[k] = aRe * bIm + aIm * bRe;
  }
  transform(outRe, outIm, 1);
  return Float32Array.from({ length }, (_, i) => outRe[i]! / size);
}

/**
 * Impulse response (linear phase, `taps` long) of a gain over frequency.
 * @param gain by frequency in Hz; 16 kHz
 */
export function filterFromGain(gain: (hertz: number) => number, taps = 512): Float32Array {
  const re = new Float64Array(taps);
  const im = new Float64Array(taps);
  for (let k = 0; k <= taps / 2; k++) {
    re[k] = gain((k * 16_000) / taps);
    if (k > 0 && k < taps / 2) re[taps - k] = re[k]!;
  }
  transform(re, im, 1);
  return Float32Array.from({ length: taps }, (_, i) => {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / taps);
    return (re[(i + taps / 2) % taps]! / taps) * window;
  });
}

/** Mean power over frequency, `bins` equal bands from 0 to 8 kHz. */
export function meanSpectrum(samples: Float32Array, bins = 128): Float64Array {
  const size = 2 * bins;
  const out = new Float64Array(bins);
  for (let start = 0; start + size <= samples.length; start += size) {
    const re = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      re[i] = samples[start + i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    }
    const im = new Float64Array(size);
    transform(re, im, -1);
    for (let k = 0; k < bins; k++) out[k]! += re[k]! ** 2 + im[k]! ** 2;
  }
  return out;
}
