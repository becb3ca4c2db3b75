/** The first `keep` rows of the orthonormal DCT-II of `size` values, row-major. */
export function cosineTransform(size: number, keep: number): Float64Array {
  return Float64Array.from({ length: keep * size }, (_, at) => {
    const k = Math.floor(at / size);
    const scale = Math.sqrt((k === 0 ? 1 : 2) / size);
    return scale * Math.cos((Math.PI * k * ((at % size) + 0.5)) / size);
  });
}

/** `out[offset + k]` = Σ table[k][j] · values[j]. */
export function transformInto(table: Float64Array, values: Float64Array, out: Float32Array, offset: number): void {
  const size = values.length;
  const keep = table.length / size;
  for (let k = 0; k < keep; k++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += table[k * size + j]! * values[j]!;
    out[offset + k] = sum;
  }
}
