/**
 * Seconds of speech at which a vector of the voice net holds as much chance as voice: measured on the speakers that only
 * watched over its training (`models/training/train.py` prints it).
 */
export const voiceNoiseSec = 1.2;

/**
 * How alike two voices are, whatever the length of speech they were heard in. A vector is a voice plus noise that fades with
 * the length, so the cosine of short pieces is too low by √((1 + n/a)(1 + n/b)): Spearman's correction for attenuation (1904)
 * with the reliability of t seconds taken as t / (t + n). One threshold then serves pieces of 1.5 s as well as whole clips.
 *
 * @param cosine of unit vectors, −1 … 1
 * @param firstSec speech the first was made from, > 0; secondSec the same of the second
 * @returns 1 for one voice on the average, about 0 for strangers; at most 1
 */
export function voiceLikeness(cosine: number, firstSec: number, secondSec: number): number {
  return Math.min(1, cosine * Math.sqrt((1 + voiceNoiseSec / firstSec) * (1 + voiceNoiseSec / secondSec)));
}
