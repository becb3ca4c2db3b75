/** A scored trial: verification, or a face that may be speaking. */
export interface Trial {
  score: number;
  isTarget: boolean;
}

/** Error rates at every threshold, from the strictest to the loosest; ties share one point. */
function errorRates(trials: readonly Trial[]): { missed: number; falseAlarm: number; threshold: number }[] {
  const targets = trials.filter((trial) => trial.isTarget).length;
  const others = trials.length - targets;
  if (targets === 0 || others === 0) throw new RangeError('Error rates need target and non-target trials.');
  const sorted = [...trials].sort((a, b) => b.score - a.score);
  const points = [{ missed: 1, falseAlarm: 0, threshold: Infinity }];
  let hits = 0;
  let alarms = 0;
  for (const [at, trial] of sorted.entries()) {
    if (trial.isTarget) hits += 1;
    else alarms += 1;
    if (sorted[at + 1]?.score === trial.score) continue;
    points.push({ missed: 1 - hits / targets, falseAlarm: alarms / others, threshold: trial.score });
  }
  return points;
}

/**
 * Equal error rate, 0..1: where the miss rate crosses the false alarm rate, interpolated on the line between the points
 * around it. @throws RangeError without target or without non-target trials
 */
export function equalErrorRate(trials: readonly Trial[]): number {
  const points = errorRates(trials);
  for (let at = 1; at < points.length; at++) {
    const [before, after] = [points[at - 1]!, points[at]!];
    const gapAfter = after.missed - after.falseAlarm;
    if (gapAfter > 0) continue;
    const gapBefore = before.missed - before.falseAlarm;
    const share = gapBefore / (gapBefore - gapAfter);
    return before.falseAlarm + share * (after.falseAlarm - before.falseAlarm);
  }
  return 1;
}

/**
 * Least detection cost over all thresholds (NIST SRE), normalised by the better of accepting or rejecting everything.
 *
 * @param targetPrior 0.01 in VoxCeleb and VoxBlink2; both costs are 1
 */
export function minDetectionCost(trials: readonly Trial[], targetPrior = 0.01): number {
  const costs = errorRates(trials).map(
    ({ missed, falseAlarm }) => targetPrior * missed + (1 - targetPrior) * falseAlarm,
  );
  return costs.reduce((least, cost) => Math.min(least, cost)) / Math.min(targetPrior, 1 - targetPrior);
}

/**
 * Average precision as the AVA-ActiveSpeaker script computes it: precision is made non-increasing from the right, and
 * summed over the steps of recall (VOC). Trials of equal score stay in the order given. 0 without targets.
 */
export function averagePrecision(trials: readonly Trial[]): number {
  const targets = trials.filter((trial) => trial.isTarget).length;
  if (targets === 0) return 0;
  const sorted = [...trials].sort((a, b) => b.score - a.score);
  const precision: number[] = [];
  let hits = 0;
  for (const [at, trial] of sorted.entries()) {
    if (trial.isTarget) hits += 1;
    precision.push(hits / (at + 1));
  }
  let best = 0;
  let sum = 0;
  for (let at = sorted.length - 1; at >= 0; at--) {
    best = Math.max(best, precision[at]!);
    if (sorted[at]!.isTarget) sum += best;
  }
  return sum / targets;
}

/** A probe of open-set identification: its best score against the gallery, and whether that is the right person. */
export interface OpenSetProbe {
  score: number;
  /** null when the person is not in the gallery. */
  isCorrect: boolean | null;
}

export interface OpenSetScores {
  /** Detection and identification rate at each false alarm rate asked for. */
  dirAtFar: { far: number; dir: number }[];
  /** Area under DIR over FAR, trapezoids. */
  auc: number;
}

/**
 * Open-set speaker identification as VoxBlink2 scores it: 1000 thresholds, evenly from the least to the greatest score of
 * the unknown; DIR is taken at the nearest FAR, the best where several are as near.
 *
 * @throws RangeError without known or without unknown probes
 */
export function openSetScores(
  probes: readonly OpenSetProbe[],
  fars: readonly number[] = [0.1, 0.01, 0.001],
): OpenSetScores {
  const known = probes.filter((probe) => probe.isCorrect !== null);
  const unknown = probes.filter((probe) => probe.isCorrect === null);
  if (known.length === 0 || unknown.length === 0)
    throw new RangeError('Open-set scores need known and unknown probes.');
  const ascending = (list: readonly OpenSetProbe[]) => Float64Array.from(list, (probe) => probe.score).sort();
  const unknownScores = ascending(unknown);
  const correctScores = ascending(known.filter((probe) => probe.isCorrect));
  const least = unknownScores[0]!;
  const range = unknownScores.at(-1)! - least;
  const curve = Array.from({ length: 1000 }, (_, step) => {
    const threshold = least + (range * step) / 999;
    return {
      far: countAbove(unknownScores, threshold) / unknown.length,
      dir: countAbove(correctScores, threshold) / known.length,
    };
  });
  const dirAtFar = fars.map((far) => {
    const distance = Math.min(...curve.map((point) => Math.abs(point.far - far)));
    const nearest = curve.filter((point) => Math.abs(point.far - far) === distance);
    return { far, dir: Math.max(...nearest.map((point) => point.dir)) };
  });
  const rising = [...curve].sort((a, b) => a.far - b.far || a.dir - b.dir);
  let auc = 0;
  for (let at = 1; at < rising.length; at++) {
    auc += ((rising[at]!.far - rising[at - 1]!.far) * (rising[at]!.dir + rising[at - 1]!.dir)) / 2;
  }
  return { dirAtFar, auc };
}

/** Scores greater than the threshold, of an ascending list. */
function countAbove(ascending: Float64Array, threshold: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > threshold) high = middle;
    else low = middle + 1;
  }
  return ascending.length - low;
}
