import { frameIndexAt } from '#shared/media/frame-table.ts';

/** Slowest and fastest playback; pitch is kept. */
export const minRate = 0.25;
export const maxRate = 4;
export const rateSteps = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const;
const shuttleSteps = [1, 2, 4] as const;

/** The next slower (−1) or faster (+1) step of the rate ladder. */
export function nextRate(rate: number, direction: 1 | -1): number {
  if (direction === 1) return rateSteps.find((step) => step > rate + 1e-6) ?? maxRate;
  return rateSteps.findLast((step) => step < rate - 1e-6) ?? minRate;
}

/**
 * J and L: the first press plays in that direction, each further press in the same direction is faster (1, 2, 4), a
 * press in the other direction turns round at single speed.
 * @param current signed speed, negative = in reverse, 0 = paused
 */
export function nextShuttle(current: number, direction: 1 | -1): number {
  if (Math.sign(current) !== direction) return direction;
  const faster = shuttleSteps.find((step) => step > Math.abs(current) + 1e-6) ?? maxRate;
  return direction * faster;
}

/**
 * Where to seek so that the frame `steps` away from the one at `sec` is shown. A little inside the frame, because the
 * element rounds times to microseconds and exactly on the border it may show the frame before.
 */
export function frameStepSec(timesSec: Float64Array, sec: number, steps: number): number {
  if (timesSec.length === 0) return sec;
  const index = Math.min(timesSec.length - 1, Math.max(0, Math.max(0, frameIndexAt(timesSec, sec)) + steps));
  const startSec = timesSec[index]!;
  const lengthSec = (timesSec[index + 1] ?? startSec + 0.04) - startSec;
  return startSec + Math.min(0.001, lengthSec / 4);
}

/** Where a picture of one size lies in a box of another when it is fitted whole and centred (`object-fit: contain`). */
export function containedRect(
  picture: { width: number; height: number },
  box: { width: number; height: number },
): { x: number; y: number; width: number; height: number } {
  if (picture.width <= 0 || picture.height <= 0) return { x: 0, y: 0, width: box.width, height: box.height };
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (box.width - width) / 2, y: (box.height - height) / 2, width, height };
}
