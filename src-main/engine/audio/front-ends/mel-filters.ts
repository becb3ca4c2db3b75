/** One triangular filter over the bins of a power spectrum. */
export interface MelFilter {
  firstBin: number;
  weights: Float64Array;
}

const SAMPLE_RATE_HZ = 16_000;
const NYQUIST_HZ = SAMPLE_RATE_HZ / 2;
const htkMel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const htkHz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

/** Energies of all filters into `out`. */
export function applyFilters(filters: readonly MelFilter[], power: Float64Array, out: Float64Array): void {
  for (let j = 0; j < filters.length; j++) {
    const { firstBin, weights } = filters[j]!;
    let energy = 0;
    for (let i = 0; i < weights.length; i++) energy += weights[i]! * power[firstBin + i]!;
    out[j] = energy;
  }
}

/**
 * Energies of all filters for two spectra that lie side by side (`PairFft.power`): each as `applyFilters` gives it.
 * @param out filters × 2
 */
export function applyFiltersToPair(filters: readonly MelFilter[], power: Float64Array, out: Float64Array): void {
  for (let j = 0; j < filters.length; j++) {
    const { firstBin, weights } = filters[j]!;
    let first = 0;
    let second = 0;
    for (let i = 0, at = 2 * firstBin; i < weights.length; i++, at += 2) {
      const weight = weights[i]!;
      first += weight * power[at]!;
      second += weight * power[at + 1]!;
    }
    out[2 * j] = first;
    out[2 * j + 1] = second;
  }
}

/**
 * Filters of python_speech_features (https://github.com/jameslyons/python_speech_features): corners at whole bins, HTK
 * mels from 0 to 8 kHz.
 */
export function binMelFilters(bands: number, fftSize = 512): MelFilter[] {
  const corners = Array.from({ length: bands + 2 }, (_, j) =>
    Math.floor(((fftSize + 1) * htkHz((htkMel(NYQUIST_HZ) * j) / (bands + 1))) / SAMPLE_RATE_HZ),
  );
  return Array.from({ length: bands }, (_, j) => {
    const [low, middle, high] = [corners[j]!, corners[j + 1]!, corners[j + 2]!];
    const weights = new Float64Array(Math.max(0, high - low));
    for (let i = low; i < middle; i++) weights[i - low] = (i - low) / (middle - low);
    for (let i = middle; i < high; i++) weights[i - low] = (high - i) / (high - middle);
    return { firstBin: low, weights };
  });
}

/** Filters of Kaldi (feat/mel-computations): triangles over mel = 1127 ln(1 + f/700), without the bin at 8 kHz. */
export function kaldiMelFilters(bands: number, lowHz: number, highHz: number, fftSize = 512): MelFilter[] {
  const melOf = (hz: number): number => 1127 * Math.log(1 + hz / 700);
  const low = melOf(lowHz);
  const step = (melOf(highHz) - low) / (bands + 1);
  return Array.from({ length: bands }, (_, j) => {
    const [left, centre, right] = [low + j * step, low + (j + 1) * step, low + (j + 2) * step];
    return sparse(fftSize / 2, (bin) => {
      const mel = melOf((bin * SAMPLE_RATE_HZ) / fftSize);
      return Math.min((mel - left) / (centre - left), (right - mel) / (right - centre));
    });
  });
}

/** Filters of torchaudio's MelSpectrogram (HTK mels, not normalised): triangles over frequency from 0 to 8 kHz. */
export function torchMelFilters(bands: number, fftSize = 512): MelFilter[] {
  const top = htkMel(NYQUIST_HZ);
  return hertzTriangles(
    Array.from({ length: bands + 2 }, (_, j) => htkHz((top * j) / (bands + 1))),
    fftSize,
    () => 1,
  );
}

/**
 * Filters of SpeechBrain (processing/features, Filterbank): HTK mels from 0 to 8 kHz; a triangle falls as steeply as it
 * rises, by the distance to the centre below it.
 */
export function speechBrainMelFilters(bands: number, fftSize: number): MelFilter[] {
  const top = htkMel(NYQUIST_HZ);
  const corners = Array.from({ length: bands + 2 }, (_, j) => htkHz((top * j) / (bands + 1)));
  return Array.from({ length: bands }, (_, j) => {
    const centre = corners[j + 1]!;
    const band = centre - corners[j]!;
    return sparse(fftSize / 2 + 1, (bin) => 1 - Math.abs((bin * SAMPLE_RATE_HZ) / fftSize - centre) / band);
  });
}

/** Filters of librosa (Slaney's mels, each of unit area) from 0 to 8 kHz. */
export function slaneyMelFilters(bands: number, fftSize: number): MelFilter[] {
  // Linear up to 1 kHz (15 mels), then 27 mels per factor 6.4.
  const perMelHz = 200 / 3;
  const logStep = Math.log(6.4) / 27;
  const hzOf = (mel: number): number => (mel < 15 ? mel * perMelHz : 1000 * Math.exp(logStep * (mel - 15)));
  const top = 15 + Math.log(NYQUIST_HZ / 1000) / logStep;
  const corners = Array.from({ length: bands + 2 }, (_, j) => hzOf((top * j) / (bands + 1)));
  return hertzTriangles(corners, fftSize, (j) => 2 / (corners[j + 2]! - corners[j]!));
}

function hertzTriangles(corners: readonly number[], fftSize: number, scaleOf: (band: number) => number): MelFilter[] {
  return Array.from({ length: corners.length - 2 }, (_, j) => {
    const [left, centre, right] = [corners[j]!, corners[j + 1]!, corners[j + 2]!];
    const scale = scaleOf(j);
    return sparse(fftSize / 2 + 1, (bin) => {
      const hz = (bin * SAMPLE_RATE_HZ) / fftSize;
      return scale * Math.min((hz - left) / (centre - left), (right - hz) / (right - centre));
    });
  });
}

/** The bins where a filter is above zero. */
function sparse(bins: number, weightOf: (bin: number) => number): MelFilter {
  let first = 0;
  while (first < bins && weightOf(first) <= 0) first++;
  let end = first;
  while (end < bins && weightOf(end) > 0) end++;
  return { firstBin: first, weights: Float64Array.from({ length: end - first }, (_, i) => weightOf(first + i)) };
}
