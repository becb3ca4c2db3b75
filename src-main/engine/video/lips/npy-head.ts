/** Room for the head of a NumPy file, so that it can be written when the number of rows is known. */
export const NPY_HEAD_BYTES = 128;

/**
 * Head of a NumPy file, version 1.0 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), in C order.
 * @param type such as `|u1`
 */
export function npyHead(type: string, shape: readonly number[]): Uint8Array {
  const words = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const text = `${words.padEnd(NPY_HEAD_BYTES - 11)}\n`;
  const head = new Uint8Array(NPY_HEAD_BYTES);
  head.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, (NPY_HEAD_BYTES - 10) & 0xff, 0]);
  head.set(new TextEncoder().encode(text), 10);
  return head;
}
