import { BlockScores } from '../labelled-spans.ts';
import { pickFrames, stretchesOf } from '../statistics/frames.ts';
import type { Frames, Stretch } from '../statistics/frames.ts';
import { trainGmm } from '../statistics/diagonal-gmm.ts';
import { viterbi } from '../statistics/viterbi.ts';
import { relabel } from '../vectors.ts';
import { framesByLabel } from './bic-clustering.ts';

/** Published: eight Gaussians a cluster, EM until the gain is below 0.01, 3 to 10 rounds; penalty of a change. */
export const LIUM_GMM = { components: 8, maxRounds: 10, minGain: 0.01, varianceFloor: 0.01 } as const;
export const LIUM_CHANGE_PENALTY = 250;
/** Boundaries move to the quietest moment of so many frames either way, by means over so many frames either way. */
const ADJUST_FRAMES = 25;
const ENERGY_HALF_WINDOW = 5;
const FRAMES_PER_PAUSE = 4000;
/** Frames of one Viterbi pass, half an hour: longer recordings take no more memory. */
const PIECE_FRAMES = 180_000;

export interface Resegmented {
  /** Speaker of each frame. */
  labels: Int32Array;
  count: number;
  scores: BlockScores;
}

/** Frames anew by a mixture of each cluster and one Viterbi pass, so that borders are where voices change. */
export function resegment(
  frames: Frames,
  segments: readonly Stretch[],
  pause: () => void = () => undefined,
): Resegmented {
  const clusterCount = Math.max(0, ...segments.map((segment) => segment.label + 1));
  const models = framesByLabel(segments, frames.count, clusterCount).map((indices) =>
    trainGmm(pickFrames(frames, indices), LIUM_GMM, pause),
  );
  const scores = new BlockScores(frames.count, clusterCount);
  const path = new Int32Array(frames.count);
  for (let from = 0; from < frames.count; from += PIECE_FRAMES) {
    const count = Math.min(PIECE_FRAMES, frames.count - from);
    const piece = new Float64Array(count * clusterCount);
    models.forEach((model, c) => {
      for (let t = 0; t < count; t++) {
        if (t % FRAMES_PER_PAUSE === 0) pause();
        const score = model.logLikelihood(frames.data, (from + t) * frames.size);
        piece[t * clusterCount + c] = score;
        scores.add(from + t, c, score);
      }
    });
    path.set(viterbi(piece, clusterCount, 0, -LIUM_CHANGE_PENALTY), from);
  }
  // Clusters that lost all their frames are gone.
  const { labels, count } = relabel(path);
  const newOf = new Int32Array(clusterCount).fill(-1);
  path.forEach((old, t) => (newOf[old] = labels[t]!));
  return { labels, count, scores: scores.joined(newOf, count) };
}

/**
 * Moves each border between two speakers to the quietest moment around it, no segment below one frame.
 * @param indices of the frames in the recording: where some are missing, nobody speaks, and nothing is quieter
 */
export function adjustBorders(labels: Int32Array, energy: ArrayLike<number>, indices?: ArrayLike<number>): Int32Array {
  const smooth = smoothed(energy);
  for (let t = 1; indices && t < labels.length; t++) if (indices[t] !== indices[t - 1]! + 1) smooth[t] = -Infinity;
  const stretches = stretchesOf(labels);
  for (let k = 1; k < stretches.length; k++) {
    const before = stretches[k - 1]!;
    const after = stretches[k]!;
    if (before.end !== after.start) continue;
    let best = after.start;
    const from = Math.max(before.start + 1, after.start - ADJUST_FRAMES);
    const to = Math.min(after.end - 1, after.start + ADJUST_FRAMES);
    for (let t = from; t <= to; t++) {
      const equal = smooth[t] === smooth[best];
      if (smooth[t]! < smooth[best]! || (equal && Math.abs(t - after.start) < Math.abs(best - after.start))) best = t;
    }
    before.end = best;
    after.start = best;
  }
  const out = new Int32Array(labels.length).fill(-1);
  for (const { start, end, label } of stretches) out.fill(label, start, end);
  return out;
}

function smoothed(energy: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(energy.length + 1);
  for (let t = 0; t < energy.length; t++) sums[t + 1] = sums[t]! + energy[t]!;
  return Float64Array.from({ length: energy.length }, (_, t) => {
    const from = Math.max(0, t - ENERGY_HALF_WINDOW);
    const to = Math.min(energy.length, t + ENERGY_HALF_WINDOW + 1);
    return (sums[to]! - sums[from]!) / (to - from);
  });
}
