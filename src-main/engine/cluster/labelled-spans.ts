/** A stretch of one speaker. */
export interface LabelledSpan {
  startSec: number;
  endSec: number;
  /** Speaker, from 0. */
  label: number;
  /** 0..1. */
  confidence: number;
}

/** Frames that are judged together for the confidence: a quarter of a second. */
const BLOCK_FRAMES = 25;

/**
 * Stretches of equal labels of frames that follow one another in the recording, each with the share of its quarter seconds
 * that sound most like its own speaker's model.
 * @param scores ln p of each frame under each speaker, frames × count
 * @param indices of the frames in the recording, rising
 */
export function labelledSpans(
  labels: ArrayLike<number>,
  scores: Float64Array,
  count: number,
  indices: ArrayLike<number>,
  hopSec: number,
): LabelledSpan[] {
  const spans: LabelledSpan[] = [];
  for (let start = 0; start < labels.length;) {
    let end = start + 1;
    while (end < labels.length && labels[end] === labels[start] && indices[end] === indices[end - 1]! + 1) end++;
    if (labels[start]! >= 0) {
      spans.push({
        startSec: indices[start]! * hopSec,
        endSec: (indices[end - 1]! + 1) * hopSec,
        label: labels[start]!,
        confidence: ownShare(labels[start]!, scores, count, start, end),
      });
    }
    start = end;
  }
  return spans;
}

function ownShare(label: number, scores: Float64Array, count: number, start: number, end: number): number {
  let own = 0;
  let blocks = 0;
  const sums = new Float64Array(count);
  for (let from = start; from < end; from += BLOCK_FRAMES) {
    sums.fill(0);
    for (let t = from; t < Math.min(end, from + BLOCK_FRAMES); t++) {
      for (let s = 0; s < count; s++) sums[s]! += scores[t * count + s]!;
    }
    blocks++;
    if (sums.every((sum) => sum <= sums[label]!)) own++;
  }
  return blocks === 0 ? 0 : own / blocks;
}
