/** Rows of one block of the coarse level. */
const blockRows = 32;

/**
 * Highest scores of stretches of rows: plain for short ones, by blocks for long ones, so that a column of a whole long
 * file costs as little as one of a second. NaN, what was not measured, counts as nothing.
 */
export class ScorePeaks {
  private readonly values: Float32Array;
  private readonly blocks: Float32Array;

  constructor(values: Float32Array) {
    this.values = values;
    this.blocks = new Float32Array(Math.ceil(values.length / blockRows));
    for (let block = 0; block < this.blocks.length; block++) {
      this.blocks[block] = this.plain(block * blockRows, (block + 1) * blockRows);
    }
  }

  /** Highest of the rows from `first` to before `end`; −1 where none was measured. */
  highest(first: number, end: number): number {
    if (end - first <= 2 * blockRows) return this.plain(first, end);
    const firstBlock = Math.ceil(first / blockRows);
    const endBlock = Math.floor(end / blockRows);
    let high = Math.max(this.plain(first, firstBlock * blockRows), this.plain(endBlock * blockRows, end));
    for (let block = firstBlock; block < endBlock; block++) if (this.blocks[block]! > high) high = this.blocks[block]!;
    return high;
  }

  private plain(first: number, end: number): number {
    let high = -1;
    const last = Math.min(end, this.values.length);
    for (let row = Math.max(0, first); row < last; row++) if (this.values[row]! > high) high = this.values[row]!;
    return high;
  }
}

const made = new WeakMap<Float32Array, ScorePeaks>();

/** The peaks of an array, made once. */
export function scorePeaks(values: Float32Array): ScorePeaks {
  let peaks = made.get(values);
  if (!peaks) made.set(values, (peaks = new ScorePeaks(values)));
  return peaks;
}
