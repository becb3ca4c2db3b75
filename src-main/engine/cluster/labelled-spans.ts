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
export const JUDGED_FRAMES = 25;

/** How well blocks of frames fit each speaker: enough for the confidence, and small however long the recording is. */
export class BlockScores {
  readonly speakers: number;
  /** Σ ln p of the frames of each block, blocks × speakers. */
  readonly sums: Float64Array;

  constructor(frames: number, speakers: number) {
    this.speakers = speakers;
    this.sums = new Float64Array(Math.ceil(frames / JUDGED_FRAMES) * speakers);
  }

  add(frame: number, speaker: number, score: number): void {
    this.sums[Math.floor(frame / JUDGED_FRAMES) * this.speakers + speaker]! += score;
  }

  /** Scores of fewer speakers: of each old one its new number (−1 = gone); where several are one, the better counts. */
  joined(newOf: ArrayLike<number>, speakers: number): BlockScores {
    const out = new BlockScores((this.sums.length / Math.max(1, this.speakers)) * JUDGED_FRAMES, speakers);
    out.sums.fill(-Infinity);
    for (let at = 0; at < this.sums.length; at++) {
      const label = newOf[at % this.speakers]!;
      const to = Math.floor(at / this.speakers) * speakers + label;
      if (label >= 0) out.sums[to] = Math.max(out.sums[to]!, this.sums[at]!);
    }
    return out;
  }
}

/**
 * Stretches of equal labels of frames that follow one another in the recording, each with the share of its quarter seconds
 * that sound most like its own speaker's model.
 * @param indices of the frames in the recording, rising
 */
export function labelledSpans(
  labels: ArrayLike<number>,
  scores: BlockScores,
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
        confidence: ownShare(labels[start]!, scores, start, end),
      });
    }
    start = end;
  }
  return spans;
}

/** Of the blocks whose middle lies in [start, end), or the one around the middle of it. */
function ownShare(label: number, { sums, speakers }: BlockScores, start: number, end: number): number {
  const half = JUDGED_FRAMES / 2;
  let first = Math.ceil((start - half) / JUDGED_FRAMES);
  let last = Math.ceil((end - half) / JUDGED_FRAMES);
  if (last <= first) {
    first = Math.floor((start + end) / 2 / JUDGED_FRAMES);
    last = first + 1;
  }
  let own = 0;
  for (let block = first; block < last; block++) {
    const row = sums.subarray(block * speakers, (block + 1) * speakers);
    if (row.every((sum) => sum <= row[label]!)) own++;
  }
  return own / (last - first);
}
