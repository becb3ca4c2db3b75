/** Verification trials: how alike two pieces were found, and whether one speaker said both (1) or not (0). */
export interface ScoredTrials {
  scores: Float64Array;
  same: Uint8Array;
}

/**
 * Equal error rate: where the share of missed same-speaker trials crosses that of accepted different-speaker trials, by
 * linear interpolation between neighbouring thresholds.
 * @param weights of the trials, all 1 when left out
 * @param order indices of the trials by falling score, when the caller has it
 * @returns 0 … 1; NaN when one kind of trial is missing
 */
export function equalErrorRate(
  { scores, same }: ScoredTrials,
  weights?: Float64Array,
  order: Uint32Array = fallingOrder(scores),
): number {
  const weight = (k: number): number => (weights ? weights[k]! : 1);
  let targets = 0;
  let others = 0;
  for (let k = 0; k < scores.length; k++) {
    if (same[k]) targets += weight(k);
    else others += weight(k);
  }
  if (targets === 0 || others === 0) return NaN;
  let accepted = 0;
  let falsely = 0;
  let missBefore = 1;
  let falseBefore = 0;
  for (let i = 0; i < order.length;) {
    const score = scores[order[i]!]!;
    // Equal scores fall on the same side of any threshold.
    for (; i < order.length && scores[order[i]!] === score; i++) {
      if (same[order[i]!]) accepted += weight(order[i]!);
      else falsely += weight(order[i]!);
    }
    const miss = 1 - accepted / targets;
    const alarm = falsely / others;
    if (alarm >= miss) {
      const gapBefore = missBefore - falseBefore;
      const share = gapBefore / (gapBefore + (alarm - miss));
      return missBefore + share * (miss - missBefore);
    }
    missBefore = miss;
    falseBefore = alarm;
  }
  return missBefore;
}

/** Indices by falling score. */
export const fallingOrder = (scores: Float64Array): Uint32Array =>
  Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
