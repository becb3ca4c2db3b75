import { slope, smoothInto } from './gaussian.ts';
import { SLOPE_SD_FRAMES, type LipSeries } from './lip-series.ts';
import { localLikeness, localStrength } from './local-likeness.ts';

/** Likeness is judged over about ±15 frames, movement over about ±8. */
const LIKENESS_SD_FRAMES = 10;
const MOVEMENT_SD_FRAMES = 5;
/** Added to movement before its logarithm: what the landmarks tremble. */
const TREMBLE = 0.003;
/** Frames without speech count this little, and those within 3 frames of speech as much as it. */
const SILENCE_WEIGHT = 0.02;
const SPEECH_REACH_FRAMES = 3;
/** Evidence needs this share of its neighbourhood to be measured. */
const LEAST_KNOWN = 0.3;

/** What lips and sound have in common, in the order of {@link lipFeatures}. */
export const LIP_FEATURES = 5;

/** The sound of the file, by frame of the picture from t = 0. */
export interface SoundSeries {
  /** See `speechLevel`. */
  readonly level: Float32Array;
  /** Change of `level` a frame. */
  readonly rise: Float64Array;
  /** 0..1: how much a frame counts when lips and sound are compared. */
  readonly weight: Float32Array;
  /** Probability of speech. */
  readonly speech: Float32Array;
}

export function soundSeries(level: Float32Array, speech: Float32Array): SoundSeries {
  const weight = speech.map((_, at) => {
    let most = SILENCE_WEIGHT;
    for (let k = Math.max(0, at - SPEECH_REACH_FRAMES); k <= at + SPEECH_REACH_FRAMES; k++) {
      most = Math.max(most, speech[k] ?? 0);
    }
    return Math.min(1, most);
  });
  return { level, speech, weight, rise: slope(level, SLOPE_SD_FRAMES) };
}

/**
 * For each frame of a track {@link LIP_FEATURES} values; NaN where the mouth is not known well enough:
 * the likeness (correlation over about ±15 frames) of the rise of the sound to that of the lips' outer distance and of
 * their inner distance, of level to outer distance, and the logarithms of how much both distances move. A mouth that
 * moves by itself, such as in chewing, yawning or silent talk, has movement but no likeness.
 */
export function lipFeatures(lips: LipSeries, sound: SoundSeries, firstFrame: number): Float32Array {
  const count = lips.known.length;
  const level = sound.level.subarray(firstFrame, firstFrame + count);
  const rise = sound.rise.subarray(firstFrame, firstFrame + count);
  const weight = Float64Array.from(lips.known, (known, k) => known * (sound.weight[firstFrame + k] ?? 0));
  const share = new Float64Array(count);
  smoothInto(share, lips.known, MOVEMENT_SD_FRAMES);
  const columns = [
    localLikeness(rise, lips.openingSlope, weight, LIKENESS_SD_FRAMES),
    localLikeness(rise, lips.apertureSlope, weight, LIKENESS_SD_FRAMES),
    localLikeness(level, lips.opening, weight, LIKENESS_SD_FRAMES),
    localStrength(lips.openingSlope, lips.known, MOVEMENT_SD_FRAMES).map((value) => Math.log(value + TREMBLE)),
    localStrength(lips.apertureSlope, lips.known, MOVEMENT_SD_FRAMES).map((value) => Math.log(value + TREMBLE)),
  ];
  const out = new Float32Array(count * LIP_FEATURES).fill(NaN);
  for (let k = 0; k < count; k++) {
    if (share[k]! < LEAST_KNOWN) continue;
    columns.forEach((column, feature) => (out[k * LIP_FEATURES + feature] = column[k]!));
  }
  return out;
}
