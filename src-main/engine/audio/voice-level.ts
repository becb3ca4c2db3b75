import type { PcmReader } from './pcm-reader.ts';

/** Samples of one block: 30 ms. */
const BLOCK_SAMPLES = 480;
const BLOCKS_PER_PIECE = 4096;
const TARGET_LEVEL = 0.2;
const PERCENTILE = 0.6;

/**
 * Factor that brings the louder part of a recording to RMS 0.2: mean squares of 30 ms blocks, those at or above the
 * 60th percentile averaged. 1 for silence. One pass over the file, 8 bytes of memory per block.
 * @param pause called between pieces (cancel check)
 */
export function levelGain(pcm: PcmReader, pause: () => void = () => undefined): number {
  const blockCount = Math.floor(pcm.totalSamples / BLOCK_SAMPLES);
  // A recording of less than one block is its own block.
  if (blockCount === 0) return levelGainOf(pcm.readFloat(0, pcm.totalSamples));
  const squares = new Float64Array(blockCount);
  for (let first = 0; first < blockCount; first += BLOCKS_PER_PIECE) {
    pause();
    const count = Math.min(BLOCKS_PER_PIECE, blockCount - first);
    blockSquares(pcm.readFloat(first * BLOCK_SAMPLES, count * BLOCK_SAMPLES), squares.subarray(first, first + count));
  }
  return gainOfBlocks(squares);
}

/** The same for samples in memory, in [−1, 1]. */
export function levelGainOf(samples: Float32Array): number {
  const squares = new Float64Array(Math.floor(samples.length / BLOCK_SAMPLES));
  if (squares.length === 0) return gainFor(meanSquare(samples, 0, samples.length));
  blockSquares(samples, squares);
  return gainOfBlocks(squares);
}

function blockSquares(samples: Float32Array, out: Float64Array): void {
  for (let block = 0; block < out.length; block++) {
    out[block] = meanSquare(samples, block * BLOCK_SAMPLES, (block + 1) * BLOCK_SAMPLES);
  }
}

function meanSquare(samples: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += samples[i]! * samples[i]!;
  return to > from ? sum / (to - from) : 0;
}

function gainOfBlocks(squares: Float64Array): number {
  const sorted = squares.slice().sort();
  const position = (sorted.length - 1) * PERCENTILE;
  const low = Math.floor(position);
  const high = Math.min(sorted.length - 1, low + 1);
  const limit = sorted[low]! + (position - low) * (sorted[high]! - sorted[low]!);
  let sum = 0;
  let count = 0;
  for (const square of squares) {
    if (square < limit) continue;
    sum += square;
    count++;
  }
  return gainFor(count === 0 ? 0 : sum / count);
}

const gainFor = (square: number): number => (square > 1e-12 ? TARGET_LEVEL / Math.sqrt(square) : 1);
