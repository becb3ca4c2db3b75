import { vectors } from '#engine/cluster/vectors.ts';
import type { Vectors } from '#engine/cluster/vectors.ts';
import { seededRandom } from '../compose/random.ts';

/** Length of what is added to all windows of a turn; the conversations take turns at these. */
const TURN_OFFSETS = [0.2, 0.35, 0.5, 0.65];

/**
 * Embeddings of voices the net knows made as hard as those of strangers: voices drawn together, and every turn of one voice
 * moved somewhere else, as another day or another sentence would. Without it the fit would trust an embedding that was
 * trained on these very speakers.
 * @param truth speaker of each window, negative = none
 * @param shrink share of the distance between voices that is taken away
 */
export function hardened(rows: Vectors, truth: ArrayLike<number>, index: number, shrink: number): Vectors {
  const { size, count } = rows;
  const data = Float32Array.from(rows.data);
  const sums = new Map<number, { sum: Float64Array; count: number }>();
  const all = new Float64Array(size);
  let known = 0;
  for (let i = 0; i < count; i++) {
    if (truth[i]! < 0) continue;
    known++;
    const voice = sums.get(truth[i]!) ?? { sum: new Float64Array(size), count: 0 };
    sums.set(truth[i]!, voice);
    voice.count++;
    for (let d = 0; d < size; d++) {
      voice.sum[d]! += data[i * size + d]!;
      all[d]! += data[i * size + d]!;
    }
  }
  const random = seededRandom(index + 1);
  const length = TURN_OFFSETS[index % TURN_OFFSETS.length]! / Math.sqrt(size);
  let offset = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    if (i === 0 || truth[i] !== truth[i - 1]) offset = offset.map(() => length * random.normal());
    const voice = sums.get(truth[i]!);
    let square = 0;
    for (let d = 0; d < size; d++) {
      const at = i * size + d;
      if (voice) data[at]! -= shrink * (voice.sum[d]! / voice.count - all[d]! / known);
      data[at]! += offset[d]!;
      square += data[at]! ** 2;
    }
    const scale = 1 / Math.sqrt(square || 1);
    for (let d = 0; d < size; d++) data[i * size + d]! *= scale;
  }
  return vectors(data, size);
}
