/** Rows of a logistic regression. */
export interface Cases {
  values: number[][];
  /** 0..1. */
  targets: number[];
  weights: number[];
}

/**
 * Weights and constant of a logistic regression with a ridge on the standardised weights, by Newton's method.
 * @returns one weight per value, then the constant
 */
export function logisticRegression({ values, targets, weights }: Cases, ridge = 1): number[] {
  const size = values[0]?.length ?? 0;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = new Float64Array(size);
  const spread = new Float64Array(size);
  values.forEach((row, i) => row.forEach((value, j) => (mean[j]! += (weights[i]! * value) / total)));
  values.forEach((row, i) =>
    row.forEach((value, j) => (spread[j]! += (weights[i]! * (value - mean[j]!) ** 2) / total)),
  );
  for (let j = 0; j < size; j++) spread[j] = Math.sqrt(spread[j]!) || 1;
  const rows = values.map((row) => [...row.map((value, j) => (value - mean[j]!) / spread[j]!), 1]);
  let solution = new Array<number>(size + 1).fill(0);
  for (let round = 0; round < 30; round++) {
    const gradient = solution.map((value, j) => (j < size ? -ridge * value : 0));
    const hessian = solution.map((_, j) => solution.map((__, k) => (j === k ? (j < size ? ridge : 1e-6) : 0)));
    rows.forEach((row, i) => {
      const guess = 1 / (1 + Math.exp(-row.reduce((sum, value, j) => sum + value * solution[j]!, 0)));
      const slope = weights[i]! * Math.max(1e-6, guess * (1 - guess));
      row.forEach((x, j) => {
        gradient[j]! += weights[i]! * (targets[i]! - guess) * x;
        for (let k = 0; k <= j; k++) hessian[j]![k]! += slope * x * row[k]!;
      });
    });
    for (let j = 0; j <= size; j++) for (let k = j + 1; k <= size; k++) hessian[j]![k] = hessian[k]![j]!;
    const step = solve(hessian, gradient);
    solution = solution.map((value, j) => value + step[j]!);
    if (Math.max(...step.map(Math.abs)) < 1e-6) break;
  }
  const out = solution.slice(0, size).map((value, j) => value / spread[j]!);
  return [...out, solution[size]! - out.reduce((sum, value, j) => sum + value * mean[j]!, 0)];
}

/** Gauss–Jordan elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let k = i; k < n; k++) if (Math.abs(rows[k]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = k;
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const factor = rows[k]![i]! / rows[i]![i]!;
      for (let j = i; j <= n; j++) rows[k]![j]! -= factor * rows[i]![j]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}
