import { forOverlappingPairs } from './voice-windows.ts';
import type { TimedVectors } from './voice-windows.ts';

/** How alike two groups of windows are, corrected for the noise of single windows. */
export interface GroupPair {
  a: number;
  b: number;
  /** Average cosine between them over what the groups' own averages would allow: 1 = one voice, 0 = nothing in common. */
  likeness: number;
  /** Standard error of the likeness, from the sizes of the groups. */
  error: number;
  /** Loss of fit when joined: sizes × (own averages − average between them). */
  cost: number;
}

/** Spread of one window's cosine to a voice, relative to its mean: what the shipped embedder shows on clean speech. */
const WINDOW_SPREAD = 0.25;
/** Pairs of windows by which a group's own average is drawn towards that of the whole recording. */
const PRIOR_PAIRS = 10;

/**
 * A division of timed windows into groups, kept up to date while windows move and groups are joined. Cosines to the
 * group means are recomputed only for groups that changed.
 */
export class VoiceGroups {
  readonly labels: Int32Array;
  readonly #windows: TimedVectors;
  /** Ids of groups that still exist. */
  #alive: number[];
  readonly #sums: Float64Array[];
  readonly #sizes: number[];
  readonly #cosines: (Float32Array | null)[];

  /** @param labels 0 … count−1 for each window, −1 = not yet in any group; every label has a window */
  constructor(windows: TimedVectors, labels: ArrayLike<number>, count: number) {
    const { rows } = windows;
    this.#windows = windows;
    this.labels = Int32Array.from(labels);
    this.#alive = Array.from({ length: count }, (_, k) => k);
    this.#sums = this.#alive.map(() => new Float64Array(rows.size));
    this.#sizes = this.#alive.map(() => 0);
    this.#cosines = this.#alive.map(() => null);
    this.labels.forEach((label, i) => {
      if (label >= 0) this.#add(i, label, 1);
    });
  }

  get count(): number {
    return this.#alive.length;
  }

  /**
   * Every window to the group whose mean it is most like, again and again until none moves, at most `rounds` times.
   * @param isFixed windows that stay where they are
   */
  settle(rounds: number, isFixed: (window: number) => boolean = () => false): void {
    for (let round = 0; round < rounds; round++) {
      const columns = this.#alive.map((group) => this.#cosinesTo(group));
      let moved = 0;
      for (let i = 0; i < this.labels.length; i++) {
        if (isFixed(i)) continue;
        let best = 0;
        for (let k = 1; k < columns.length; k++) if (columns[k]![i]! > columns[best]![i]!) best = k;
        const from = this.labels[i]!;
        const to = this.#alive[best]!;
        if (from === to) continue;
        if (from >= 0) this.#add(i, from, -1);
        this.#add(i, to, 1);
        this.labels[i] = to;
        moved++;
      }
      this.#alive = this.#alive.filter((group) => this.#sizes[group]! > 0);
      if (moved === 0) break;
    }
  }

  /** Puts group b's windows into group a. */
  join(a: number, b: number): void {
    for (let i = 0; i < this.labels.length; i++) if (this.labels[i] === b) this.labels[i] = a;
    const into = this.#sums[a]!;
    this.#sums[b]!.forEach((value, d) => (into[d]! += value));
    this.#sizes[a]! += this.#sizes[b]!;
    this.#sizes[b] = 0;
    this.#cosines[a] = null;
    this.#alive = this.#alive.filter((group) => group !== b);
  }

  /**
   * Likeness of every two groups: mean cosine between windows of both, divided by the geometric mean of the groups' own
   * mean cosines (Spearman's correction for attenuation, Am. J. Psychol. 15, 1904). The noise of single windows lowers all
   * three alike and cancels, so that one limit serves clean and noisy recordings. Windows that share sound are left out.
   */
  pairs(): GroupPair[] {
    const groups = this.#alive;
    const count = groups.length;
    const { rows } = this.#windows;
    const index = new Map(groups.map((group, k) => [group, k]));
    const sum = new Float64Array(count * count);
    const weight = new Float64Array(count * count);
    for (let a = 0; a < count; a++) {
      for (let b = a; b < count; b++) {
        const x = this.#sums[groups[a]!]!;
        const y = this.#sums[groups[b]!]!;
        let value = 0;
        for (let d = 0; d < rows.size; d++) value += x[d]! * y[d]!;
        sum[a * count + b] = sum[b * count + a] = value;
        weight[a * count + b] = weight[b * count + a] = this.#sizes[groups[a]!]! * this.#sizes[groups[b]!]!;
      }
    }
    const leaveOut = (i: number, j: number): void => {
      const a = index.get(this.labels[i]!);
      const b = index.get(this.labels[j]!);
      if (a === undefined || b === undefined) return;
      let value = 0;
      for (let d = 0; d < rows.size; d++) value += rows.data[i * rows.size + d]! * rows.data[j * rows.size + d]!;
      sum[a * count + b]! -= value;
      weight[a * count + b]! -= 1;
      if (i === j) return;
      sum[b * count + a]! -= value;
      weight[b * count + a]! -= 1;
    };
    for (let i = 0; i < rows.count; i++) leaveOut(i, i);
    forOverlappingPairs(this.#windows, leaveOut);
    return likenesses(groups, this.#sizes, sum, weight);
  }

  #add(i: number, group: number, sign: 1 | -1): void {
    const { data, size } = this.#windows.rows;
    const sum = this.#sums[group]!;
    for (let d = 0; d < size; d++) sum[d]! += sign * data[i * size + d]!;
    this.#sizes[group]! += sign;
    this.#cosines[group] = null;
  }

  #cosinesTo(group: number): Float32Array {
    const known = this.#cosines[group];
    if (known) return known;
    const { data, size, count } = this.#windows.rows;
    const sum = this.#sums[group]!;
    let square = 0;
    for (const value of sum) square += value * value;
    const mean = Float32Array.from(sum, (value) => value / Math.sqrt(square || 1));
    const column = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      let value = 0;
      for (let d = 0; d < size; d++) value += mean[d]! * data[i * size + d]!;
      column[i] = value;
    }
    this.#cosines[group] = column;
    return column;
  }
}

function likenesses(
  groups: readonly number[],
  sizes: readonly number[],
  sum: Float64Array,
  weight: Float64Array,
): GroupPair[] {
  const count = groups.length;
  let ownSum = 0;
  let ownWeight = 0;
  for (let a = 0; a < count; a++) {
    ownSum += sum[a * count + a]!;
    ownWeight += weight[a * count + a]!;
  }
  // Groups without a single pair of separate windows: take what is usual for this embedder.
  const usual = ownWeight > 0.5 ? ownSum / ownWeight : 0.4;
  const own = groups.map((_, a) => {
    const pairs = weight[a * count + a]!;
    return Math.max(0.001, (sum[a * count + a]! + PRIOR_PAIRS * usual) / (pairs + PRIOR_PAIRS));
  });
  const out: GroupPair[] = [];
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const pairs = weight[a * count + b]!;
      // All their windows share sound: there is no telling them apart.
      const between = pairs > 0.5 ? sum[a * count + b]! / pairs : Math.sqrt(own[a]! * own[b]!);
      const sizeA = sizes[groups[a]!]!;
      const sizeB = sizes[groups[b]!]!;
      out.push({
        a: groups[a]!,
        b: groups[b]!,
        likeness: between / Math.sqrt(own[a]! * own[b]!),
        error: WINDOW_SPREAD * Math.sqrt(1 / sizeA + 1 / sizeB),
        cost: Math.sqrt((sizeA * sizeB) / (sizeA + sizeB)) * Math.max(0, own[a]! + own[b]! - 2 * between),
      });
    }
  }
  return out;
}
