/** How a net joins mean and deviation over time before its linear layers. */
export interface PoolingStyle {
  /** Divide the squared deviations by n − 1 (PyTorch's default) rather than n. */
  isUnbiased: boolean;
}

const EPSILON = 1e-7;

/**
 * Means, then deviations from sums over frames.
 * @param sums rows; squares: rows; out: 2 × rows values
 */
export function statisticsOf(
  sums: ArrayLike<number>,
  squares: ArrayLike<number>,
  count: number,
  { isUnbiased }: PoolingStyle,
  out: Float32Array,
): void {
  const divisor = isUnbiased ? Math.max(1, count - 1) : count;
  for (let row = 0; row < sums.length; row++) {
    const sum = sums[row]!;
    out[row] = sum / count;
    out[sums.length + row] = Math.sqrt(Math.max(0, squares[row]! - (sum * sum) / count) / divisor + EPSILON);
  }
}

/** Sums along time from which mean and deviation of any stretch follow at once. */
export class PoolingSums {
  readonly rows: number;
  readonly frames: number;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  /** @param values rows × frames: each row a channel (or channel and band), time along it */
  constructor(values: Float32Array, frames: number) {
    this.frames = frames;
    this.rows = values.length / frames;
    this.#sums = new Float64Array(this.rows * (frames + 1));
    this.#squares = new Float64Array(this.rows * (frames + 1));
    for (let row = 0; row < this.rows; row++) {
      let sum = 0;
      let square = 0;
      const at = row * (frames + 1);
      for (let frame = 0; frame < frames; frame++) {
        const value = values[row * frames + frame]!;
        this.#sums[at + frame + 1] = sum += value;
        this.#squares[at + frame + 1] = square += value * value;
      }
    }
  }

  /**
   * Means, then deviations of the rows over frames from ≤ t < to.
   * @param out 2 × rows values
   */
  pool(from: number, to: number, style: PoolingStyle, out: Float32Array): void {
    const sums = new Float64Array(this.rows);
    const squares = new Float64Array(this.rows);
    for (let row = 0; row < this.rows; row++) {
      const at = row * (this.frames + 1);
      sums[row] = this.#sums[at + to]! - this.#sums[at + from]!;
      squares[row] = this.#squares[at + to]! - this.#squares[at + from]!;
    }
    statisticsOf(sums, squares, to - from, style, out);
  }
}
