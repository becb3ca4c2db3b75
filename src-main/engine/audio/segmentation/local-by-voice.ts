import { labelsAfter } from '../../cluster/ahc.ts';
import { windowTree } from '../../cluster/seed-groups.ts';
import { centroids, dot, unitRows } from '../../cluster/vectors.ts';
import type { Vectors } from '../../cluster/vectors.ts';
import { SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { CHUNK_FRAMES, CHUNK_HOP_SAMPLES, CHUNK_SAMPLES, frameMiddleSec, LOCAL_SPEAKERS } from './chunk-grid.ts';

/** Voices of a window that are less alike than this on average are two speakers. */
const STOP_COSINE = 0.4;

export interface TimedVoices {
  rows: Vectors;
  startSec: ArrayLike<number>;
  endSec: ArrayLike<number>;
}

/**
 * What segmentation-3.0 would say, from voices and overlap: the voice windows inside each 10 s window are grouped into up
 * to three speakers; a frame of speech is the speaker's of the short window nearest to it, and the second nearest speaker's
 * too where voices overlap.
 * @param coarse windows that speakers are found with, in order of time
 * @param fine shorter ones that frames are given by, in order of time
 * @returns sets of bits, windows × 589
 */
export function localByVoice(
  chunks: number,
  coarse: TimedVoices,
  fine: TimedVoices,
  speech: readonly { startSec: number; endSec: number }[],
  overlaps: readonly { startSec: number; endSec: number }[],
): Uint8Array {
  const out = new Uint8Array(chunks * CHUNK_FRAMES);
  const isSpeech = inside(speech);
  const isOverlap = inside(overlaps);
  for (let c = 0; c < chunks; c++) {
    const fromSec = (c * CHUNK_HOP_SAMPLES) / SAMPLE_RATE_HZ;
    const toSec = fromSec + CHUNK_SAMPLES / SAMPLE_RATE_HZ;
    const voices = localVoices(coarse, fromSec, toSec);
    if (voices.count === 0) continue;
    let near = lowerBound(fine, fromSec);
    for (let f = 0; f < CHUNK_FRAMES; f++) {
      const sec = fromSec + frameMiddleSec(f);
      if (!isSpeech(sec)) continue;
      while (near + 1 < fine.rows.count && distance(fine, near + 1, sec) <= distance(fine, near, sec)) near++;
      if (near >= fine.rows.count) break;
      const [first, second] = twoNearest(voices, fine.rows, near);
      out[c * CHUNK_FRAMES + f] = (1 << first) | (second >= 0 && isOverlap(sec) ? 1 << second : 0);
    }
  }
  return out;
}

function localVoices({ rows, startSec, endSec }: TimedVoices, fromSec: number, toSec: number): Vectors {
  const members: number[] = [];
  for (let i = 0; i < rows.count; i++) {
    if (startSec[i]! >= toSec) break;
    // At least half of it is heard here.
    if (Math.min(endSec[i]!, toSec) - Math.max(startSec[i]!, fromSec) >= (endSec[i]! - startSec[i]!) / 2)
      members.push(i);
  }
  const data = new Float32Array(members.length * rows.size);
  members.forEach((i, k) => data.set(rows.data.subarray(i * rows.size, (i + 1) * rows.size), k * rows.size));
  const here: Vectors = { data, size: rows.size, count: members.length };
  if (here.count === 0) return here;
  const tree = windowTree(here);
  const merges = Math.max(here.count - LOCAL_SPEAKERS, tree.filter((merge) => merge.height <= 1 - STOP_COSINE).length);
  const { labels, count } = labelsAfter(tree, here.count, merges);
  return unitRows(centroids(here, labels, count));
}

const distance = ({ startSec, endSec }: TimedVoices, i: number, sec: number): number =>
  Math.abs((startSec[i]! + endSec[i]!) / 2 - sec);

function lowerBound({ rows, endSec }: TimedVoices, sec: number): number {
  let low = 0;
  let high = rows.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endSec[middle]! < sec) low = middle + 1;
    else high = middle;
  }
  return low;
}

function twoNearest(voices: Vectors, rows: Vectors, i: number): [number, number] {
  let [first, second] = [0, -1];
  for (let s = 1; s < voices.count; s++) {
    if (dot(voices, s, rows, i) > dot(voices, first, rows, i)) [first, second] = [s, first];
    else if (second < 0 || dot(voices, s, rows, i) > dot(voices, second, rows, i)) second = s;
  }
  return [first, second];
}

/** Whether a moment lies in one of the sorted regions; asked in any order. */
function inside(regions: readonly { startSec: number; endSec: number }[]): (sec: number) => boolean {
  return (sec) => {
    let low = 0;
    let high = regions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (regions[middle]!.endSec <= sec) low = middle + 1;
      else high = middle;
    }
    return low < regions.length && regions[low]!.startSec <= sec;
  };
}
