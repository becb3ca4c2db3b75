import { badInput, quote } from '../text/bad-input.ts';
import { PickledArray, PickledMap, unpickle, type Pickled } from './unpickle.ts';

const fix = 'Save it with numpy.save: a dictionary of utterance → array of float32 or float64.';

/** Whether the bytes are a NumPy file (of any content). */
export const isNumpyFile = (bytes: Uint8Array): boolean =>
  bytes.length > 10 && bytes[0] === 0x93 && String.fromCharCode(...bytes.subarray(1, 6)) === 'NUMPY';

/**
 * Embeddings as VoxBlink2 keeps them: a dictionary of utterance → array [1, D] or [D], saved by numpy.save. The pickle in it
 * is read by a machine that knows arrays only.
 *
 * @throws AppError bad-input; all or nothing
 */
export function readNumpyDictionary(bytes: Uint8Array, file: string): Map<string, Float64Array> {
  const bad = (problem: string) => badInput(`not a dictionary of embeddings: ${problem}`, null, file, fix);
  const version = bytes[6] ?? 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || version < 1 || version > 3) throw bad('the header cannot be read');
  const dataAt = version === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  if (dataAt >= bytes.length) throw bad('the header is cut off');
  const header = String.fromCharCode(...bytes.subarray(10, Math.min(dataAt, 1000)));
  if (!/'descr'\s*:\s*'\|?O8?'/u.test(header)) throw bad('it holds an array of numbers without utterances');
  let value: Pickled;
  try {
    value = unpickle(bytes.subarray(dataAt));
  } catch (error) {
    if (error instanceof RangeError) throw bad(error.message);
    throw error;
  }
  if (value instanceof PickledArray && Array.isArray(value.data) && value.data.length === 1) value = value.data[0]!;
  if (!(value instanceof PickledMap)) throw bad('there is no dictionary in it');
  const embeddings = new Map<string, Float64Array>();
  let length: number | null = null;
  for (const [utterance, array] of value.entries) {
    const numbers = array instanceof PickledArray ? numbersOf(array) : null;
    if (!numbers || numbers.length === 0) throw bad(`${quote(utterance)} has no array of float32 or float64`);
    if (!numbers.every((number) => Number.isFinite(number)))
      throw bad(`${quote(utterance)} has a number that is not finite`);
    if (length !== null && numbers.length !== length)
      throw bad(`${quote(utterance)} has ${numbers.length} numbers, others ${length}`);
    length = numbers.length;
    embeddings.set(utterance, numbers);
  }
  return embeddings;
}

/** One vector; null for other shapes and types. */
function numbersOf({ shape, dtype, data }: PickledArray): Float64Array | null {
  const count = shape.reduce((product, size) => product * size, 1);
  if (!dtype || !(data instanceof Uint8Array) || shape.length === 0 || Math.max(...shape) !== count) return null;
  const bytes = dtype.type === 'f4' ? 4 : dtype.type === 'f8' ? 8 : 0;
  if (bytes === 0 || data.length !== count * bytes) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const little = dtype.isLittleEndian;
  return Float64Array.from({ length: count }, (_, at) =>
    bytes === 4 ? view.getFloat32(4 * at, little) : view.getFloat64(8 * at, little),
  );
}
