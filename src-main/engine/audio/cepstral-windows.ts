import { BLOCK_RATE_HZ, BLOCK_SIZE, CEPSTRA } from './voice-cepstra-kernel.ts';

/** Values of a window: mean and standard deviation of each coefficient. */
export const CEPSTRAL_SIZE = 2 * CEPSTRA;
/** Blocks more than this below the loudest one of the window are pauses; 20·log10 of energy, so 15 dB. */
const PAUSE_DB = 30;

/**
 * Mean and standard deviation of the cepstra of windows, each value then brought to mean 0 and variance 1 over the
 * recording, rows to length 1: what distinguishes the windows of this recording, whatever its microphone is.
 * @param blocks of `voice-cepstra`
 * @returns windows × 40
 */
export function cepstralWindows(
  blocks: Float32Array,
  startSec: ArrayLike<number>,
  endSec: ArrayLike<number>,
): Float32Array {
  const count = startSec.length;
  const out = new Float32Array(count * CEPSTRAL_SIZE);
  const blockCount = blocks.length / BLOCK_SIZE;
  if (blockCount === 0) return out;
  for (let w = 0; w < count; w++) {
    const first = Math.max(0, Math.min(blockCount - 1, Math.floor(startSec[w]! * BLOCK_RATE_HZ)));
    const end = Math.max(first + 1, Math.min(blockCount, Math.floor(endSec[w]! * BLOCK_RATE_HZ)));
    statistics(blocks, first, end, out.subarray(w * CEPSTRAL_SIZE, (w + 1) * CEPSTRAL_SIZE));
  }
  standardise(out, count);
  return out;
}

function statistics(blocks: Float32Array, first: number, end: number, out: Float32Array): void {
  let loudest = -Infinity;
  for (let b = first; b < end; b++) loudest = Math.max(loudest, blocks[b * BLOCK_SIZE + 2 * CEPSTRA]!);
  let count = 0;
  const mean = new Float64Array(CEPSTRA);
  const square = new Float64Array(CEPSTRA);
  for (let b = first; b < end; b++) {
    if (blocks[b * BLOCK_SIZE + 2 * CEPSTRA]! < loudest - PAUSE_DB) continue;
    count++;
    for (let k = 0; k < CEPSTRA; k++) {
      mean[k]! += blocks[b * BLOCK_SIZE + k]!;
      square[k]! += blocks[b * BLOCK_SIZE + CEPSTRA + k]!;
    }
  }
  for (let k = 0; k < CEPSTRA; k++) {
    const average = mean[k]! / count;
    out[k] = average;
    out[CEPSTRA + k] = Math.sqrt(Math.max(0, square[k]! / count - average * average));
  }
}

function standardise(rows: Float32Array, count: number): void {
  for (let d = 0; d < CEPSTRAL_SIZE; d++) {
    let mean = 0;
    for (let w = 0; w < count; w++) mean += rows[w * CEPSTRAL_SIZE + d]! / count;
    let variance = 0;
    for (let w = 0; w < count; w++) variance += (rows[w * CEPSTRAL_SIZE + d]! - mean) ** 2 / count;
    const scale = variance > 1e-9 ? 1 / Math.sqrt(variance) : 0;
    for (let w = 0; w < count; w++) {
      rows[w * CEPSTRAL_SIZE + d] = (rows[w * CEPSTRAL_SIZE + d]! - mean) * scale;
    }
  }
  for (let w = 0; w < count; w++) {
    const row = rows.subarray(w * CEPSTRAL_SIZE, (w + 1) * CEPSTRAL_SIZE);
    let square = 0;
    for (const value of row) square += value * value;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let d = 0; d < CEPSTRAL_SIZE; d++) row[d]! *= scale;
  }
}
