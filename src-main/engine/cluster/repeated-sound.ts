import { dot } from './vectors.ts';
import type { TimedVectors } from './voice-windows.ts';

/** Cosine from which two windows that share no time are the same sound again: speech hardly ever is so alike. */
const SAME_SOUND = 0.95;
/** Windows up to which every pair is compared. */
const COMPARE_ALL = 1000;
const TABLES = 8;
/** Windows wanted in a bucket of a table. */
const BUCKET_WINDOWS = 8;

/**
 * Windows that repeat the sound of an earlier one (a loop, a jingle, a replayed clip). They say nothing new of a voice, but
 * make the windows they repeat look more of one kind than speech is, so speakers are looked for without them.
 * Long recordings are searched by random hyperplanes (Charikar, STOC 2002), which may miss some.
 * @returns for each window the earliest one it repeats, or itself
 */
export function repeatedSound(windows: TimedVectors, pause: () => void = () => undefined): Int32Array {
  const { rows, startSec, endSec } = windows;
  const first = Int32Array.from({ length: rows.count }, (_, i) => i);
  const originals = rows.count <= COMPARE_ALL ? allOriginals() : hashedOriginals(windows);
  for (let i = 0; i < rows.count; i++) {
    if (i % 256 === 0) pause();
    let most = SAME_SOUND;
    originals.forCandidates(i, (j) => {
      if (startSec[i]! < endSec[j]! - 1e-6) return;
      const cosine = dot(rows, i, rows, j);
      if (cosine < most) return;
      most = cosine;
      first[i] = j;
    });
    if (first[i] === i) originals.add(i);
  }
  return first;
}

interface Originals {
  forCandidates(i: number, visit: (j: number) => void): void;
  add(i: number): void;
}

function allOriginals(): Originals {
  const known: number[] = [];
  return { forCandidates: (_, visit) => known.forEach(visit), add: (i) => void known.push(i) };
}

function hashedOriginals({ rows }: TimedVectors): Originals {
  const { data, size, count } = rows;
  const bits = Math.max(6, Math.round(Math.log2(count / BUCKET_WINDOWS)));
  const mean = new Float64Array(size);
  for (let i = 0; i < count; i++) for (let d = 0; d < size; d++) mean[d]! += data[i * size + d]! / count;
  let state = 1;
  const planes = Float32Array.from({ length: TABLES * bits * size }, () => {
    // Twelve uniform numbers are normal enough.
    let sum = -6;
    for (let k = 0; k < 12; k++) sum += (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
    return sum;
  });
  const tables = Array.from({ length: TABLES }, () => new Map<number, number[]>());
  const keyOf = (i: number, table: number): number => {
    let key = 0;
    for (let bit = 0; bit < bits; bit++) {
      const plane = (table * bits + bit) * size;
      let side = 0;
      for (let d = 0; d < size; d++) side += planes[plane + d]! * (data[i * size + d]! - mean[d]!);
      key = 2 * key + Number(side > 0);
    }
    return key;
  };
  let keys: number[] = [];
  return {
    forCandidates: (i, visit) => {
      keys = tables.map((_, table) => keyOf(i, table));
      keys.forEach((key, table) => tables[table]!.get(key)?.forEach(visit));
    },
    add: (i) => {
      keys.forEach((key, table) => {
        const bucket = tables[table]!.get(key);
        if (bucket) bucket.push(i);
        else tables[table]!.set(key, [i]);
      });
    },
  };
}
