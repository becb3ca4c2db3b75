/** Values of a row of `qualitySeconds`, one row a second; NaN where not measured. */
export const secondColumns = [
  /** Sums of squared samples (−1..1), and how many, of steps with and without speech. */
  'speechEnergy',
  'speechSamples',
  'noiseEnergy',
  'noiseSamples',
  /** Samples, and those of them in runs at full scale. */
  'samples',
  'clipped',
  /** Probabilities of music and noise, 0..1. */
  'music',
  'noise',
  /** Of the face that most probably talks: height in pixels of the picture, sharpness, brightness 0..1. */
  'faceHeight',
  'faceSharpness',
  'faceBrightness',
] as const;
export type SecondColumn = (typeof secondColumns)[number];
export const secondValues = secondColumns.length;

/** Rows of `qualitySeconds` with their columns by name. */
export class QualitySeconds {
  readonly rows: Float32Array;
  readonly count: number;

  constructor(rows: Float32Array) {
    this.rows = rows;
    this.count = Math.floor(rows.length / secondValues);
  }

  get(row: number, column: SecondColumn): number {
    return this.rows[row * secondValues + secondColumns.indexOf(column)]!;
  }

  set(row: number, column: SecondColumn, value: number): void {
    this.rows[row * secondValues + secondColumns.indexOf(column)] = value;
  }

  /** Sum over rows, without what was not measured. */
  sum(column: SecondColumn, from = 0, to = this.count): number {
    let sum = 0;
    for (let row = Math.max(0, from); row < Math.min(to, this.count); row++) {
      const value = this.get(row, column);
      if (!Number.isNaN(value)) sum += value;
    }
    return sum;
  }

  /** Mean of what was measured; null where nothing was. */
  mean(column: SecondColumn, from = 0, to = this.count): number | null {
    let sum = 0;
    let count = 0;
    for (let row = Math.max(0, from); row < Math.min(to, this.count); row++) {
      const value = this.get(row, column);
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
    }
    return count > 0 ? sum / count : null;
  }
}
