/** Several arrays in one, as shards are: their number, their lengths, then their values. */
export function packParts(parts: readonly Float32Array[]): Float32Array {
  const head = 1 + parts.length;
  const packed = new Float32Array(parts.reduce((sum, { length }) => sum + length, head));
  packed[0] = parts.length;
  let at = head;
  parts.forEach((part, index) => {
    // Exact: a block holds far fewer than 2^24 values of one consumer.
    packed[1 + index] = part.length;
    packed.set(part, at);
    at += part.length;
  });
  return packed;
}

export function unpackParts(packed: Float32Array): Float32Array[] {
  const count = packed[0] ?? 0;
  let at = 1 + count;
  return Array.from({ length: count }, (_, index) => {
    const length = packed[1 + index]!;
    at += length;
    return packed.slice(at - length, at);
  });
}
