import { LIP, LIP_VALUES } from '../lips/lip-file.ts';
import { slope } from './gaussian.ts';

/** Longer stretches without a measured mouth are left open, frames. */
const LONGEST_BRIDGE_FRAMES = 5;
/** Steepness is taken under a Gaussian of this many frames: movements of 100 ms and slower. */
export const SLOPE_SD_FRAMES = 0.8;

/** The mouth of one track, frame by frame. */
export interface LipSeries {
  /** Distance of the outer lips over the mouth's width. */
  readonly opening: Float64Array;
  /** Its change a frame. */
  readonly openingSlope: Float64Array;
  /** Change a frame of the distance of the inner lips over the mouth's width. */
  readonly apertureSlope: Float64Array;
  /** 1 where the mouth was measured or lies between two close measurements, else 0. */
  readonly known: Uint8Array;
}

/**
 * @param lips `lips.f32`
 * @param firstRow first row of the track, which has `rowCount` of them
 */
export function lipSeries(lips: Float32Array, firstRow: number, rowCount: number): LipSeries {
  const aperture = new Float64Array(rowCount);
  const opening = new Float64Array(rowCount);
  const known = new Uint8Array(rowCount);
  for (let k = 0; k < rowCount; k++) {
    const at = (firstRow + k) * LIP_VALUES;
    aperture[k] = lips[at + LIP.aperture]!;
    opening[k] = lips[at + LIP.outerOpening]!;
    known[k] = Number.isFinite(aperture[k]!) && Number.isFinite(opening[k]!) ? 1 : 0;
  }
  bridge(known, [aperture, opening]);
  return {
    opening,
    openingSlope: slopeWhere(known, opening),
    apertureSlope: slopeWhere(known, aperture),
    known,
  };
}

/** Straight lines over short gaps; the last known value over the others, so that they show no movement. */
function bridge(known: Uint8Array, series: readonly Float64Array[]): void {
  const count = known.length;
  let last = -1;
  for (let at = 0; at <= count; at++) {
    if (at < count && known[at] === 0) continue;
    const gap = at - last - 1;
    for (const values of series) {
      const before = last >= 0 ? values[last]! : at < count ? values[at]! : 0;
      const after = at < count ? values[at]! : before;
      const isShort = last >= 0 && at < count && gap <= LONGEST_BRIDGE_FRAMES;
      for (let k = 1; k <= gap; k++) {
        values[last + k] = isShort ? before + ((after - before) * k) / (gap + 1) : before;
      }
    }
    if (last >= 0 && at < count && gap <= LONGEST_BRIDGE_FRAMES) known.fill(1, last + 1, at);
    last = at;
  }
}

/** Each known stretch by itself: the step from one to the next is no movement. */
function slopeWhere(known: Uint8Array, values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let from = 0; from < known.length;) {
    if (known[from] === 0) {
      from++;
      continue;
    }
    let to = from;
    while (to < known.length && known[to] === 1) to++;
    out.set(slope(values.subarray(from, to), SLOPE_SD_FRAMES), from);
    from = to;
  }
  return out;
}
