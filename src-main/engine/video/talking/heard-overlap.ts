import { FRAME_RATE_HZ } from './speech-level.ts';

/** A net is never surer than this, log odds. */
const MOST_LOG_ODDS = 4;
const LEAST_PROBABILITY = 0.01;
/** What nets say of one voice alone, in the middle of a usual recording. */
const USUAL_LOG_ODDS = -3;
/** Probability of speech from which a frame counts for that. */
const SURE_SPEECH = 0.5;

/**
 * Log odds of two voices at once in each frame of the picture. In some rooms and noises such nets fire at single voices
 * (docs/adr/0101); two at once are the exception nearly everywhere, so that a recording in the middle of whose speech they
 * fire more than usual is taken down by the difference.
 * @param posterior 0..1, one value per `stepSec` of the sound
 * @param startSec where the sound starts on the picture's clock
 * @param speech probability of speech by frame
 */
export function overlapLogOdds(
  posterior: ArrayLike<number>,
  stepSec: number,
  startSec: number,
  speech: ArrayLike<number>,
): Float32Array {
  const last = posterior.length - 1;
  const stepAt = (sec: number): number => Math.max(0, Math.min(last, Math.floor((sec - startSec) / stepSec + 1e-6)));
  const odds = Float32Array.from({ length: speech.length }, (_, frame) => {
    const [from, to] = [stepAt(frame / FRAME_RATE_HZ), stepAt((frame + 1) / FRAME_RATE_HZ - 2e-6)];
    let sum = 0;
    for (let step = from; step <= to; step++) sum += posterior[step] ?? 0;
    const mean = sum / (to - from + 1);
    const value = Math.log((mean + LEAST_PROBABILITY) / (1 + LEAST_PROBABILITY - mean));
    return Math.max(-MOST_LOG_ODDS, Math.min(MOST_LOG_ODDS, value));
  });
  const inSpeech = odds.filter((_, frame) => speech[frame]! >= SURE_SPEECH).sort();
  const excess = Math.max(0, (inSpeech[inSpeech.length >> 1] ?? USUAL_LOG_ODDS) - USUAL_LOG_ODDS);
  return odds.map((value) => value - excess);
}
