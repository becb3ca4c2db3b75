import { int16 } from './fixed-point.ts';

const KEPT = 16;
const MAX_AGE = 100;
const EMPTY = 10_000;
/** Weight of the value before: a falling floor is followed fast, a rising one slowly. Q15. */
const SMOOTHING_DOWN = 6553;
const SMOOTHING_UP = 32_439;

/** Smoothed low value of one band over the last 100 frames: the floor that the noise is expected at. */
export class RunningMinimum {
  readonly #values = new Int16Array(KEPT).fill(EMPTY);
  readonly #ages = new Int16Array(KEPT);
  #mean = 1600;

  /** @param frameCount frames that were loud enough before this one */
  next(value: number, frameCount: number): number {
    this.#age();
    let position = 0;
    while (position < KEPT && value >= this.#values[position]!) position++;
    if (position < KEPT) {
      this.#values.copyWithin(position + 1, position, KEPT - 1);
      this.#ages.copyWithin(position + 1, position, KEPT - 1);
      this.#values[position] = value;
      this.#ages[position] = 1;
    }
    let low = 1600;
    if (frameCount > 2) low = this.#values[2]!;
    else if (frameCount > 0) low = this.#values[0]!;
    let alpha = 0;
    if (frameCount > 0) alpha = low < this.#mean ? SMOOTHING_DOWN : SMOOTHING_UP;
    this.#mean = int16(((alpha + 1) * this.#mean + (32_767 - alpha) * low + 16_384) >> 15);
    return this.#mean;
  }

  #age(): void {
    for (let i = 0; i < KEPT; i++) {
      if (this.#ages[i] !== MAX_AGE) {
        this.#ages[i]!++;
        continue;
      }
      // What moves up to this place is not made older this time, as in the published code.
      this.#values.copyWithin(i, i + 1);
      this.#ages.copyWithin(i, i + 1);
      this.#values[KEPT - 1] = EMPTY;
      this.#ages[KEPT - 1] = MAX_AGE + 1;
    }
  }
}
