import type { LipSeries } from '../talking/lip-series.ts';
import type { SoundSeries } from '../talking/lip-evidence.ts';

/** Offsets from −15 to 15 frames are tried, as in syncnet_python. */
export const MAX_OFFSET_FRAMES = 15;
/** Offsets of one curve. */
export const CURVE_LENGTH = 2 * MAX_OFFSET_FRAMES + 1;
/** Lips and sound are compared over so many frames to each side. */
const HALF_WINDOW = 20;
const LEAST_SOUND_VARIANCE = 1e-4;
const LEAST_LIP_VARIANCE = 1e-7;
/** Likeness beyond this is chance of a short stretch. */
const MOST_LIKENESS = 0.95;
/** Weight of half a window counts in full; less of it draws likeness to 0. */
const HALF_TRUST_FRAMES = 4;

/** Agreement of lips and sound by offset. */
export interface OffsetCurve {
  /** At −15 … 15 frames. */
  readonly values: Float64Array;
  /** Frames of speech with a mouth to compare, at offset 0. */
  readonly frames: number;
}

/** A track as the search for an offset sees it. */
export interface SyncTrack {
  readonly firstFrame: number;
  readonly lips: LipSeries;
}

/**
 * How well lips and sound agree at each offset, −15 … 15 frames (> 0: the sound comes later than the picture), over
 * frames [from, to): for each frame the mutual information (of Gaussians, −½ ln(1 − r²), r > 0) of how steeply the sound
 * rises and how fast the lips part over about ±20 frames, of the face where it is largest, summed. Nobody needs to know
 * who speaks: at the true offset the speaker's face wins, at others a face by chance.
 */
export function offsetCurve(
  tracks: readonly SyncTrack[],
  sound: SoundSeries,
  from: number,
  to: number,
  checkCancelled: () => void = () => undefined,
): OffsetCurve {
  const values = new Float64Array(CURVE_LENGTH);
  const inside = tracks.filter(({ firstFrame, lips }) => firstFrame < to && firstFrame + lips.known.length > from);
  for (let step = 0; step < CURVE_LENGTH; step++) {
    checkCancelled();
    const best = new Float64Array(Math.max(0, to - from));
    for (const track of inside) addBest(best, from, track, sound, step - MAX_OFFSET_FRAMES);
    values[step] = best.reduce((sum, value) => sum + value, 0);
  }
  return { values, frames: comparedFrames(inside, sound, from, to) };
}

function comparedFrames(tracks: readonly SyncTrack[], sound: SoundSeries, from: number, to: number): number {
  const isCompared = new Uint8Array(Math.max(0, to - from));
  for (const { firstFrame, lips } of tracks) {
    for (let frame = Math.max(from, firstFrame); frame < Math.min(to, firstFrame + lips.known.length); frame++) {
      const isSpeech = (sound.weight[frame] ?? 0) > 0.5;
      if (lips.known[frame - firstFrame] === 1 && isSpeech) isCompared[frame - from] = 1;
    }
  }
  return isCompared.reduce((sum, value) => sum + value, 0);
}

/** The larger of `best` and what this track has at one offset, frame by frame. */
function addBest(best: Float64Array, from: number, track: SyncTrack, sound: SoundSeries, offset: number): void {
  const { firstFrame, lips } = track;
  const count = lips.known.length;
  const likeness = new Float64Array(count);
  const weights = new Float64Array(count);
  const rise = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const at = firstFrame + k + offset;
    weights[k] = lips.known[k]! * (sound.weight[at] ?? 0);
    rise[k] = sound.rise[at] ?? 0;
  }
  for (const slopes of [lips.openingSlope, lips.apertureSlope]) addLikeness(likeness, rise, slopes, weights, 0.5);
  for (let k = 0; k < count; k++) {
    const place = firstFrame + k - from;
    const r = Math.min(MOST_LIKENESS, likeness[k]!);
    if (r <= 0 || place < 0 || place >= best.length) continue;
    best[place] = Math.max(best[place]!, -0.5 * Math.log(1 - r * r) * weights[k]!);
  }
}

/** Adds `factor` times the correlation over the window about each step; running sums, so that its width costs nothing. */
function addLikeness(out: Float64Array, a: Float64Array, b: Float64Array, weights: Float64Array, factor: number): void {
  const length = out.length;
  let [w, sumA, sumB, squareA, squareB, both] = [0, 0, 0, 0, 0, 0];
  const count = (at: number, sign: 1 | -1): void => {
    if (at < 0 || at >= length) return;
    const weight = sign * weights[at]!;
    w += weight;
    sumA += weight * a[at]!;
    sumB += weight * b[at]!;
    squareA += weight * a[at]! ** 2;
    squareB += weight * b[at]! ** 2;
    both += weight * a[at]! * b[at]!;
  };
  for (let at = 0; at < HALF_WINDOW; at++) count(at, 1);
  for (let at = 0; at < length; at++) {
    count(at + HALF_WINDOW, 1);
    count(at - HALF_WINDOW - 1, -1);
    if (w < 1e-3) continue;
    const [meanA, meanB] = [sumA / w, sumB / w];
    const varianceA = Math.max(LEAST_SOUND_VARIANCE, squareA / w - meanA * meanA);
    const varianceB = Math.max(LEAST_LIP_VARIANCE, squareB / w - meanB * meanB);
    const r = (both / w - meanA * meanB) / Math.sqrt(varianceA * varianceB);
    out[at]! += (factor * r * w) / (w + HALF_TRUST_FRAMES);
  }
}
