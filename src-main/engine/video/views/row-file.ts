import { open, type FileHandle } from 'node:fs/promises';
import type { FaceView } from './consumer.ts';

/** Values written at once when a file is filled. */
const FILL_VALUES = 1 << 18;

/**
 * A file of little-endian float32 with as many rows as `tracks.f32`, NaN where nothing was measured; written piece by piece,
 * so that its size is no matter of memory.
 */
export class RowFile {
  readonly #handle: FileHandle;
  readonly #valuesPerRow: number;

  private constructor(handle: FileHandle, valuesPerRow: number) {
    this.#handle = handle;
    this.#valuesPerRow = valuesPerRow;
  }

  static async create(path: string, rowCount: number, valuesPerRow: number): Promise<RowFile> {
    const handle = await open(path, 'w');
    const nothing = new Float32Array(Math.min(FILL_VALUES, rowCount * valuesPerRow)).fill(NaN);
    for (let left = rowCount * valuesPerRow; left > 0; left -= nothing.length) {
      const bytes = new Uint8Array(nothing.buffer, 0, 4 * Math.min(left, nothing.length));
      await handle.writeFile(bytes);
    }
    return new RowFile(handle, valuesPerRow);
  }

  /** Values of faces, in their order. Rows that follow one another are written together. */
  async write(faces: readonly FaceView[], values: Float32Array): Promise<void> {
    const each = this.#valuesPerRow;
    const order = faces.map((_, at) => at).sort((a, b) => faces[a]!.row - faces[b]!.row);
    for (let first = 0; first < order.length;) {
      let end = first + 1;
      const row = faces[order[first]!]!.row;
      while (end < order.length && faces[order[end]!]!.row === row + end - first) end++;
      const piece = new Float32Array((end - first) * each);
      for (let at = first; at < end; at++) {
        piece.set(values.subarray(order[at]! * each, (order[at]! + 1) * each), (at - first) * each);
      }
      await this.#handle.write(new Uint8Array(piece.buffer), 0, piece.byteLength, 4 * each * row);
      first = end;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Values of the faces of a block, NaN until they are set: what a block with one row per face keeps. */
export class RowValues {
  readonly values: Float32Array<ArrayBuffer>;
  readonly #places: ReadonlyMap<number, number>;
  readonly #valuesPerRow: number;

  constructor(faces: readonly FaceView[], valuesPerRow: number) {
    this.values = new Float32Array(faces.length * valuesPerRow).fill(NaN);
    this.#places = new Map(faces.map(({ row }, at) => [row, at]));
    this.#valuesPerRow = valuesPerRow;
  }

  /** @param from the first of the face's values in `values` */
  set({ row }: FaceView, values: Float32Array, from = 0): void {
    const at = this.#places.get(row);
    if (at === undefined) return;
    this.values.set(values.subarray(from, from + this.#valuesPerRow), at * this.#valuesPerRow);
  }
}
