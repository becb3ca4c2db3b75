const ITERATIONS = 20;

/**
 * Where scores of same-speaker and of different-speaker pairs part: two Gaussians with one variance fitted to all scores by
 * 20 rounds of EM, crossing point of their weighted densities (VBx's calibration, https://github.com/BUTSpeechFIT/VBx).
 * @returns a value the scores' mean is returned for when they do not spread
 */
export function calibratedThreshold(scores: ArrayLike<number>): number {
  const n = scores.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += scores[i]! / n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (scores[i]! - mean) ** 2 / n;
  if (!(variance > 1e-12)) return mean;
  let low = mean - Math.sqrt(variance);
  let high = mean + Math.sqrt(variance);
  let share = 0.5;
  for (let round = 0; round < ITERATIONS; round++) {
    let mass = 0;
    let sumHigh = 0;
    let sumLow = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const score = scores[i]!;
      const odds = Math.log(share / (1 - share)) + ((score - low) ** 2 - (score - high) ** 2) / (2 * variance);
      const isHigh = 1 / (1 + Math.exp(-odds));
      mass += isHigh;
      sumHigh += isHigh * score;
      sumLow += (1 - isHigh) * score;
      squares += score * score;
    }
    if (!(mass > 1e-9 && n - mass > 1e-9)) return mean;
    share = mass / n;
    high = sumHigh / mass;
    low = sumLow / (n - mass);
    variance = Math.max(1e-12, squares / n - share * high ** 2 - (1 - share) * low ** 2);
  }
  if (!(high > low)) return mean;
  return (high + low) / 2 - (variance * Math.log(share / (1 - share))) / (high - low);
}
