import { SAMPLE_RATE_HZ, type PcmReader } from '../../audio/pcm-reader.ts';
import { PythonSpeechFeatures } from '../../audio/front-ends/python-speech-features.ts';

/** Of the picture, and of every series here. */
export const FRAME_RATE_HZ = 25;
export const FRAME_SAMPLES = SAMPLE_RATE_HZ / FRAME_RATE_HZ;
const HOP_SAMPLES = 160;
const HOPS_PER_FRAME = FRAME_SAMPLES / HOP_SAMPLES;
const WINDOW_SAMPLES = 400;
const BANDS = 26;
/** Sound this far below the loudest band of speech counts as silence. */
const FLOOR_DB = 40;
/** So many frames are listened to for how loud the recording is. */
const PROBES = 3000;
/** Frames worked on between two cancel checks: about 40 ms. */
const FRAMES_PER_PIECE = 1000;

/**
 * How loud the sound is in each frame of the picture, as an ear that hears all bands alike: the mean over 26 mel bands of
 * the natural logarithm of their energy, over a floor 40 dB below the loudest band. Independent of the recording's gain.
 * Vowels, for which the mouth opens, stand out more than in plain energy.
 * @param startSec where the sound starts on the picture's clock
 * @param frameCount from t = 0; frames without sound are at the floor
 */
export function speechLevel(
  pcm: PcmReader,
  startSec: number,
  frameCount: number,
  checkCancelled: () => void = () => undefined,
): Float32Array {
  const features = new PythonSpeechFeatures();
  const out = new Float32Array(frameCount);
  const floor = floorOf(pcm, features);
  const offset = Math.round(startSec * SAMPLE_RATE_HZ);
  for (let first = 0; first < frameCount; first += FRAMES_PER_PIECE) {
    checkCancelled();
    const count = Math.min(FRAMES_PER_PIECE, frameCount - first);
    const samples = new Int16Array(count * FRAME_SAMPLES + WINDOW_SAMPLES - HOP_SAMPLES);
    pcm.readInt16(first * FRAME_SAMPLES - offset, samples);
    const bands = features.logFbank(samples);
    for (let frame = 0; frame < count; frame++) {
      let sum = 0;
      const at = frame * HOPS_PER_FRAME * BANDS;
      for (let k = 0; k < HOPS_PER_FRAME * BANDS; k++) sum += logAdd(bands[at + k]!, floor);
      out[first + frame] = sum / (HOPS_PER_FRAME * BANDS);
    }
  }
  return out;
}

/** The 95th percentile of the loudest band, less the range that counts. */
function floorOf(pcm: PcmReader, features: PythonSpeechFeatures): number {
  const windows = Math.floor((pcm.totalSamples - WINDOW_SAMPLES) / HOP_SAMPLES);
  if (windows < 1) return 0;
  const step = Math.max(1, Math.floor(windows / PROBES));
  const byBand: number[][] = Array.from({ length: BANDS }, () => []);
  const window = new Int16Array(WINDOW_SAMPLES);
  for (let k = 0; k < windows; k += step) {
    pcm.readInt16(k * HOP_SAMPLES, window);
    features.logFbank(window).forEach((value, band) => byBand[band]!.push(value));
  }
  const loud = byBand.map((values) => values.sort((a, b) => a - b)[Math.floor(0.95 * (values.length - 1))]!);
  return Math.max(...loud) - (FLOOR_DB * Math.LN10) / 10;
}

const logAdd = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));

/**
 * Probability of speech in each frame of the picture, from one value per 512 samples of the sound.
 * @param startSec where the sound starts on the picture's clock
 */
export function speechByFrame(
  probabilities: ArrayLike<number>,
  stepSec: number,
  startSec: number,
  frameCount: number,
): Float32Array {
  const last = probabilities.length - 1;
  return Float32Array.from({ length: frameCount }, (_, frame) => {
    const at = ((frame + 0.5) / FRAME_RATE_HZ - startSec) / stepSec - 0.5;
    if (last < 0 || at < -1 || at > last + 1) return 0;
    const low = Math.max(0, Math.min(last, Math.floor(at)));
    const high = Math.max(0, Math.min(last, low + 1));
    const share = Math.max(0, Math.min(1, at - low));
    return probabilities[low]! * (1 - share) + probabilities[high]! * share;
  });
}
