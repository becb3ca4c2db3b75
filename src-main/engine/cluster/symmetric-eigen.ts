/** Eigenvalues in rising order and, row k of `vectors`, the unit eigenvector of value k. */
export interface Eigen {
  values: Float64Array;
  /** n × n, row-major; empty when only values were asked for. */
  vectors: Float64Array;
}

const MAX_SWEEPS = 60;

/**
 * All eigenvalues (and vectors) of a real symmetric matrix: Householder reduction to tridiagonal form, then implicit QL
 * steps with Wilkinson's shift (Golub and Van Loan, Matrix Computations, 8.3). About n³ operations without vectors.
 * @param matrix n × n, row-major, symmetric; destroyed
 */
export function symmetricEigen(matrix: Float64Array, n: number, withVectors: boolean): Eigen {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const basis = new Float64Array(withVectors ? n * n : 0);
  tridiagonalise(matrix, n, diagonal, beside, withVectors ? basis : null);
  iterate(diagonal, beside, n, withVectors ? basis : null);
  return sorted(diagonal, basis, n);
}

/** A → QᵀAQ tridiagonal; rows of `basis` become the columns of Q. */
function tridiagonalise(
  a: Float64Array,
  n: number,
  diagonal: Float64Array,
  beside: Float64Array,
  basis: Float64Array | null,
): void {
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  const reflections: Float64Array[] = [];
  for (let k = 0; k < n - 2; k++) {
    let square = 0;
    for (let i = k + 1; i < n; i++) square += a[i * n + k]! ** 2;
    const first = a[(k + 1) * n + k]!;
    const alpha = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    beside[k] = alpha;
    v.fill(0);
    const length = square - first * alpha;
    if (length > 0) {
      // H = I − v vᵀ/length maps column k below the diagonal to (alpha, 0, …).
      for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
      v[k + 1]! -= alpha;
      let share = 0;
      for (let i = k + 1; i < n; i++) {
        let sum = 0;
        for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
        p[i] = sum / length;
        share += p[i]! * v[i]!;
      }
      share /= 2 * length;
      for (let i = k + 1; i < n; i++) p[i]! -= share * v[i]!;
      for (let i = k + 1; i < n; i++) {
        const vi = v[i]!;
        const pi = p[i]!;
        for (let j = k + 1; j < n; j++) a[i * n + j]! -= vi * p[j]! + pi * v[j]!;
      }
      if (basis) reflections[k] = v.map((value) => value / Math.sqrt(length));
    }
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i]!;
  if (n > 1) beside[n - 2] = a[(n - 1) * n + n - 2]!;
  if (!basis) return;
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  // Row r of the basis is column r of Q = H₀ H₁ …; applied from the last reflection to the first.
  for (let k = n - 3; k >= 0; k--) {
    const h = reflections[k];
    if (!h) continue;
    for (let r = k + 1; r < n; r++) {
      let sum = 0;
      for (let i = k + 1; i < n; i++) sum += h[i]! * basis[r * n + i]!;
      for (let i = k + 1; i < n; i++) basis[r * n + i]! -= sum * h[i]!;
    }
  }
}

/** Implicit QL on a tridiagonal matrix; rotations are applied to the rows of `basis`. */
function iterate(d: Float64Array, e: Float64Array, n: number, basis: Float64Array | null): void {
  // Rounding of the reduction is a share of the largest values: where many eigenvalues are 0, as of a graph in pieces, what
  // is beside them never becomes small against them.
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(d[i]!) + Math.abs(e[i]!));
  const negligible = Number.EPSILON * largest;
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low;
      while (high < n - 1) {
        if (Math.abs(e[high]!) <= negligible) break;
        high++;
      }
      if (high === low) break;
      if (sweep === MAX_SWEEPS) throw new Error('the eigenvalues of a matrix were not found: it holds no numbers');
      const half = (d[low + 1]! - d[low]!) / (2 * e[low]!);
      const root = Math.hypot(half, 1);
      let g = d[high]! - d[low]! + e[low]! / (half + (half >= 0 ? root : -root));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = high - 1;
      for (; i >= low; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p;
          e[high] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        const t = (d[i]! - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
        if (basis) rotate(basis, n, i, c, s);
      }
      if (i >= low) continue;
      d[low]! -= p;
      e[low] = g;
      e[high] = 0;
    }
  }
}

function rotate(basis: Float64Array, n: number, row: number, c: number, s: number): void {
  const a = row * n;
  const b = a + n;
  for (let k = 0; k < n; k++) {
    const f = basis[b + k]!;
    const g = basis[a + k]!;
    basis[b + k] = s * g + c * f;
    basis[a + k] = c * g - s * f;
  }
}

function sorted(diagonal: Float64Array, basis: Float64Array, n: number): Eigen {
  const order = Array.from({ length: n }, (_, k) => k).sort((x, y) => diagonal[x]! - diagonal[y]!);
  const vectors = new Float64Array(basis.length);
  if (basis.length > 0) order.forEach((from, to) => vectors.set(basis.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (k) => diagonal[k]!), vectors };
}
