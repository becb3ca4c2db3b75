import type { Box } from '../face-detect/detection.ts';

/** Uncertainty of place and of speed for one step, in heights of the box (DeepSORT's values). */
const PLACE_STD = 1 / 20;
const SPEED_STD = 1 / 160;
/** The 95 % point of χ² with four degrees of freedom: farther measurements are of something else. */
export const GATE = 9.4877;

/** One value that moves steadily: its mean and speed with their covariance. */
interface Steady {
  value: number;
  speed: number;
  /** Variance of the value, covariance, variance of the speed. */
  varValue: number;
  cov: number;
  varSpeed: number;
}

/** Centre x, centre y, width over height, height. */
type Measured = readonly [number, number, number, number];

/**
 * A box that moves at a steady speed, seen with noise: the Kalman filter of DeepSORT (Wojke, Bewley and Paulus 2017) over
 * centre, shape and height. Its noise does not couple these four, so that each is a filter of two states of its own; the
 * sums are the same as of the eight-dimensional one. Steps are looks.
 */
export class BoxFilter {
  readonly #states: [Steady, Steady, Steady, Steady];

  constructor(box: Box) {
    const measured = measure(box);
    const height = measured[3];
    this.#states = measured.map((value, index): Steady => {
      const isShape = index === 2;
      const place = isShape ? 1e-2 : 2 * PLACE_STD * height;
      const speed = isShape ? 1e-5 : 10 * SPEED_STD * height;
      return { value, speed: 0, varValue: place ** 2, cov: 0, varSpeed: speed ** 2 };
    }) as [Steady, Steady, Steady, Steady];
  }

  get box(): Box {
    const [x, y, shape, height] = this.#states.map(({ value }) => value) as [number, number, number, number];
    const width = shape * height;
    return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
  }

  /** One step on. */
  predict(): void {
    const height = this.#states[3].value;
    this.#states.forEach((state, index) => {
      const isShape = index === 2;
      const place = isShape ? 1e-2 : PLACE_STD * height;
      const speed = isShape ? 1e-5 : SPEED_STD * height;
      state.value += state.speed;
      state.varValue += 2 * state.cov + state.varSpeed + place ** 2;
      state.cov += state.varSpeed;
      state.varSpeed += speed ** 2;
    });
  }

  update(box: Box): void {
    const noise = this.#noise();
    measure(box).forEach((measured, index) => {
      const state = this.#states[index]!;
      const total = state.varValue + noise[index]!;
      const [gainValue, gainSpeed] = [state.varValue / total, state.cov / total];
      const miss = measured - state.value;
      state.value += gainValue * miss;
      state.speed += gainSpeed * miss;
      state.varSpeed -= gainSpeed * state.cov;
      state.cov -= gainValue * state.cov;
      state.varValue -= gainValue * state.varValue;
    });
  }

  /** Squared Mahalanobis distance of a measurement from what is expected; above {@link GATE} it is of something else. */
  distance(box: Box): number {
    const noise = this.#noise();
    return measure(box).reduce((sum, measured, index) => {
      const { value, varValue } = this.#states[index]!;
      return sum + (measured - value) ** 2 / (varValue + noise[index]!);
    }, 0);
  }

  /** Variances of a measurement. */
  #noise(): Measured {
    const place = (PLACE_STD * this.#states[3].value) ** 2;
    return [place, place, 1e-2, place];
  }
}

function measure({ x1, y1, x2, y2 }: Box): Measured {
  const height = Math.max(y2 - y1, 1e-9);
  return [(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / height, height];
}
