/** Row-major set of equally long vectors. */
export interface Vectors {
  readonly data: Float32Array;
  readonly size: number;
  readonly count: number;
}

export function vectors(data: Float32Array, size: number): Vectors {
  return { data, size, count: size === 0 ? 0 : data.length / size };
}

/** Values of a row where `values` holds `rows` of them: the size of the voice net; 1 when there is no row. */
export const rowSize = (values: ArrayLike<number>, rows: number): number => (rows === 0 ? 1 : values.length / rows);

/** Every row scaled to length 1; rows of length 0 stay 0. */
export function unitRows({ data, size, count }: Vectors): Vectors {
  const out = new Float32Array(data.length);
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let d = i * size; d < (i + 1) * size; d++) square += data[d]! ** 2;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let d = i * size; d < (i + 1) * size; d++) out[d] = data[d]! * scale;
  }
  return { data: out, size, count };
}

export function dot(a: Vectors, i: number, b: Vectors, j: number): number {
  const { size } = a;
  const x = a.data;
  const y = b.data;
  const p = i * size;
  const q = j * size;
  let sum = 0;
  for (let d = 0; d < size; d++) sum += x[p + d]! * y[q + d]!;
  return sum;
}

/** Full symmetric matrix of inner products, count × count. For unit rows: cosines. */
export function gram(rows: Vectors): Float32Array {
  const n = rows.count;
  const out = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const value = dot(rows, i, rows, j);
      out[i * n + j] = value;
      out[j * n + i] = value;
    }
  }
  return out;
}

/** Weighted means of rows by label; labels are 0 … count−1, negative = left out. */
export function centroids(
  rows: Vectors,
  labels: ArrayLike<number>,
  count: number,
  weights?: ArrayLike<number>,
): Vectors {
  const data = new Float32Array(count * rows.size);
  const total = new Float64Array(count);
  for (let i = 0; i < rows.count; i++) {
    const label = labels[i]!;
    if (label < 0) continue;
    const weight = weights ? weights[i]! : 1;
    total[label]! += weight;
    for (let d = 0; d < rows.size; d++) data[label * rows.size + d]! += weight * rows.data[i * rows.size + d]!;
  }
  for (let k = 0; k < count; k++) {
    if (total[k]! > 0) for (let d = 0; d < rows.size; d++) data[k * rows.size + d]! /= total[k]!;
  }
  return { data, size: rows.size, count };
}

/** Labels renumbered 0, 1, … in the order of their first appearance; negative ones stay. */
export function relabel(labels: ArrayLike<number>): { labels: Int32Array; count: number } {
  const names = new Map<number, number>();
  const out = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label < 0) {
      out[i] = -1;
      continue;
    }
    let name = names.get(label);
    if (name === undefined) names.set(label, (name = names.size));
    out[i] = name;
  }
  return { labels: out, count: names.size };
}
