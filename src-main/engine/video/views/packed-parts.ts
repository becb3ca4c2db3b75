/** Lengths are kept in two values each, of so much: a float32 is exact up to 2^24 only. */
const LENGTH_UNIT = 2 ** 20;

/** Several arrays in one, as shards are: their number, their lengths, then their values. */
export function packParts(parts: readonly Float32Array[]): Float32Array {
  const head = 1 + 2 * parts.length;
  const packed = new Float32Array(parts.reduce((sum, { length }) => sum + length, head));
  packed[0] = parts.length;
  let at = head;
  parts.forEach((part, index) => {
    packed.set([Math.floor(part.length / LENGTH_UNIT), part.length % LENGTH_UNIT], 1 + 2 * index);
    packed.set(part, at);
    at += part.length;
  });
  return packed;
}

export function unpackParts(packed: Float32Array): Float32Array[] {
  const count = packed[0] ?? 0;
  let at = 1 + 2 * count;
  return Array.from({ length: count }, (_, index) => {
    const length = packed[1 + 2 * index]! * LENGTH_UNIT + packed[2 + 2 * index]!;
    at += length;
    return packed.slice(at - length, at);
  });
}
