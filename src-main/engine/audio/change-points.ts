/**
 * Moments where a speaker-change posterior peaks: local maxima above `threshold`, the higher one where two are closer than
 * `minDurationSec` (pyannote v1's `Peak`, published: 0.146 for AMI, 0.114 for DIHARD, 0.1 s).
 * @param posterior step k stands for (k + 0.5) · stepSec
 * @returns rising times, seconds
 */
export function changePoints(
  posterior: ArrayLike<number>,
  stepSec: number,
  threshold: number,
  minDurationSec: number,
): number[] {
  const reach = Math.max(1, Math.round(minDurationSec / stepSec));
  const points: number[] = [];
  for (let k = 0; k < posterior.length; k++) {
    const value = posterior[k]!;
    if (value <= threshold) continue;
    let isTop = true;
    for (let j = Math.max(0, k - reach); isTop && j <= Math.min(posterior.length - 1, k + reach); j++) {
      // Of equals the first.
      isTop = j < k ? posterior[j]! < value : posterior[j]! <= value;
    }
    if (isTop) points.push((k + 0.5) * stepSec);
  }
  return points;
}
