import { SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { VAD_STEP_SAMPLES } from '../silero-kernel.ts';

/**
 * Means of a posterior on the grid of `vad.f32`, 32 ms a value, so that every detector's answer can stand for Silero's.
 * @param posterior value k covers [k, k + 1) · stepSec; beyond its end it goes on with 0
 */
export function resampledVad(posterior: ArrayLike<number>, stepSec: number, steps: number): Float32Array {
  const gridSec = VAD_STEP_SAMPLES / SAMPLE_RATE_HZ;
  const out = new Float32Array(steps);
  for (let k = 0; k < steps; k++) {
    const from = k * gridSec;
    const to = from + gridSec;
    let sum = 0;
    for (let j = Math.floor(from / stepSec + 1e-9); j < posterior.length && j * stepSec < to - 1e-9; j++) {
      sum += posterior[j]! * (Math.min(to, (j + 1) * stepSec) - Math.max(from, j * stepSec));
    }
    out[k] = sum / gridSec;
  }
  return out;
}
