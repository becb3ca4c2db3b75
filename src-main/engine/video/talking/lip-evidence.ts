import { slope, smoothInto, type Side } from './gaussian.ts';
import { SLOPE_SD_FRAMES, type LipSeries } from './lip-series.ts';
import { localLikeness, localStrength } from './local-likeness.ts';

/** Likeness is judged over about ±15 frames, and over as many before and after alone. */
const LIKENESS_SD_FRAMES = 10;
const SIDE_SD_FRAMES = 12;
/** Movement is judged over about ±8 frames, and over ±3 and less to know when it begins and ends. */
const MOVEMENT_SD_FRAMES = 5;
const ONSET_SD_FRAMES = [2, 1] as const;
/** A mouth that talks silently is like the sound by chance for a while, hardly over a whole turn. */
const TURN_SD_FRAMES = 25;
/** Logarithm of movement; what is more than a tenth of speech has is no surer speech. */
const MOST_MOVEMENT = -2.8;
/** Added to movement before its logarithm: what the landmarks tremble. */
const TREMBLE = 0.003;
/** Frames without speech count this little, and those within 3 frames of speech as much as it. */
const SILENCE_WEIGHT = 0.02;
const SPEECH_REACH_FRAMES = 3;
/** Evidence needs this share of its neighbourhood to be measured. */
const LEAST_KNOWN = 0.3;

/** What lips and sound have in common, in the order of {@link lipFeatures}. */
export const LIP_FEATURES = 16;
/** Place of the first of the values that tell of movement. */
export const FIRST_MOVEMENT = 9;

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
 * For each frame of a track {@link LIP_FEATURES} values; NaN where the mouth is not known well enough. Likeness is the
 * correlation of the rise of the sound to that of the lips' outer distance and of their inner distance, and of level to outer
 * distance: about the frame, then before it, then after it. A speaker who has just begun is like what is heard afterwards,
 * one who is about to end is like what was heard before: so both are told where one takes over from the other. The
 * logarithms of how much both distances move follow, over ±8 frames, ±3 and ±1; last the likeness of the outer distance over
 * about ±40. A mouth that moves by itself, such as in chewing, yawning or silent talk, has movement but no likeness.
 */
export function lipFeatures(lips: LipSeries, sound: SoundSeries, firstFrame: number): Float32Array {
  const count = lips.known.length;
  const level = sound.level.subarray(firstFrame, firstFrame + count);
  const rise = sound.rise.subarray(firstFrame, firstFrame + count);
  const weight = Float64Array.from(lips.known, (known, k) => known * (sound.weight[firstFrame + k] ?? 0));
  const share = new Float64Array(count);
  smoothInto(share, lips.known, MOVEMENT_SD_FRAMES);
  const likeness = (sd: number, side: Side): Float64Array[] => [
    localLikeness(rise, lips.openingSlope, weight, sd, side),
    localLikeness(rise, lips.apertureSlope, weight, sd, side),
    localLikeness(level, lips.opening, weight, sd, side),
  ];
  const movement = (sd: number): Float64Array[] =>
    [lips.openingSlope, lips.apertureSlope].map((slope) =>
      localStrength(slope, lips.known, sd).map((value) => Math.min(MOST_MOVEMENT, Math.log(value + TREMBLE))),
    );
  const columns = [
    ...likeness(LIKENESS_SD_FRAMES, 'both'),
    ...likeness(SIDE_SD_FRAMES, 'before'),
    ...likeness(SIDE_SD_FRAMES, 'after'),
    ...movement(MOVEMENT_SD_FRAMES),
    ...ONSET_SD_FRAMES.flatMap(movement),
    localLikeness(rise, lips.openingSlope, weight, TURN_SD_FRAMES),
  ];
  const out = new Float32Array(count * LIP_FEATURES).fill(NaN);
  for (let k = 0; k < count; k++) {
    if (share[k]! < LEAST_KNOWN) continue;
    columns.forEach((column, feature) => (out[k * LIP_FEATURES + feature] = column[k]!));
  }
  return out;
}
