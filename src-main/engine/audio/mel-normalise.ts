import { MEL_BANDS } from './log-mel.ts';

/** Half width of the sliding window the embedder was measured with: 301 frames, about 3 s. */
export const SLIDING_HALF_FRAMES = 150;

/**
 * Sliding normalisation: z = (v − m[band]) / s, with the mean per band and one scalar spread over frames t − half …
 * t + half, clipped at the ends of the recording; s² = mean(v²) − mean over bands of m², at least 1.
 * @param mel frames × 40; a piece of a longer recording must carry `half` more frames on each inner side
 * @param from first frame to normalise; @param to one past the last
 * @returns (to − from) × 40
 */
export function slidingNormalise(
  mel: Float32Array,
  from: number,
  to: number,
  half = SLIDING_HALF_FRAMES,
): Float32Array {
  const total = mel.length / MEL_BANDS;
  const out = new Float32Array(Math.max(0, to - from) * MEL_BANDS);
  const sum = new Float64Array(MEL_BANDS);
  let square = 0;
  let first = Math.max(0, from - half);
  let end = first;
  for (let t = from; t < to; t++) {
    const wantEnd = Math.min(total, t + half + 1);
    for (; end < wantEnd; end++) {
      let frameSquare = 0;
      for (let j = 0; j < MEL_BANDS; j++) {
        const v = mel[end * MEL_BANDS + j]!;
        sum[j]! += v;
        frameSquare += v * v;
      }
      square += frameSquare;
    }
    const wantFirst = Math.max(0, t - half);
    for (; first < wantFirst; first++) {
      let frameSquare = 0;
      for (let j = 0; j < MEL_BANDS; j++) {
        const v = mel[first * MEL_BANDS + j]!;
        sum[j]! -= v;
        frameSquare += v * v;
      }
      square -= frameSquare;
    }
    const count = end - first;
    let meanSquare = 0;
    for (let j = 0; j < MEL_BANDS; j++) meanSquare += (sum[j]! / count) ** 2;
    const spread = Math.sqrt(Math.max(1, (square / count - meanSquare) / MEL_BANDS));
    for (let j = 0; j < MEL_BANDS; j++) {
      out[(t - from) * MEL_BANDS + j] = (mel[t * MEL_BANDS + j]! - sum[j]! / count) / spread;
    }
  }
  return out;
}

/** The same over all frames of one window (verification of single utterances). */
export function windowNormalise(mel: Float32Array): Float32Array {
  return slidingNormalise(mel, 0, mel.length / MEL_BANDS, mel.length / MEL_BANDS);
}
