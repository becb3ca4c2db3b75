/** Divisions less probable than this are not weighed. */
const NEGLIGIBLE = 0.005;

/**
 * The division with the least expected share of wrongly labelled windows, each division of the path being the truth with
 * its probability (minimum Bayes risk): with little to go on it leaves out a speaker of two doubtful windows, but not half
 * of a conversation.
 * @param isAllowed whether a step may be chosen; at least one step must be
 * @returns index of the step
 */
export function chooseDivision(
  steps: readonly { count: number; labels: ArrayLike<number> }[],
  probabilities: readonly number[],
  isAllowed: (step: number) => boolean,
): number {
  const likely = steps.map((_, k) => k).filter((k) => probabilities[k]! >= NEGLIGIBLE);
  let best = -1;
  let least = Infinity;
  for (let k = 0; k < steps.length; k++) {
    if (!isAllowed(k)) continue;
    let risk = 0;
    for (const truth of likely) if (truth !== k) risk += probabilities[truth]! * disagreement(steps[k]!, steps[truth]!);
    if (risk < least) {
      least = risk;
      best = k;
    }
  }
  return best;
}

/** Share of windows with different speakers in two divisions, speakers matched one to one, the largest shares first. */
function disagreement(
  x: { count: number; labels: ArrayLike<number> },
  y: { count: number; labels: ArrayLike<number> },
): number {
  const n = x.labels.length;
  if (n === 0) return 0;
  const together = new Int32Array(x.count * y.count);
  for (let i = 0; i < n; i++) together[x.labels[i]! * y.count + y.labels[i]!]!++;
  const order = Array.from(together.keys()).sort((p, q) => together[q]! - together[p]! || p - q);
  const usedX = new Set<number>();
  const usedY = new Set<number>();
  let same = 0;
  for (const at of order) {
    if (together[at] === 0) break;
    const a = Math.floor(at / y.count);
    const b = at % y.count;
    if (usedX.has(a) || usedY.has(b)) continue;
    usedX.add(a);
    usedY.add(b);
    same += together[at]!;
  }
  return 1 - same / n;
}
