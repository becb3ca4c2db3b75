import type { Vectors } from './vectors.ts';
import { dot } from './vectors.ts';

/** Windows with their times, and the unit-length voice of each speaker. */
export interface PosteriorInput {
  rows: Vectors;
  startSec: ArrayLike<number>;
  endSec: ArrayLike<number>;
  speakers: Vectors;
}

/** Log-likelihood per unit of cosine. */
const SHARPNESS = 15;
/** Probability that the speaker of a window is that of the window before, when nothing lies between them. */
const STAY = 0.97;
/** Seconds of pause after which the speaker before says little about who speaks next. */
const PAUSE_MEMORY_SEC = 0.5;
/** Somebody none of the speakers: as alike as this share of what is usual for a window and its own speaker. */
const STRANGER_SHARE = 0.5;

/**
 * The most probable sequence of speakers (Viterbi) of windows in order of time, each window speaking for the speakers
 * by its cosine to their voices.
 */
export function speakerSequence(input: PosteriorInput): Int32Array {
  const { rows, speakers } = input;
  const n = rows.count;
  const k = speakers.count;
  const labels = new Int32Array(n);
  if (n === 0 || k < 2) return labels;
  const back = new Uint16Array(n * k);
  let score = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    const gapSec = i > 0 ? Math.max(0, input.startSec[i]! - input.endSec[i - 1]!) : Infinity;
    const stay = 1 / k + (STAY - 1 / k) * Math.exp(-gapSec / PAUSE_MEMORY_SEC);
    const logStay = Math.log(stay);
    const logLeave = Math.log((1 - stay) / (k - 1));
    let top = 0;
    for (let s = 1; s < k; s++) if (score[s]! > score[top]!) top = s;
    const next = new Float64Array(k);
    for (let s = 0; s < k; s++) {
      // Leaving is equally likely to anyone: only the best speaker before need be looked at.
      const stayed = score[s]! + logStay;
      const came = top === s ? -Infinity : score[top]! + logLeave;
      back[i * k + s] = stayed >= came ? s : top;
      next[s] = Math.max(stayed, came) + SHARPNESS * dot(speakers, s, rows, i);
    }
    score = next;
  }
  let state = 0;
  for (let s = 1; s < k; s++) if (score[s]! > score[state]!) state = s;
  for (let i = n - 1; i >= 0; i--) {
    labels[i] = state;
    state = back[i * k + state]!;
  }
  return labels;
}

/**
 * How probable each window's label is by that window alone: its speaker against all others and against somebody else.
 * @returns 0..1 per window
 */
export function labelConfidence(input: PosteriorInput, labels: ArrayLike<number>): Float32Array {
  const { rows, speakers } = input;
  const own = Float64Array.from({ length: rows.count }, (_, i) => dot(speakers, labels[i]!, rows, i));
  const usual = own.slice().sort()[Math.floor(own.length / 2)] ?? 0;
  const stranger = STRANGER_SHARE * Math.max(0, usual);
  return Float32Array.from({ length: rows.count }, (_, i) => {
    let others = Math.exp(SHARPNESS * (stranger - own[i]!));
    for (let s = 0; s < speakers.count; s++) {
      if (s !== labels[i]) others += Math.exp(SHARPNESS * (dot(speakers, s, rows, i) - own[i]!));
    }
    return 1 / (1 + others);
  });
}

/** How like each window is to its speaker's voice, over the median of all windows; 1 = as usual. */
export function labelLikeness({ rows, speakers }: PosteriorInput, labels: ArrayLike<number>): Float32Array {
  const own = Float64Array.from({ length: rows.count }, (_, i) => dot(speakers, labels[i]!, rows, i));
  const usual = Math.max(0.05, own.slice().sort()[Math.floor(own.length / 2)] ?? 0.05);
  return Float32Array.from(own, (value) => value / usual);
}

/**
 * Speakers who lost all their windows to others get back those in the middle of the windows they were found with, so that
 * a given number of speakers is kept.
 * @param labels of the windows of `input`; changed in place
 * @param found the windows and labels the speakers were found with
 */
export function restoreLostSpeakers(
  labels: Int32Array,
  input: Pick<PosteriorInput, 'startSec' | 'endSec'>,
  found: { labels: ArrayLike<number>; startSec: ArrayLike<number>; endSec: ArrayLike<number> },
  speakerCount: number,
): void {
  const heard = new Set(labels);
  for (let speaker = 0; speaker < speakerCount; speaker++) {
    if (heard.has(speaker)) continue;
    for (let k = 0; k < found.labels.length; k++) {
      if (found.labels[k] !== speaker) continue;
      for (let i = 0; i < labels.length; i++) {
        const middle = (input.startSec[i]! + input.endSec[i]!) / 2;
        if (middle >= found.startSec[k]! && middle < found.endSec[k]!) labels[i] = speaker;
      }
    }
  }
}
