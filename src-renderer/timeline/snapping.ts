import { lowerBound } from './sorted.ts';

/** Reach of the magnet in CSS pixels. */
export const magnetPx = 7;

export interface Snap {
  readonly sec: number;
  /** What the magnet holds on to; null = free. */
  readonly target: 'edge' | 'playhead' | 'cut' | null;
}

export interface SnapTargets {
  /** Segment edges, ascending. */
  readonly edgesSec: ArrayLike<number>;
  /** Shot boundaries, ascending. */
  readonly cutsSec: ArrayLike<number>;
  readonly playheadSec: number;
  /** The edge that is being dragged must not hold itself; one equal edge is passed over. */
  readonly ownSec: number | null;
}

/** The nearest target within {@link magnetPx}, else the time itself to the millisecond. */
export function snapped(sec: number, targets: SnapTargets, pxPerSec: number, enabled: boolean): Snap {
  const free: Snap = { sec: Math.round(sec * 1000) / 1000, target: null };
  if (!enabled) return free;
  let best = free;
  let bestSec = magnetPx / pxPerSec;
  const offer = (candidateSec: number | undefined, target: 'edge' | 'playhead' | 'cut') => {
    if (candidateSec === undefined) return;
    const distance = Math.abs(candidateSec - sec);
    if (distance < bestSec) {
      bestSec = distance;
      best = { sec: candidateSec, target };
    }
  };
  offer(nearest(targets.edgesSec, sec, targets.ownSec), 'edge');
  offer(nearest(targets.cutsSec, sec, null), 'cut');
  offer(targets.playheadSec, 'playhead');
  return best;
}

/** Nearest value of an ascending array, passing over one occurrence of `except`. */
function nearest(values: ArrayLike<number>, sec: number, except: number | null): number | undefined {
  const at = lowerBound(values, sec);
  const skip = except === null ? -1 : lowerBound(values, except);
  const skipped = skip >= 0 && skip < values.length && values[skip] === except ? skip : -1;
  let right = at;
  if (right === skipped) right += 1;
  let left = at - 1;
  if (left === skipped) left -= 1;
  const after = right < values.length ? values[right] : undefined;
  const before = left >= 0 ? values[left] : undefined;
  if (after === undefined) return before;
  if (before === undefined) return after;
  return after - sec < sec - before ? after : before;
}
